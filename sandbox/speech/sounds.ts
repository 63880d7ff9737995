/** Generated sound effects and tunes. */
import { createHash } from "node:crypto";
import type { Pcm } from "./espeak";

const SAMPLE_RATE = 24000;
const LOUDNESS = 0.4 * 32767;
const NOTE_SECONDS = 0.25;
const PENTATONIC_HZ = [262, 294, 330, 392, 440, 523];

function draw(seconds: number, sampleAt: (second: number, index: number) => number): Pcm {
  const samples = Int16Array.from({ length: Math.round(seconds * SAMPLE_RATE) }, (_, index) =>
    Math.round(LOUDNESS * sampleAt(index / SAMPLE_RATE, index)),
  );
  return { samples, sampleRate: SAMPLE_RATE };
}

const digest = (text: string) => createHash("sha256").update(text).digest();

/** A sound effect: a fading burst of noise, coloured by the text; equal texts sound equal. */
export function soundEffect(text: string, seconds: number): Pcm {
  let state = digest(text).readUInt32LE(0) | 1;
  const fade = 1 + (state % 5);
  return draw(seconds, (second) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * Math.exp(-fade * second);
  });
}

/** A tune whose notes come from the text. */
export function tune(text: string, seconds: number): Pcm {
  const notes = digest(text);
  return draw(seconds, (second) => {
    const note = Math.floor(second / NOTE_SECONDS);
    const hz = PENTATONIC_HZ[(notes[note % notes.length] ?? 0) % PENTATONIC_HZ.length] ?? 262;
    const into = second - note * NOTE_SECONDS;
    return Math.sin(2 * Math.PI * hz * second) * Math.exp(-6 * into);
  });
}
