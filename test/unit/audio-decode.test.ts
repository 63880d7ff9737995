/** Frames to samples. */
import assert from "node:assert/strict";
import { FrameSplitter, type Unit } from "../../lib/audio";
import { encodeSamples } from "../../lib/audio/convert/encode";
import { Mp3Decoder, type Samples } from "../../lib/audio/decode/mp3-decoder";
import { lameMp3 } from "./audio-fixtures";

type Frame = Extract<Unit, { kind: "frame" }>;

async function framesIn(speech: Parameters<typeof lameMp3>[0]): Promise<Frame[]> {
  const splitter = new FrameSplitter();
  const units = [...splitter.push(await lameMp3(speech)), ...splitter.end()];
  return units.filter((unit): unit is Frame => unit.kind === "frame");
}

/** The samples of channel 0, all parts together. */
const joined = (parts: readonly Samples[]): number[] =>
  parts.flatMap(({ channels }) => [...(channels[0] ?? [])]);

const formats = (parts: readonly Samples[]): unknown[] =>
  parts.map(({ sampleRate, channels }) => [sampleRate, channels.length, channels[0]?.length]);

describe("decoded frames", () => {
  const decoders: Mp3Decoder[] = [];
  const create = async (): Promise<Mp3Decoder> => {
    const decoder = await Mp3Decoder.create();
    decoders.push(decoder);
    return decoder;
  };
  afterEach(() => decoders.splice(0).forEach((decoder) => decoder.close()));

  const MONO = { channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 } as const;
  const STEREO = { ...MONO, channels: 2 } as const;
  const FAST = { channels: 2, sampleRate: 44100, seconds: 1, bitrate: 128 } as const;

  it("are one part for each format, with all of their samples", async () => {
    const [mono, stereo, fast] = [await framesIn(MONO), await framesIn(STEREO), await framesIn(FAST)];
    const parts = await (await create()).decode([...mono, ...stereo, ...mono, ...fast]);
    assert.deepEqual(formats(parts), [
      [24000, 1, mono.length * 576],
      [24000, 2, stereo.length * 576],
      [24000, 1, mono.length * 576],
      [44100, 2, fast.length * 1152],
    ]);
  });

  it("are the same in one go and one by one", async () => {
    const frames = await framesIn(MONO);
    const decoder = await create();
    const parts: Samples[] = [];
    for (const frame of frames) parts.push(...(await decoder.decode([frame])));
    assert.equal(parts.length, frames.length);
    assert.deepEqual(joined(parts), joined(await (await create()).decode(frames)));
  });

  it("are the same again behind another sample rate", async () => {
    const [mono, fast] = [await framesIn(MONO), await framesIn(FAST)];
    const parts = await (await create()).decode([...mono, ...fast, ...mono]);
    assert.equal(parts.length, 3);
    assert.deepEqual(joined(parts.slice(2)), joined(parts.slice(0, 1)));
    assert.deepEqual(joined(parts.slice(1, 2)), joined(await (await create()).decode(fast)));
  });

  it("are two different channels where there are two", async () => {
    const [part] = await (await create()).decode(await framesIn(STEREO));
    assert.notDeepEqual(part?.channels[0], part?.channels[1]);
  });

  it("all have the samples that their headers name, the first of the encoder's silence included", async () => {
    const frames = await framesIn(FAST);
    const [part] = await (await create()).decode(frames);
    assert.equal(
      part?.channels[0]?.length,
      frames.reduce((sum, { header }) => sum + header.samples, 0),
    );
  });

  /** The decoder reads memory that is no longer its own, and never comes to an end. */
  it("are an error once the decoder is closed", async () => {
    const frames = await framesIn(MONO);
    const decoder = await Mp3Decoder.create();
    assert.equal((await decoder.decode(frames)).length, 1);
    decoder.close();
    await assert.rejects(decoder.decode(frames), /closed/);
  });

  it("are nothing where there are none", async () => {
    assert.deepEqual(await (await create()).decode([]), []);
  });
});

describe("samples as bytes", () => {
  const encoded = (samples: readonly number[]): number[] => {
    const data = encodeSamples([Float32Array.from(samples)], false);
    return samples.map((_, at) => data.readInt16LE(2 * at));
  };

  it("are parts of 32768, and clipped where they are louder", () => {
    assert.deepEqual(encoded([0, 0.5, -0.5, 1.5 / 32_768]), [0, 16_384, -16_384, 2]);
    assert.deepEqual(
      encoded([1, -1, 1.5, -1.5, 32_767 / 32_768]),
      [32_767, -32_768, 32_767, -32_768, 32_767],
    );
  });

  it("take turns where there are several channels", () => {
    const channels = [Float32Array.of(1 / 32_768, 2 / 32_768), Float32Array.of(3 / 32_768, 4 / 32_768)];
    assert.deepEqual([...encodeSamples(channels, false)], [1, 0, 3, 0, 2, 0, 4, 0]);
  });

  it("are one byte each as mu-law", () => {
    assert.deepEqual([...encodeSamples([Float32Array.of(0, 1, -1, -1.5)], true)], [0xff, 0x80, 0x00, 0x00]);
  });

  it("are none where there is no channel", () => {
    assert.equal(encodeSamples([], false).length, 0);
  });
});
