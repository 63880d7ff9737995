import assert from "node:assert/strict";
import fc from "fast-check";
import { pcmMs, SampleCutter, wavHeader } from "../../lib/audio";

const usual = { sampleRate: 24000, channels: 1, bitsPerSample: 16 };

describe("raw samples", () => {
  it("reports how long samples play", () => {
    assert.equal(pcmMs(48000, usual), 1000);
    assert.equal(pcmMs(48000, { ...usual, channels: 2 }), 500);
  });
});

describe("the header of a WAV", () => {
  const fields = (header: Buffer): (number | string)[] => [
    header.toString("latin1", 0, 4),
    header.readUInt32LE(4),
    header.toString("latin1", 8, 16),
    header.readUInt32LE(16),
    header.readUInt16LE(20),
    header.readUInt16LE(22),
    header.readUInt32LE(24),
    header.readUInt32LE(28),
    header.readUInt16LE(32),
    header.readUInt16LE(34),
    header.toString("latin1", 36, 40),
    header.readUInt32LE(40),
  ];

  it("describes samples of a known length", () => {
    assert.deepEqual(fields(wavHeader({ ...usual, channels: 2 }, 1000)), [
      ...["RIFF", 1036, "WAVEfmt ", 16, 1, 2, 24000, 96000, 4, 16],
      ...["data", 1000],
    ]);
  });

  it("describes mu-law of unknown length", () => {
    const header = wavHeader({ sampleRate: 8000, channels: 1, bitsPerSample: 8, format: "mulaw" });
    assert.deepEqual(fields(header), [
      ...["RIFF", 0xffffffff, "WAVEfmt ", 16, 7, 1, 8000, 8000, 1, 8],
      ...["data", 0xffffffff],
    ]);
  });
});

describe("samples cut by the network", () => {
  const format = { sampleRate: 1000, channels: 2, bitsPerSample: 16 };

  it("leave as whole samples, the last piece too, and nothing is lost", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300, size: "max" })), (pieces) => {
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
