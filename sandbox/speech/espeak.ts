/** Speech synthesis with eSpeak NG. */
import type { EspeakModule, EspeakWorker } from "@echogarden/espeak-ng-emscripten";

/** How a piece of text is to be spoken, in eSpeak NG's own terms. */
export interface Delivery {
  /** eSpeak voice file with an optional variant, e.g. `gmw/en+f2`. */
  voice: string;
  /** Words a minute, 80 to 450. */
  rate: number;
  /** 0 to 99, 50 is normal. */
  pitch: number;
  /** Pitch range, 0 (flat) to 99, 50 is normal. */
  range: number;
}

/** Mono 16-bit speech. */
export interface Pcm {
  samples: Int16Array;
  sampleRate: number;
}

/** Longest text one call may speak; also the size that the module's string buffer is grown to before the snapshot. */
const LONGEST_PIECE_BYTES = 4096;

interface Engine {
  module: EspeakModule;
  worker: EspeakWorker;
  fresh: Uint8Array;
}

let engine: Promise<Engine> | undefined;

async function load(): Promise<Engine> {
  const { default: start } = await import("@echogarden/espeak-ng-emscripten");
  const module = await start();
  const worker = new module.eSpeakNGWorker();
  worker.set_voice("gmw/en", "");
  // Twice: the wrapper grows its string buffer at the call after the one that overflowed it.
  worker.synthesize(" ".repeat(LONGEST_PIECE_BYTES), () => false);
  worker.synthesize(" ", () => false);
  return { module, worker, fresh: module.HEAPU8.slice() };
}

/**
 * Speaks one piece of text (at most about 1000 characters) in one step, synchronously after the first call has loaded
 * the module. eSpeak keeps state between calls (noise, flutter); its memory is put back to a snapshot before each,
 * so equal input gives equal samples for the life of the process.
 */
export async function synthesise(text: string, delivery: Delivery): Promise<Pcm> {
  engine ??= load();
  const { module, worker, fresh } = await engine;
  module.HEAPU8.set(fresh);
  module.HEAPU8.fill(0, fresh.length);
  if (worker.set_voice(delivery.voice, "") !== 0) throw new Error(`eSpeak has no voice ${delivery.voice}`);
  worker.rate = delivery.rate;
  worker.pitch = delivery.pitch;
  worker.range = delivery.range;
  const parts: Int16Array[] = [];
  worker.synthesize(text, (samples) => {
    parts.push(samples);
    return false;
  });
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, sampleRate: worker.samplerate };
}
