import { readFile } from "node:fs/promises";
import { createEncoder } from "wasm-media-encoders";
import type { Pcm } from "./espeak";

/** Constant bit rate of the sandbox's speech in kbit/s: 8000 bytes are one second. */
export const SPEECH_KBITS = 64;
const SPEECH_HZ = 24000;

let compiled: Promise<WebAssembly.Module> | undefined;

async function encoderModule(): Promise<WebAssembly.Module> {
  const path = require.resolve("wasm-media-encoders/wasm/mp3");
  return WebAssembly.compile(new Uint8Array(await readFile(path)));
}

function floats(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 32768);
}

/** An mp3 encoder for one stretch of mono speech; the returned buffers are the caller's own. */
export interface Mp3Encoder {
  encode(samples: Int16Array): Buffer;
  finish(): Buffer;
}

/** Sets up LAME for mono speech of the given sample rate: MPEG-2 Layer III, 24 kHz, 64 kbit/s unless told otherwise. */
export async function mp3Encoder(
  sampleRate: number,
  format: { kbits: 64 | 320; hz: 24000 | 44100 } = { kbits: SPEECH_KBITS, hz: SPEECH_HZ },
): Promise<Mp3Encoder> {
  compiled ??= encoderModule();
  const encoder = await createEncoder("audio/mpeg", await compiled);
  encoder.configure({ channels: 1, sampleRate, bitrate: format.kbits, outputSampleRate: format.hz });
  return {
    encode: (samples) => Buffer.from(encoder.encode([floats(samples)])),
    finish: () => Buffer.from(encoder.finalize()),
  };
}

/** Encodes a whole recording, giving the event loop a turn after every half second of sound. */
export async function* encodeInTurns(encoder: Mp3Encoder, pcm: Pcm): AsyncGenerator<Buffer> {
  const step = Math.ceil(pcm.sampleRate / 2);
  for (let at = 0; at < pcm.samples.length; at += step) {
    const bytes = encoder.encode(pcm.samples.subarray(at, at + step));
    if (bytes.length > 0) yield bytes;
    await new Promise((turn) => setImmediate(turn));
  }
}
