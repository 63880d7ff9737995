/** Inputs and settings for the shape of audio: silence around it, and its loudness. */
import { number, type Inputs, type Settings } from "./description";

const LONGEST_SILENCE_MS = 60_000;
const silence = {
  min: 0,
  max: LONGEST_SILENCE_MS,
  default: 0,
  messageWins: true,
  local: true,
  advanced: true,
} as const;

/** What one message may say for itself. Milliseconds, and decibels. */
export const SHAPE_INPUTS = {
  silenceMs: number(silence),
  silenceAfterMs: number(silence),
  /** In front of a speech that follows another one directly. */
  silenceBetweenMs: number(silence),
  gain: number({ min: -60, max: 12, default: 0, messageWins: true, local: true, advanced: true }),
} as const satisfies Inputs;

/** Seconds within which the speaker is taken to be awake; 0: never. And a hum in place of silence. */
export const SHAPE_SETTINGS = {
  silenceUnlessWithin: { kind: "count", default: 0, min: 0, max: 86_400, advanced: true },
  silenceTone: { kind: "check", default: false, advanced: true },
} as const satisfies Settings;

/** The values of `SHAPE_INPUTS`. */
export interface ShapeValues {
  readonly silenceMs: number | undefined;
  readonly silenceAfterMs: number | undefined;
  readonly silenceBetweenMs: number | undefined;
  readonly gain: number | undefined;
}

/** The values of `SHAPE_SETTINGS`. */
export interface ShapeSettings {
  readonly silenceUnlessWithin: number;
  readonly silenceTone: boolean;
}
