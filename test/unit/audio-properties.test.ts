import assert from "node:assert/strict";
import fc from "fast-check";
import { chunks, FrameSplitter, NoAudioError, parseFrameHeader, type Chunk } from "../../lib/audio";
import {
  apeTag,
  arriving,
  bitratesOf,
  collect,
  frame,
  frameMs,
  framesOf,
  id3v1,
  id3v2,
  infoFrame,
  SAMPLE_RATES,
  type FrameRecipe,
} from "./audio-fixtures";

/** A stream in parts, with what is known about it. */
interface Sample {
  parts: Buffer[];
  frames: number;
  audioMs: number;
}

const recipe: fc.Arbitrary<FrameRecipe> = fc
  .record({
    version: fc.constantFrom(1 as const, 2 as const, 2.5 as const),
    layer: fc.constantFrom(1 as const, 2 as const, 3 as const, 3 as const),
    rate: fc.nat(2),
  })
  .map(({ version, layer, rate }) => ({ version, layer, sampleRate: SAMPLE_RATES[version]?.[rate] }));

/** Frames of one recipe with changing bit rate, padding, checksum and payload. */
function run(of: FrameRecipe): fc.Arbitrary<FrameRecipe[]> {
  const rates = bitratesOf(of.version ?? 1, of.layer ?? 3);
  return fc.array(
    fc
      .record({
        bitrate: fc.constantFrom(...rates),
        padding: fc.boolean(),
        crc: fc.boolean(),
        mono: fc.boolean(),
        fill: fc.integer({ min: 1, max: 254 }),
      })
      .map((details) => ({ ...of, ...details })),
    { minLength: 1, maxLength: 12 },
  );
}

const lead = fc.constantFrom(
  Buffer.alloc(0),
  id3v2(77),
  id3v2(300, { footer: true }),
  Buffer.concat([id3v2(20), Buffer.alloc(90)]),
  Buffer.concat([id3v2(20), infoFrame("Xing")]),
  infoFrame("VBRI", { mono: true }),
);
const tail = fc.constantFrom(Buffer.alloc(0), id3v1(), apeTag(120), Buffer.concat([apeTag(9), id3v1()]));

/** A well-formed mp3: tags, frames of up to two kinds, tags. */
const mp3: fc.Arbitrary<Sample> = fc
  .tuple(lead, recipe.chain(run), fc.oneof(fc.constant([]), recipe.chain(run)), tail)
  .map(([before, first, second, after]) => {
    const recipes = [...first, ...second];
    return {
      parts: [before, ...recipes.map((one) => frame(one)), after],
      frames: recipes.length,
      audioMs: recipes.reduce((sum, one) => sum + frameMs(one), 0),
    };
  });

/** Bytes that look like mp3 here and there: frames, tags, loose headers, cut frames and noise in any order. */
const mess: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.integer({ min: 1, max: 5 }).map((count) => Buffer.concat(framesOf(count, { bitrate: 40 }))),
      fc.integer({ min: 1, max: 400 }).map((length) => frame().subarray(0, length)),
      fc
        .integer({ min: 1, max: 8 })
        .map((count) => Buffer.concat(framesOf(count, { bitrate: 0, freeBytes: 99 }))),
      recipe.map((one) => frame({ ...one, bitrate: 64 })),
      fc.constantFrom(id3v1(), id3v2(30), Buffer.from("ID3"), Buffer.from([0xff]), infoFrame("Info")),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

/** Cuts bytes at the places `at` names (taken modulo the length). */
function cutAt(data: Buffer, at: number[]): Buffer[] {
  const places = [...new Set(at.map((place) => place % (data.length + 1)))].sort((a, b) => a - b);
  return [...places, data.length].map((end, index) => data.subarray(places[index - 1] ?? 0, end));
}

const places = fc.oneof(
  fc.array(fc.nat(), { maxLength: 40 }),
  fc.constant(Array.from({ length: 9000 }, (_, at) => at)),
);
const chunkBytes = fc.constantFrom(0, 1, 500, 4096);
const maxChunkMs = fc.constantFrom(undefined, 10, 100);

async function attempt(
  pieces: Buffer[],
  options: { chunkBytes: number; maxChunkMs?: number },
): Promise<Chunk[] | undefined> {
  return collect(chunks(arriving(pieces), options)).catch((error: unknown) => {
    assert.ok(error instanceof NoAudioError);
    return undefined;
  });
}

function totalMs(list: Chunk[]): number {
  return list.reduce((sum, chunk) => sum + chunk.audioMs, 0);
}

function joined(list: Chunk[]): Buffer {
  return Buffer.concat(list.map((chunk) => chunk.data));
}

describe("any mp3 in any cut", () => {
  it("comes out byte for byte, with every frame counted", async () => {
    await fc.assert(
      fc.asyncProperty(mp3, places, chunkBytes, maxChunkMs, async (sample, at, size, longest) => {
        const stream = Buffer.concat(sample.parts);
        const list = await attempt(cutAt(stream, at), { chunkBytes: size, maxChunkMs: longest });
        assert.ok(list);
        assert.ok(joined(list).equals(stream));
        const last = list.at(-1)?.last;
        assert.deepEqual(
          { ...last, audioMs: 0 },
          { bytes: stream.length, audioMs: 0, frames: sample.frames, truncated: false },
        );
        assert.ok(Math.abs((last?.audioMs ?? 0) - sample.audioMs) < 1e-6);
        assert.ok(Math.abs(totalMs(list) - sample.audioMs) < 1e-6);
      }),
    );
  });

  it("has chunks that begin at a frame and carry audio, only the last marked as the last", async () => {
    await fc.assert(
      fc.asyncProperty(mp3, places, chunkBytes, maxChunkMs, async (sample, at, size, longest) => {
        const list = await attempt(cutAt(Buffer.concat(sample.parts), at), {
          chunkBytes: size,
          maxChunkMs: longest,
        });
        assert.ok(list);
        list.forEach((chunk, index) => {
          assert.ok(chunk.audioMs > 0);
          assert.equal(chunk.last !== undefined, index === list.length - 1);
          if (index > 0) assert.ok(parseFrameHeader(chunk.data));
          if (size > 0 && longest === undefined && chunk.last === undefined)
            assert.ok(chunk.data.length >= size);
        });
      }),
    );
  });

  it("is known to be cut off when it ends inside a frame", async () => {
    await fc.assert(
      fc.asyncProperty(recipe.chain(run), fc.nat(), places, async (recipes, short, at) => {
        const last = frame(recipes[0]);
        const stream = Buffer.concat([
          ...recipes.map((one) => frame(one)),
          last.subarray(0, 1 + (short % (last.length - 1))),
        ]);
        const list = await attempt(cutAt(stream, at), { chunkBytes: 0 });
        assert.deepEqual([list?.at(-1)?.last?.truncated, list?.at(-1)?.last?.frames], [true, recipes.length]);
      }),
    );
  });
});

describe("any bytes in any cut", () => {
  it("come out byte for byte, or are refused as no audio with what they began with", async () => {
    await fc.assert(
      fc.asyncProperty(mess, places, chunkBytes, async (data, at, size) => {
        const list = await attempt(cutAt(data, at), { chunkBytes: size });
        if (list === undefined) {
          const error = await collect(chunks(arriving([data]), { chunkBytes: 0 })).catch(
            (reason: unknown) => reason,
          );
          assert.ok(error instanceof NoAudioError && error.head.equals(data.subarray(0, 65_536)));
        } else {
          assert.ok(joined(list).equals(data));
        }
      }),
    );
  });

  it("give the same chunks of a wanted size whatever the cut", async () => {
    await fc.assert(
      fc.asyncProperty(mess, places, async (data, at) => {
        const options = { chunkBytes: 300, maxChunkMs: 90 };
        assert.deepEqual(await attempt(cutAt(data, at), options), await attempt([data], options));
      }),
    );
  });

  it("never make the splitter throw or lose a byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000, size: "max" }), places, (bytes, at) => {
        const data = Buffer.from(bytes);
        const splitter = new FrameSplitter();
        const units = [...cutAt(data, at).flatMap((piece) => splitter.push(piece)), ...splitter.end()];
        assert.ok(Buffer.concat(units.map((unit) => unit.data)).equals(data));
      }),
    );
  });
});
