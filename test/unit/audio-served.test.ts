import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { findServed, Shelf, ShelfFullError, wavHeader, mediaTypeOf } from "../../lib/audio";
import { scratchFolder, sweep } from "../../lib/audio/serve/scratch";
import { Spool } from "../../lib/audio/serve/spool";
import { collect, frame, id3v2 } from "./audio-fixtures";

const MB = 1024 * 1024;
const never = new AbortController().signal;

function useFolder(): () => string {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vocu-test-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}

describe("audio that grows in a file", () => {
  const folder = useFolder();
  const create = (): Promise<Spool> => Spool.create(join(folder(), "speech"));
  const read = async (spool: Spool): Promise<Buffer> =>
    Buffer.concat(await collect(spool.read(0, Infinity, never)));

  it("can be read by nobody else", async () => {
    const spool = await create();
    assert.equal(
      (await stat(join(folder(), "speech"))).mode & 0o777,
      process.platform === "win32" ? 0o666 : 0o600,
    );
    await spool.retire();
  });

  it("is the same for who reads while it grows and who reads after", async () => {
    const spool = await create();
    const early = read(spool);
    const pieces = [Buffer.alloc(100_000, 1), Buffer.alloc(100_000, 2)];
    for (const piece of pieces) await spool.append(piece);
    spool.finish();
    assert.deepEqual(await early, Buffer.concat(pieces));
    assert.deepEqual(await read(spool), Buffer.concat(pieces));
    await spool.retire();
  });

  it("is an error for who reads it when it is destroyed, and its file is gone", async () => {
    const spool = await create();
    await spool.append(Buffer.alloc(10));
    const reading = read(spool);
    await spool.destroy(new Error("gone"));
    await assert.rejects(reading, /gone/);
    assert.deepEqual(await readdir(folder()), []);
  });

  it("is read to its end by who has begun when it is retired", async () => {
    const spool = await create();
    await spool.append(Buffer.alloc(200_000, 7));
    spool.finish();
    const reader = spool.read(0, Infinity, never);
    const first = (await reader.next()).value as Buffer;
    await spool.retire();
    assert.equal(first.length + Buffer.concat(await collect(reader)).length, 200_000);
    assert.deepEqual(await readdir(folder()), []);
  });

  it("lets a reader go who does not want to wait for more", async () => {
    const spool = await create();
    const gone = new AbortController();
    const reading = collect(spool.read(0, Infinity, gone.signal));
    gone.abort(new Error("enough"));
    await assert.rejects(reading, /enough/);
    await spool.retire();
  });
});

describe("a shelf of audio", () => {
  let shelf: Shelf;
  beforeEach(() => {
    shelf = new Shelf();
  });
  afterEach(() => shelf.clear());

  it("gives it a name that nobody guesses, with an ending that tells its type", async () => {
    const [one, two] = [await shelf.begin("audio/wav"), await shelf.begin("audio/wav")];
    assert.match(one.name, /^[\w-]{32}\.wav$/);
    assert.notEqual(one.name, two.name);
  });

  it("forgets it when its time is over", async () => {
    const entry = await shelf.begin("audio/mpeg");
    await shelf.add(entry, Buffer.alloc(10), MB);
    shelf.finish(entry, 1);
    while (findServed(entry.name)) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(entry.spool.usable, false);
  });

  it("does not give up what still grows for want of room", async () => {
    const growing = await shelf.begin("audio/mpeg");
    await shelf.add(growing, Buffer.alloc(MB), MB);
    await assert.rejects(shelf.add(growing, Buffer.alloc(1), MB), ShelfFullError);
    assert.equal(findServed(growing.name), growing);
  });
});

describe("folders for temporary audio", () => {
  const root = useFolder();
  const nameFor = async (pid: number): Promise<string> =>
    basename(await scratchFolder(root())).replace(`-${process.pid}-`, `-${pid}-`);
  const left = async (): Promise<string[]> => (await readdir(root())).sort();

  it("are removed where their process has crashed", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["-p", "process.pid"]);
    const name = await nameFor(Number(stdout));
    await mkdir(join(root(), name));
    await sweep(root());
    assert.equal((await left()).includes(name), false);
  });

  it("are removed where a crashed process had the same id as this one, as in a container", async () => {
    const name = `${await nameFor(process.pid)}-earlier`;
    await mkdir(join(root(), name));
    await sweep(root());
    assert.equal((await left()).includes(name), false);
  });

  it("stay where their process runs", async () => {
    const name = await nameFor(process.ppid);
    await mkdir(join(root(), name));
    const before = await left();
    await sweep(root());
    assert.deepEqual(await left(), before);
  });

  it("are the only ones that are removed", async () => {
    await mkdir(join(root(), "vocu-audio-ffffffff-1-another"));
    await mkdir(join(root(), "something-else"));
    await sweep(root());
    assert.equal((await left()).length, 2);
  });

  it("are for this user alone", async () => {
    const { mode } = await stat(await scratchFolder(root()));
    assert.equal(mode & 0o077, process.platform === "win32" ? mode & 0o077 : 0);
  });
});

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
