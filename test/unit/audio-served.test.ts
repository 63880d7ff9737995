import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { mkdir, readdir, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useFakeTimers } from "sinon";
import {
  findPublication,
  NoRoomError,
  PublishedAudio,
  wavHeader,
  mediaTypeOf,
  type Publication,
} from "../../lib/audio";
import { Scratch } from "../../lib/audio/files/scratch";
import { Spool } from "../../lib/audio/serve/spool";
import { collect, frame, id3v2 } from "./audio-fixtures";
import { useFolder } from "../nodes/support/folder";

const MB = 1024 * 1024;
const never = new AbortController().signal;

describe("audio that grows in a file", () => {
  const folder = useFolder();
  const create = (): Promise<Spool> => Spool.create(join(folder(), "speech"));
  const read = async (spool: Spool): Promise<Buffer> =>
    Buffer.concat(await collect(spool.read(0, Infinity, never).audio));

  it("can be read by no other user", async () => {
    const spool = await create();
    assert.equal(
      (await stat(join(folder(), "speech"))).mode & 0o777,
      process.platform === "win32" ? 0o666 : 0o600,
    );
    await spool.retire(MB);
  });

  it("is the same for who reads while it grows and who reads after", async () => {
    const spool = await create();
    const early = read(spool);
    const pieces = [Buffer.alloc(100_000, 1), Buffer.alloc(100_000, 2)];
    for (const piece of pieces) await spool.append(piece);
    spool.finish();
    assert.deepEqual(await early, Buffer.concat(pieces));
    assert.deepEqual(await read(spool), Buffer.concat(pieces));
    await spool.retire(MB);
  });

  it("is an error for who reads it when it is destroyed, and its file is gone", async () => {
    const spool = await create();
    await spool.append(Buffer.alloc(10));
    const refused = assert.rejects(read(spool), /gone/);
    await spool.destroy(new Error("gone"));
    await refused;
    assert.deepEqual(await readdir(folder()), []);
  });

  it("is read to its end by who has begun when it is retired", async () => {
    const spool = await create();
    await spool.append(Buffer.alloc(200_000, 7));
    spool.finish();
    const reader = spool.read(0, Infinity, never).audio;
    const first = (await reader.next()).value as Buffer;
    await spool.retire(MB);
    assert.equal(first.length + Buffer.concat(await collect(reader)).length, 200_000);
    assert.deepEqual(await readdir(folder()), []);
  });

  it("is read up to where a reader wants, without waiting for more", async () => {
    const spool = await create();
    await spool.append(Buffer.from("0123456789"));
    const part = Buffer.concat(await collect(spool.read(2, 10, never).audio));
    assert.equal(part.toString(), "23456789");
    await spool.retire(MB);
  });

  it("cannot be read or added to when it has been destroyed", async () => {
    const spool = await create();
    await spool.append(Buffer.alloc(10));
    await spool.destroy(new Error("gone"));
    assert.equal(spool.usable, false);
    await assert.rejects(read(spool), /^Error: gone$/);
    await assert.rejects(spool.append(Buffer.alloc(10)), /^Error: gone$/);
    assert.equal(spool.isRead, false);
  });

  it("has no reader whose signal has aborted before", async () => {
    const spool = await create();
    const { audio } = spool.read(0, Infinity, AbortSignal.abort(new Error("too late")));
    assert.equal(spool.isRead, false);
    await assert.rejects(audio.next(), /^Error: too late$/);
    await spool.retire(MB);
  });

  it("is an error for who reads it when its file has become shorter", async () => {
    const spool = await create();
    await spool.append(Buffer.alloc(10));
    await truncate(join(folder(), "speech"), 4);
    await assert.rejects(read(spool), /^Error: The file has become shorter$/);
    await spool.destroy(new Error("gone"));
  });

  it("may be found missing, and found again when it is back", async () => {
    const path = join(folder(), "speech");
    const before = await descriptors();
    const spool = await create();
    await spool.append(Buffer.from("speech"));
    spool.finish();
    await rename(path, `${path}-away`);
    for (let count = 0; count < 3; count++) await assert.rejects(spool.check(), { code: "ENOENT" });
    await rename(`${path}-away`, path);
    await spool.check();
    assert.equal((await read(spool)).toString(), "speech");
    await spool.retire(MB);
    assert.ok((await descriptors()) <= before, "the file stays open");
  });

  for (const [what, spoil, codes] of [
    ["was removed from outside", (path: string) => rm(path), []],
    [
      "is a folder by now",
      async (path: string) => {
        await rm(path);
        await mkdir(path);
      },
      ["ERR_FS_EISDIR"],
    ],
  ] as const) {
    it(`reports a file that cannot be removed, not one that is gone: it ${what}`, async () => {
      const path = join(folder(), "speech");
      const reported: string[] = [];
      const spool = await Spool.create(path, (code) => reported.push(code));
      await spoil(path);
      await spool.retire(MB);
      await spool.removed;
      assert.deepEqual(reported, codes);
    });
  }

  it("leaves nothing behind on the signal of a reader that waits again and again", async () => {
    const spool = await create();
    const { signal, audio } = spool.read(0, Infinity, never);
    const before = getEventListeners(signal, "abort").length;
    for (let piece = 0; piece < 3; piece++) {
      const next = audio.next();
      await spool.append(Buffer.alloc(10));
      await next;
    }
    assert.equal(getEventListeners(signal, "abort").length, before);
    await spool.destroy(new Error("gone"));
  });

  it("leaves no timer behind for a reader that ends before it would be cut off", async () => {
    const spool = await create();
    await spool.append(Buffer.alloc(200_000));
    spool.finish();
    const reader = spool.read(0, Infinity, never).audio;
    await reader.next();
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await spool.retire(MB);
      assert.equal(clock.countTimers(), 1);
      await collect(reader);
      assert.equal(clock.countTimers(), 0);
    } finally {
      clock.restore();
    }
  });

  it("lets a reader go who does not want to wait for more", async () => {
    const spool = await create();
    const gone = new AbortController();
    const reading = collect(spool.read(0, Infinity, gone.signal).audio);
    gone.abort(new Error("enough"));
    await assert.rejects(reading, /enough/);
    await spool.retire(MB);
  });
});

describe("published audio", () => {
  let published: PublishedAudio;
  beforeEach(() => {
    published = new PublishedAudio();
  });
  afterEach(() => published.clear());

  const whole = async (bytes: number, ttlMs = MB): Promise<Publication> => {
    const publication = await published.begin("audio/ogg");
    await published.add(publication, Buffer.alloc(bytes), MB);
    published.finish(publication, ttlMs);
    return publication;
  };

  /** Begins to read, and takes one piece and no more. */
  async function stuckReader({ spool }: Publication): Promise<AbortSignal> {
    const reader = spool.read(0, Infinity, never);
    await reader.audio.next();
    return reader.signal;
  }

  /** Resolves when a reader is cut off. */
  const cut = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });

  it("has a name that nobody guesses, with an ending that reports its type", async () => {
    const [one, two] = [await published.begin("audio/wav"), await published.begin("audio/wav")];
    assert.match(one.name, /^[\w-]{32}\.wav$/);
    assert.notEqual(one.name, two.name);
  });

  it("has no ending where players know none for its type", async () => {
    assert.match((await published.begin("audio/aac")).name, /^[\w-]{32}$/);
  });

  it("is removed when it has expired", async () => {
    const publication = await whole(10, 1);
    await publication.spool.removed;
    assert.equal(findPublication(publication.name), undefined);
    assert.equal(publication.spool.usable, false);
  });

  it("does not go for want of room while it grows", async () => {
    const growing = await published.begin("audio/mpeg");
    await published.add(growing, Buffer.alloc(MB), MB);
    await assert.rejects(published.add(growing, Buffer.alloc(1), MB), NoRoomError);
    assert.equal(findPublication(growing.name), growing);
  });

  it("counts from the moment at which it is written", async () => {
    const [one, other] = [await published.begin("audio/mpeg"), await published.begin("audio/mpeg")];
    const writing = published.add(one, Buffer.alloc(600_000), MB);
    await assert.rejects(published.add(other, Buffer.alloc(600_000), MB), {
      name: "NoRoomError",
      message: "There is no room for more audio",
    });
    await writing;
    await published.add(other, Buffer.alloc(400_000), MB);
  });

  it("is the oldest to go when there are more than a thousand", async () => {
    const [first, second] = [await whole(1), await whole(1)];
    for (let count = 2; count < 1000; count++) await whole(1);
    assert.equal(findPublication(first.name), first);
    await whole(1);
    assert.deepEqual([findPublication(first.name), findPublication(second.name)], [undefined, second]);
  });

  it("gives who hears it when its time is over its length and five seconds", async () => {
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
      const publication = await published.begin("audio/wav");
      const header = wavHeader({ sampleRate: 8000, channels: 1, bitsPerSample: 16 });
      await published.add(publication, Buffer.concat([header, Buffer.alloc(16_000 - 44)]), MB);
      const signal = await stuckReader(publication);
      published.finish(publication, 100);
      clock.tick(5999);
      assert.deepEqual([findPublication(publication.name), signal.aborted], [undefined, false]);
      clock.tick(1);
      assert.equal(signal.aborted, true);
    } finally {
      clock.restore();
    }
  });

  it("leaves no timer behind when it is whole after it was removed", async () => {
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const publication = await published.begin("audio/mpeg");
      await published.drop(publication);
      published.finish(publication, MB);
      assert.equal(clock.countTimers(), 0);
    } finally {
      clock.restore();
    }
  });

  it("holds no descriptor once it is complete, however many there are", async () => {
    const before = await descriptors();
    for (let count = 0; count < 50; count += 1) await whole(10);
    assert.ok((await descriptors()) - before < 10, "complete audio keeps its file open");
  });

  it("holds no descriptor for a reader that takes nothing", async () => {
    const publication = await whole(200_000);
    const before = await descriptors();
    for (let count = 0; count < 20; count += 1) await stuckReader(publication);
    assert.ok((await descriptors()) - before < 5, "a reader that waits keeps the file open");
  });

  it("without listeners is removed first if space is short, then audio with listeners, who are disconnected", async () => {
    const [heard, unheard] = [await whole(400_000), await whole(400_000)];
    const signal = await stuckReader(heard);
    const third = await whole(400_000);
    assert.deepEqual([findPublication(heard.name), findPublication(unheard.name)], [heard, undefined]);
    assert.equal(signal.aborted, false);
    const last = await published.begin("audio/mpeg");
    await published.add(last, Buffer.alloc(1_000_000), MB);
    assert.ok(signal.aborted);
    assert.deepEqual([findPublication(heard.name), findPublication(third.name)], [undefined, undefined]);
  });

  it("that has expired counts as long as it has listeners", async () => {
    const publication = await whole(600_000, 1);
    const signal = await stuckReader(publication);
    while (findPublication(publication.name)) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(signal.aborted, false);
    await whole(600_000);
    assert.ok(signal.aborted, "audio that was heard to its end did not count");
  });

  /** Audio that has expired while somebody hears it. */
  async function leaving(bytes: number): Promise<AbortSignal> {
    const publication = await whole(bytes, 1);
    const signal = await stuckReader(publication);
    while (findPublication(publication.name)) await new Promise((resolve) => setImmediate(resolve));
    return signal;
  }

  it("that has expired goes before audio that can still be fetched, where both have listeners", async () => {
    const heard = await whole(400_000);
    const signal = await stuckReader(heard);
    const expired = await leaving(400_000);
    await whole(400_000);
    assert.deepEqual([signal.aborted, expired.aborted], [false, true]);
    assert.equal((expired.reason as Error).message, "The audio is no longer there");
    assert.equal(findPublication(heard.name), heard);
  });

  it("that has expired counts among the thousand as long as it has listeners", async () => {
    await leaving(200_000);
    const first = await whole(1);
    for (let count = 2; count < 1000; count++) await whole(1);
    assert.equal(findPublication(first.name), first);
    await whole(1);
    assert.equal(findPublication(first.name), undefined);
  });

  it("limits listeners to its playing time after it has expired", async () => {
    const spool = await new Scratch().file((path) => Spool.create(path));
    await spool.append(Buffer.alloc(200_000));
    spool.finish();
    const { signal, audio } = spool.read(0, Infinity, never);
    await audio.next();
    await spool.retire(20);
    await cut(signal);
    await spool.removed;
  });

  it("cuts off listeners that take nothing when everything is removed", async () => {
    const signal = await stuckReader(await whole(200_000));
    await published.clear();
    assert.ok(signal.aborted);
  });

  it("cuts off listeners of audio that has expired, too, when everything is removed", async () => {
    const signal = await leaving(200_000);
    assert.equal(signal.aborted, false);
    await published.clear();
    assert.ok(signal.aborted);
  });

  it("leaves no timer behind when it is removed before its time", async () => {
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await whole(10, 1e9);
      assert.equal(clock.countTimers(), 1);
      await published.clear();
      assert.equal(clock.countTimers(), 0);
    } finally {
      clock.restore();
    }
  });
});

describe("published audio that cannot be removed", () => {
  const root = useFolder();

  it("is reported, and so is its folder", async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = join(root(), "temporary");
    await mkdir(process.env.TMPDIR);
    const reported: string[] = [];
    const published = new PublishedAudio((code) => reported.push(code));
    try {
      const publication = await published.begin("audio/mpeg");
      const [folder = ""] = await readdir(process.env.TMPDIR);
      const [file = ""] = await readdir(join(process.env.TMPDIR, folder));
      const path = join(process.env.TMPDIR, folder, file);
      await rm(path);
      await mkdir(path);
      await published.drop(publication);
      assert.deepEqual(reported.splice(0), ["ERR_FS_EISDIR"]);
      await rm(process.env.TMPDIR, { recursive: true });
      await writeFile(process.env.TMPDIR, "a file");
      await published.clear();
      assert.deepEqual(reported, ["ENOTDIR"]);
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
      else process.env.TMPDIR = before;
    }
  });
});

/** How many files and sockets this process has open. */
const descriptors = async (): Promise<number> =>
  process.platform === "linux" ? (await readdir("/proc/self/fd")).length : 0;

describe("the type of audio", () => {
  const format = { sampleRate: 24000, channels: 1, bitsPerSample: 16 };
  for (const [what, head, type] of [
    ["an mp3 frame", frame(), "audio/mpeg"],
    ["an mp3 with a tag", id3v2(20), "audio/mpeg"],
    ["a WAV", wavHeader(format), "audio/wav"],
    ["Ogg", Buffer.from("OggS...."), "audio/ogg"],
    ["FLAC", Buffer.from("fLaC...."), "audio/flac"],
    ["a web page", Buffer.from("<!doctype html><html>"), undefined],
    ["nothing", Buffer.alloc(0), undefined],
  ] as const) {
    it(`is known by how it begins: ${what}`, () => assert.equal(mediaTypeOf(head), type));
  }

  it("is that of a WAV of unknown length for samples with a header", () => {
    const header = wavHeader({ sampleRate: 16000, channels: 2, bitsPerSample: 16 });
    assert.equal(header.length, 44);
    assert.deepEqual(
      [header.readUInt16LE(22), header.readUInt32LE(24), header.readUInt32LE(28), header.readUInt16LE(32)],
      [2, 16000, 64000, 4],
    );
    assert.equal(header.readUInt32LE(40), 0xffffffff);
  });
});
