/** The hum that wakes speakers, at every sample rate that mp3 knows. */
import assert from "node:assert/strict";
import { parseFrameHeader } from "../../lib/audio/mp3/frame";
import { silentFrames } from "../../lib/audio/shape/silence";
import { frame, SAMPLE_RATES } from "./audio-fixtures";
import { DECODERS, type Decode } from "./decoders";

const decode = DECODERS["mpg123-decoder"] as Decode;

/** The frequency that is the loudest, in Hz (Goertzel's algorithm). */
function pitch(samples: Float32Array, sampleRate: number): number {
  const faded = samples.map((sample, at) => sample * Math.sin((Math.PI * at) / samples.length) ** 2);
  let [loudest, found] = [0, 0];
  for (let hertz = 20; hertz <= 300; hertz += 2) {
    const turn = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
    let [last, before] = [0, 0];
    for (const sample of faded) [last, before] = [sample + turn * last - before, last];
    const power = last ** 2 + before ** 2 - turn * last * before;
    if (power > loudest) [loudest, found] = [power, hertz];
  }
  return found;
}

const peak = (samples: Float32Array): number =>
  samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);

describe("a hum", () => {
  for (const version of [1, 2, 2.5] as const) {
    for (const sampleRate of SAMPLE_RATES[version] ?? []) {
      for (const mono of [true, false]) {
        it(`is quiet, and around 70 Hz: ${sampleRate} Hz, ${mono ? "one channel" : "two channels"}`, async () => {
          const data = frame({ version, sampleRate, bitrate: 64, mono });
          const header = parseFrameHeader(data);
          assert.ok(header);
          const channels = await decode(silentFrames({ header, data }, 500, true), header.channels);
          assert.equal(channels.length, header.channels);
          for (const channel of channels) {
            const inner = channel.subarray(2 * 1152, -1152);
            const [hertz, loud] = [pitch(inner, sampleRate), peak(inner)];
            assert.ok(hertz >= 55 && hertz <= 85, `${hertz} Hz`);
            assert.ok(loud > 1 / 400 && loud < 1 / 300, String(loud));
          }
        });
      }
    }
  }
});
