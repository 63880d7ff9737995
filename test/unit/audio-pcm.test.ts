import assert from "node:assert/strict";
import fc from "fast-check";
import { pcmMs, SampleCutter } from "../../lib/audio";

const usual = { sampleRate: 24000, channels: 1, bitsPerSample: 16 };

describe("raw samples", () => {
  it("reports how long samples play", () => {
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
