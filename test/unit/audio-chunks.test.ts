import assert from "node:assert/strict";
import { inspect } from "node:util";
import { chunks, NoAudioError, type Chunk, type ChunkOptions } from "../../lib/audio";
import {
  arriving,
  collect,
  cut,
  frame,
  frameMs,
  framesOf,
  id3v1,
  id3v2,
  infoFrame,
  lameMp3,
} from "./audio-fixtures";

const MB = 1024 * 1024;

async function chunked(pieces: Buffer[], options: Partial<ChunkOptions> = {}): Promise<Chunk[]> {
  return collect(chunks(arriving(pieces), { chunkBytes: 0, ...options }));
}

function sizes(list: Chunk[]): number[] {
  return list.map((chunk) => chunk.data.length);
}

function joined(list: Chunk[]): Buffer {
  return Buffer.concat(list.map((chunk) => chunk.data));
}

/** A source that counts what is read from it and notices being closed. */
function watched(
  pieces: Buffer[],
  end?: Error,
): { source: AsyncGenerator<Buffer>; seen: { read: number; closed: boolean } } {
  const seen = { read: 0, closed: false };
  async function* read(): AsyncGenerator<Buffer> {
    try {
      for (const piece of pieces) {
        seen.read += 1;
        yield piece;
        await Promise.resolve();
      }
      if (end !== undefined) throw end;
    } finally {
      seen.closed = true;
    }
  }
  return { source: read(), seen };
}

describe("chunks as audio arrives", () => {
  const frames = framesOf(4);

  it("leave one frame behind what has arrived, and the held frame is the last chunk", async () => {
    const list = await chunked(frames);
    assert.deepEqual(
      list.map((chunk) => chunk.data),
      frames,
    );
    assert.deepEqual(
      list.map((chunk) => chunk.last !== undefined),
      [false, false, false, true],
    );
  });

  it("leave as soon as one frame can go while one is held", async () => {
    const { source, seen } = watched([...cut(Buffer.concat(frames), 417)]);
    const first = await chunks(source, { chunkBytes: 0 }).next();
    assert.equal(seen.read, 2);
    assert.deepEqual((first.value as Chunk).data, frames[0]);
  });

  it("hold all frames of one arrival but the last", async () => {
    const stream = Buffer.concat(framesOf(20));
    assert.deepEqual(sizes(await chunked([stream])), [19 * 417, 417]);
  });

  it("are whole frames when every byte comes alone", async () => {
    const list = await chunked(cut(Buffer.concat(frames), 1));
    assert.deepEqual(
      list.map((chunk) => chunk.data),
      frames,
    );
  });

  it("are one chunk, the last, when the speech is a single frame", async () => {
    const list = await chunked([frame()]);
    assert.deepEqual(list, [
      {
        data: frame(),
        audioMs: frameMs(),
        last: { bytes: 417, audioMs: frameMs(), frames: 1, truncated: false },
      },
    ]);
  });

  it("do not come from empty arrivals", async () => {
    const empty = Buffer.alloc(0);
    assert.equal((await chunked([empty, frame(), empty, empty, frame(), empty])).length, 2);
  });

  it("report how long each plays, and in the end the figures of all", async () => {
    const list = await chunked([Buffer.concat(framesOf(10)), frame({ sampleRate: 48000 })]);
    assert.deepEqual(
      list.map((chunk) => Math.round(chunk.audioMs * 1000)),
      [235102, 26122, 24000],
    );
    const last = list.at(-1)?.last;
    assert.ok(last);
    assert.deepEqual(
      { ...last, audioMs: 0 },
      { bytes: 10 * 417 + 384, audioMs: 0, frames: 11, truncated: false },
    );
    assert.ok(Math.abs(last.audioMs - (10 * frameMs() + 24)) < 1e-9);
  });

  it("keep their bytes after more has come", async () => {
    const list = await chunked(cut(Buffer.concat(framesOf(200)), 1500));
    assert.ok(joined(list).equals(Buffer.concat(framesOf(200))));
  });

  it("carry real speech unchanged", async () => {
    const mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 2, bitrate: 64 });
    const list = await chunked(cut(mp3, 700));
    assert.ok(joined(list).equals(mp3));
    assert.ok(list.length >= 20);
  });
});

describe("chunks of a wanted size", () => {
  it("leave once they have that many bytes of whole frames", async () => {
    const list = await chunked([Buffer.concat(framesOf(10))], { chunkBytes: 1000 });
    assert.deepEqual(sizes(list), [1251, 1251, 1251, 417]);
  });

  it("leave exactly at the size, not a frame later", async () => {
    assert.deepEqual(sizes(await chunked(framesOf(5), { chunkBytes: 834 })), [834, 834, 417]);
  });

  it("are the same however the stream arrives", async () => {
    const stream = Buffer.concat([id3v2(50), ...framesOf(30), id3v1()]);
    const whole = await chunked([stream], { chunkBytes: 2000 });
    for (const size of [1, 13, 417, 5000]) {
      assert.deepEqual(await chunked(cut(stream, size), { chunkBytes: 2000 }), whole);
    }
  });

  it("let the last chunk have what was gathered and the held frame", async () => {
    assert.deepEqual(sizes(await chunked(framesOf(5), { chunkBytes: 1251 })), [1251, 834]);
  });
});

describe("chunks of a longest duration", () => {
  it("cut a burst of 30 seconds into pieces no longer than asked", async () => {
    const stream = Buffer.concat(framesOf(1148));
    const list = await chunked([stream], { maxChunkMs: 200 });
    assert.ok(list.every((chunk) => chunk.audioMs <= 200));
    assert.deepEqual(sizes(list), [...Array<number>(163).fill(7 * 417), 6 * 417, 417]);
    assert.ok(joined(list).equals(stream));
  });

  it("may play exactly as long as asked", async () => {
    const list = await chunked([Buffer.concat(framesOf(4, { sampleRate: 48000 }))], { maxChunkMs: 48 });
    assert.deepEqual(sizes(list), [768, 384, 384]);
  });

  it("have one frame at least", async () => {
    assert.deepEqual(sizes(await chunked([Buffer.concat(framesOf(3))], { maxChunkMs: 1 })), [417, 417, 417]);
  });

  it("leave although the wanted size is not reached", async () => {
    const list = await chunked([Buffer.concat(framesOf(5))], { maxChunkMs: 60, chunkBytes: 100_000 });
    assert.deepEqual(sizes(list), [834, 834, 417]);
  });
});

describe("chunks and what is not audio", () => {
  const [one, two, three] = framesOf(3) as [Buffer, Buffer, Buffer];

  it("have a leading tag and table of contents in the first chunk", async () => {
    const tag = id3v2(100);
    const list = await chunked([tag, infoFrame("Info"), one, two]);
    assert.deepEqual(
      list.map((chunk) => chunk.data),
      [Buffer.concat([tag, infoFrame("Info"), one]), two],
    );
    assert.equal(list[0]?.audioMs, frameMs());
  });

  it("keep garbage with the frame before it, so that chunks begin at a frame", async () => {
    const junk = Buffer.from("junk junk");
    const list = await chunked([one, junk, two, three], { chunkBytes: 1 });
    assert.deepEqual(
      list.map((chunk) => chunk.data),
      [Buffer.concat([one, junk]), two, three],
    );
  });

  it("have a trailing tag in the last chunk", async () => {
    const list = await chunked([one, two, id3v1()]);
    assert.deepEqual(
      list.map((chunk) => chunk.data),
      [one, Buffer.concat([two, id3v1()])],
    );
    assert.equal(list[1]?.last?.bytes, 417 * 2 + 128);
  });

  it("have a truncated last frame in the last chunk, which is marked", async () => {
    const list = await chunked([one, two, three.subarray(0, 100)]);
    assert.deepEqual(
      list.map((chunk) => chunk.data),
      [one, Buffer.concat([two, three.subarray(0, 100)])],
    );
    assert.equal(list[1]?.last?.truncated, true);
  });

  it("have a large leading tag with the first frame", async () => {
    const tag = id3v2(MB - 100);
    const list = await chunked([tag, one, two]);
    assert.deepEqual(sizes(list), [tag.length + 417, 417]);
  });

  it("have a cut free format frame in the last chunk, whose length the end shows", async () => {
    const stream = Buffer.concat(framesOf(3, { bitrate: 0, freeBytes: 313 })).subarray(0, -100);
    const list = await chunked([stream]);
    assert.ok(joined(list).equals(stream));
    assert.deepEqual([list.at(-1)?.last?.frames, list.at(-1)?.last?.truncated], [2, true]);
  });

  it("let an enormous leading tag continue in pieces before the audio", async () => {
    const tag = id3v2(4 * MB);
    const { source, seen } = watched([...cut(tag, 65_536), one, two]);
    const output = chunks(source, { chunkBytes: 0 });
    const first = (await output.next()).value as Chunk;
    assert.equal(first.audioMs, 0);
    assert.equal(first.data.length, MB);
    assert.equal(seen.read, 17);
    const list = [first, ...(await collect(output))];
    assert.ok(joined(list).equals(Buffer.concat([tag, one, two])));
    assert.deepEqual(list.at(-1)?.data, two);
  });

  it("do not hold a frame for an enormous tail", async () => {
    const tail = Buffer.alloc(3 * MB, 0x20);
    const { source, seen } = watched([one, ...cut(tail, 65_536)]);
    const output = chunks(source, { chunkBytes: 0 });
    const first = (await output.next()).value as Chunk;
    assert.equal(first.audioMs, frameMs());
    assert.ok(seen.read < 20);
    const list = [first, ...(await collect(output))];
    assert.ok(joined(list).equals(Buffer.concat([one, tail])));
    assert.equal(list.at(-1)?.last?.frames, 1);
  });
});

describe("a stream without audio", () => {
  async function failure(pieces: Buffer[]): Promise<NoAudioError> {
    const error = await chunked(pieces).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof NoAudioError);
    return error;
  }

  it("fails with what it began with", async () => {
    const error = await failure(cut(Buffer.from('{"status":403,"message":"no"}'), 5));
    assert.equal(error.code, "NO_AUDIO");
    assert.equal(String(error), "NoAudioError: The stream is no mp3");
    assert.equal(error.head.toString(), '{"status":403,"message":"no"}');
  });

  it("fails when it is empty", async () => assert.equal((await failure([])).head.length, 0));

  it("fails when it is only a tag and a table of contents", async () => {
    assert.equal((await failure([id3v2(20), infoFrame("Xing")])).head.length, 30 + 417);
  });

  it("fails when its only frame is cut off", async () => {
    assert.equal((await failure([frame().subarray(0, 300)])).head.length, 300);
  });

  it("keeps no more than 64 kB of it", async () => {
    for (const size of [1000, 300_000]) {
      assert.equal((await failure(cut(Buffer.alloc(300_000, "x"), size))).head.length, 65_536);
    }
  });

  it("fails after 1 MiB of garbage, without reading on", async () => {
    const { source, seen } = watched(cut(Buffer.alloc(8 * MB, "x"), 65_536));
    await assert.rejects(collect(chunks(source, { chunkBytes: 0 })), NoAudioError);
    assert.deepEqual(seen, { read: 17, closed: true });
  });

  it("sends nothing of what looked like audio for two frames", async () => {
    const stream = Buffer.concat([Buffer.from("junk"), ...framesOf(2), Buffer.alloc(2 * MB, "x")]);
    const output = chunks(arriving(cut(stream, 1000)), { chunkBytes: 0 });
    await assert.rejects(output.next(), NoAudioError);
  });

  it("does not print what it began with", async () => {
    const error = await failure([Buffer.from("secret")]);
    assert.doesNotMatch(
      inspect(error, { depth: 5, showHidden: true }) + JSON.stringify(error),
      /secret|73 65 63/,
    );
  });
});

describe("chunks and their source", () => {
  it("pass the source's error on after the frames that may go, without the held one", async () => {
    const { source } = watched(framesOf(4), new Error("connection lost"));
    const got: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of chunks(source, { chunkBytes: 100_000 })) {
        assert.equal(chunk.last, undefined);
        got.push(chunk.data);
      }
    })();
    await assert.rejects(reading, /^Error: connection lost$/);
    assert.deepEqual(got, [Buffer.concat(framesOf(3))]);
  });

  it("pass an error on immediately when no frame may go", async () => {
    await assert.rejects(
      collect(chunks(watched([], new Error("refused")).source, { chunkBytes: 0 })),
      /refused/,
    );
  });

  it("close it when the consumer stops early", async () => {
    const { source, seen } = watched(framesOf(50));
    for await (const chunk of chunks(source, { chunkBytes: 0 })) {
      assert.ok(chunk.data.length > 0);
      break;
    }
    assert.deepEqual(seen, { read: 2, closed: true });
  });

  it("read it only when the next chunk is asked for", async () => {
    const { source, seen } = watched(framesOf(50));
    const output = chunks(source, { chunkBytes: 0 });
    assert.equal(seen.read, 0);
    await output.next();
    await new Promise((turn) => setImmediate(turn));
    assert.equal(seen.read, 2);
    await output.next();
    assert.equal(seen.read, 3);
  });
});
