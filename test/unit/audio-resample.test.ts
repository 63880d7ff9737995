/** Another sample rate. */
import assert from "node:assert/strict";
import { Resampler } from "../../lib/audio/convert/resample";

const tone = (hertz: number, rate: number, count: number, loud = 0.5): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => loud * Math.sin((2 * Math.PI * hertz * at) / rate));

/** The samples at another rate, pushed in pieces. */
function resample(samples: Float32Array, from: number, to: number, size = 577): number[] {
  const resampler = new Resampler(from, to);
  const out: number[] = [];
  for (let at = 0; at < samples.length; at += size) out.push(...resampler.push(samples.slice(at, at + size)));
  return [...out, ...resampler.end()];
}

const loudest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const RATES: [from: number, to: number][] = [
  [24000, 8000],
  [24000, 16000],
  [24000, 44100],
  [24000, 48000],
  [44100, 48000],
  [48000, 44100],
  [44100, 8000],
  [24000, 22051],
];

describe("resampling", () => {
  for (const [from, to] of RATES) {
    describe(`from ${from} to ${to} Hz`, () => {
      const low = 0.3 * Math.min(from, to);

      it("gives the tone that was there, at its place and as long", () => {
        const out = resample(tone(low, from, from), from, to);
        const wanted = tone(low, to, to);
        assert.equal(out.length, to);
        // At both ends the tone begins and stops suddenly, which no filter lets through.
        const inner = out.slice(1000, -1000).map((value, at) => value - (wanted[at + 1000] ?? NaN));
        assert.ok(loudest(inner) < 2e-4, String(loudest(inner)));
      });

      it("does not depend on how the samples come", () => {
        const whole = resample(tone(low, from, 5000), from, to, 5000);
        for (const size of [1, 13, 576])
          assert.deepEqual(resample(tone(low, from, 5000), from, to, size), whole);
      });
    });
  }

  for (const [from, to] of RATES.filter(([before, after]) => after < before)) {
    it(`leaves out what ${to} Hz cannot carry of ${from} Hz`, () => {
      const hertz = (to / 2 + from / 2) / 2;
      const out = resample(tone(hertz, from, from), from, to);
      assert.ok(loudest(out.slice(1000, -1000)) < 1e-4, String(loudest(out.slice(1000, -1000))));
    });
  }

  it("lets a constant through as it is", () => {
    const out = resample(new Float32Array(5000).fill(0.25), 24000, 44100);
    assert.ok(out.slice(500, -500).every((value) => Math.abs(value - 0.25) < 1e-6));
  });

  it("gives nothing if there is nothing", () => {
    assert.deepEqual(resample(new Float32Array(), 24000, 8000), []);
  });
});
