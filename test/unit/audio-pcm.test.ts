import assert from "node:assert/strict";
import fc from "fast-check";
import { pcmFormatOf, pcmMs, SampleCutter } from "../../lib/audio";

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
    it(`is the usual one, and says that it is assumed, where there is none: ${JSON.stringify(described)}`, () => {
      assert.deepEqual(pcmFormatOf(described), { ...usual, assumed: true });
    });
  }

  it("assumes what is missing or makes no sense", () => {
    const described = { rate: 8000, channels: 0, bits: 17 };
    assert.deepEqual(pcmFormatOf(described), { ...usual, sampleRate: 8000, assumed: true });
    assert.equal(pcmFormatOf({ rate: -1 }).sampleRate, 24000);
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

  it("tells how long samples play", () => {
    assert.equal(pcmMs(48000, usual), 1000);
    assert.equal(pcmMs(48000, { ...usual, channels: 2 }), 500);
  });
});

describe("samples cut by the network", () => {
  const format = { sampleRate: 1000, channels: 2, bitsPerSample: 16 };

  it("leave as whole samples, the last piece too, and nothing is lost", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (pieces) => {
        const cutter = new SampleCutter(format);
        const sent = pieces.map((piece) => cutter.push(Buffer.from(piece)));
        const last = cutter.end();
        const all = Buffer.concat(pieces);
        const whole = all.subarray(0, all.length - (all.length % 4));
        assert.deepEqual(Buffer.concat([...sent, last]), whole);
        assert.ok([...sent, last].every(({ length }) => length % 4 === 0));
        assert.equal(last.length > 0, whole.length > 0);
      }),
    );
  });

  it("are held back for 20 ms at most", () => {
    const cutter = new SampleCutter(format);
    assert.equal(cutter.push(Buffer.alloc(4000)).length, 4000 - 80);
    assert.equal(cutter.end().length, 80);
  });
});
