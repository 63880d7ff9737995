/** mp3 encoding with LAME. */
import { readFile } from "node:fs/promises";
import { createEncoder } from "wasm-media-encoders";
import type { Pcm } from "./espeak";

/** Bit rate and sample rate of an mp3. */
export interface Mp3Format {
  kbits: 64 | 320;
  hz: 24000 | 44100;
}

/** The sandbox's speech: 8000 bytes are one second. */
export const SPEECH: Mp3Format = { kbits: 64, hz: 24000 };
/** Length of the sandbox's own speech. */
export const secondsOf = (speech: Buffer): number => speech.length / ((SPEECH.kbits * 1000) / 8);
/** What uploads for voice conversion are stored as, API reference 6. */
export const CONVERSION_UPLOAD: Mp3Format = { kbits: 320, hz: 44100 };

let compiled: Promise<WebAssembly.Module> | undefined;

async function encoderModule(): Promise<WebAssembly.Module> {
  const path = require.resolve("wasm-media-encoders/wasm/mp3");
  return WebAssembly.compile(new Uint8Array(await readFile(path)));
}

function floats(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 32768);
}

/** An mp3 encoder for one stretch of mono sound; the returned buffers are the caller's own. */
export interface Mp3Encoder {
  encode(samples: Int16Array): Buffer;
  finish(): Buffer;
}

/** Sets up LAME for mono sound of the given sample rate. */
export async function mp3Encoder(sampleRate: number, format: Mp3Format = SPEECH): Promise<Mp3Encoder> {
  compiled ??= encoderModule();
  const encoder = await createEncoder("audio/mpeg", await compiled);
  encoder.configure({ channels: 1, sampleRate, bitrate: format.kbits, outputSampleRate: format.hz });
  return {
    encode: (samples) => Buffer.from(encoder.encode([floats(samples)])),
    finish: () => Buffer.from(encoder.finalize()),
  };
}

/** Encodes with an encoder that is used further; yields to the event loop after every half second of sound. */
export async function* encodeInTurns(encoder: Mp3Encoder, pcm: Pcm): AsyncGenerator<Buffer> {
  const step = Math.ceil(pcm.sampleRate / 2);
  for (let at = 0; at < pcm.samples.length; at += step) {
    const bytes = encoder.encode(pcm.samples.subarray(at, at + step));
    if (bytes.length > 0) yield bytes;
    await new Promise((turn) => setImmediate(turn));
  }
}

/** Encodes a whole recording. */
export async function* encodeWhole(pcm: Pcm, format: Mp3Format = SPEECH): AsyncGenerator<Buffer> {
  const encoder = await mp3Encoder(pcm.sampleRate, format);
  yield* encodeInTurns(encoder, pcm);
  yield encoder.finish();
}
