import assert from "node:assert/strict";
import { LengthMeter, wavHeader } from "../../lib/audio";
import { cut, frameMs, framesOf } from "./audio-fixtures";

const SECOND = { sampleRate: 8000, channels: 2, bitsPerSample: 16 };

/** A WAV of the samples, with another chunk before its format. */
function wav(bytes: number, before = 0): Buffer {
  const header = wavHeader(SECOND, bytes);
  return Buffer.concat([
    header.subarray(0, 12),
    Buffer.alloc(before),
    header.subarray(12),
    Buffer.alloc(bytes),
  ]);
}

function measured(type: string, pieces: readonly Buffer[]): LengthMeter {
  const meter = new LengthMeter(type);
  for (const piece of pieces) meter.push(piece);
  return meter;
}

describe("the length of audio that passes by", () => {
  it("is that of its frames for mp3", () => {
    const meter = measured("audio/mpeg", cut(Buffer.concat(framesOf(10)), 100));
    assert.ok(Math.abs((meter.audioMs ?? 0) - 10 * frameMs()) < 1e-9);
    assert.equal(meter.atMostMs, meter.audioMs);
    assert.equal(meter.size, 4170);
  });

  it("is that of its bytes for a WAV, wherever the pieces are cut", () => {
    const whole = wav(32_000);
    for (const size of [1, 30, whole.length]) {
      assert.equal(measured("audio/wav", cut(whole, size)).audioMs, (whole.length / 32_000) * 1000);
    }
  });

  it("is that of a WAV whose format stands up to 4 kB behind its beginning", () => {
    assert.notEqual(measured("audio/wav", cut(wav(100, 4056), 512)).audioMs, undefined);
    assert.equal(measured("audio/wav", cut(wav(100, 5000), 512)).audioMs, undefined);
  });

  it("is not known of a WAV before its format is there", () => {
    const whole = wav(1000);
    assert.equal(measured("audio/wav", [whole.subarray(0, 31)]).audioMs, undefined);
    assert.notEqual(measured("audio/wav", [whole.subarray(0, 32)]).audioMs, undefined);
  });

  it("is not known of a WAV that says nothing or nonsense", () => {
    assert.equal(measured("audio/wav", [Buffer.alloc(1000)]).audioMs, undefined);
    assert.equal(measured("audio/wav", [wavHeader({ ...SECOND, sampleRate: 0 })]).audioMs, undefined);
  });

  it("is not known of other audio, but at most that of 16 kbit/s", () => {
    const meter = measured("audio/ogg", [wav(2000 - 44)]);
    assert.equal(meter.audioMs, undefined);
    assert.equal(meter.atMostMs, 1000);
  });
});
