import assert from "node:assert/strict";
import fc from "fast-check";
import { pcmFormatOf } from "../../lib/api";

const usual = { sampleRate: 24000, channels: 1, bitsPerSample: 16 };

describe("the description of samples", () => {
  const same: readonly object[] = [
    { sampleRate: 44100, channels: 2, bitsPerSample: 24 },
    { sample_rate: "44100", channels: "2", bit_depth: 24 },
    { rate: 44100, channel: 2, bits: 24 },
    { SampleRate: 44100, numChannels: 2, BitDepth: 24 },
    { frame_rate: 44100, nchannels: 2, sampleWidth: 3 },
    { "sampling-rate": 44100, channelCount: 2, bytes_per_sample: 3, codec: "s24le" },
  ];
  for (const described of same) {
    it(`is read whatever its members are called: ${JSON.stringify(described)}`, () => {
      assert.deepEqual(pcmFormatOf(described), { sampleRate: 44100, channels: 2, bitsPerSample: 24 });
    });
  }

  it("takes a width that can only be bits for bits", () => {
    assert.equal(pcmFormatOf({ sampleWidth: 16 }).bitsPerSample, 16);
    assert.equal(pcmFormatOf({ sampleWidth: 2 }).bitsPerSample, 16);
  });

  for (const described of [undefined, null, "pcm", 24000, {}, []]) {
    it(`is the usual one, and reports that it is assumed, if none exists: ${JSON.stringify(described)}`, () => {
      assert.deepEqual(pcmFormatOf(described), { ...usual, assumed: true });
    });
  }

  it("assumes defaults for missing or invalid members", () => {
    const described = { rate: 8000, channels: 0, bits: 17 };
    assert.deepEqual(pcmFormatOf(described), { ...usual, sampleRate: 8000, assumed: true });
    assert.equal(pcmFormatOf({ rate: -1 }).sampleRate, 24000);
  });

  it("takes what there may be at least and at most, and nothing beyond it", () => {
    const read = (rate: number, channels: number): number[] => {
      const pcm = pcmFormatOf({ rate, channels });
      return [pcm.sampleRate, pcm.channels];
    };
    assert.deepEqual(read(1000, 1), [1000, 1]);
    assert.deepEqual(read(768_000, 32), [768_000, 32]);
    assert.deepEqual(read(999, 0), [24000, 1]);
    assert.deepEqual(read(768_001, 33), [24000, 1]);
  });

  it("takes no list and no truth value for a number", () => {
    const described = { rate: [44100], channels: [2], bits: [24], width: true };
    assert.deepEqual(pcmFormatOf(described), { ...usual, assumed: true });
  });

  it("gives whole samples, whatever it is made of", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("rate", "channels", "bits", "width"), fc.anything()),
        (each) => {
          const { sampleRate, channels, bitsPerSample } = pcmFormatOf(each);
          assert.ok(
            [sampleRate, channels, bitsPerSample / 8].every((value) => Number.isInteger(value) && value > 0),
          );
        },
      ),
    );
  });
});
