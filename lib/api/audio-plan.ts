/** What an audio is read from, and how its end is judged. */
import type { ErrorFacts, VocuError } from "./errors";
import type { Answer } from "./exchange";
import { statesItsEnd } from "./header";

/** The end of an audio is in doubt that is shorter than this part of its estimate, and by more than a second. */
const SUSPICIOUS_PART = 0.75;
const SUSPICIOUS_GAP_MS = 1000;

/** Counts audio for the stream, which knows no frames. */
export interface AudioMeter {
  /** Takes the next bytes, in order. */
  push(data: Buffer): void;
  /** How much audio there was so far, in milliseconds. */
  readonly audioMs: number;
  /** Whether the bytes so far end within a frame. */
  readonly truncated: boolean;
}

/** A place in an audio that another reader has come to. */
export interface BegunAt {
  /** How many bytes are there. */
  readonly bytes: number;
  /** The last of them, as far as they are known; empty where they are not. */
  readonly overlap: Buffer;
}

/** What an audio is read from, and how it goes on after a break. */
export interface AudioPlan {
  operation: string;
  /** The reply that carries the audio; undefined when it is to be opened from `urls`. */
  source?: Answer;
  /** Where the same bytes can be had again, best first. The key is never sent there. */
  urls: string[];
  /** Only what is behind this place is read, from `urls`; together with `source` it has no meaning. */
  begun?: BegunAt;
  meter?: AudioMeter;
  estimatedDurationMs?: number;
  /** Limit for the first byte of `source`. */
  firstByteTimeoutMs: number;
  signal?: AbortSignal;
  facts?: Partial<ErrorFacts>;
}

/** Why the rest of an audio is looked for: it broke off, its end is in doubt, or its beginning was read elsewhere. */
export type Interruption =
  | { readonly why: "broken"; readonly error: VocuError }
  | {
      readonly why:
        "empty" | "within a frame" | "end not stated" | "shorter than estimated" | "begun elsewhere";
    };

/** Why a clean end of `source` after so many bytes is in doubt; undefined where it is not. */
export function doubtAbout(
  { meter, estimatedDurationMs = 0 }: AudioPlan,
  bytes: number,
  source: Answer | undefined,
): Interruption | undefined {
  if (bytes === 0) return { why: "empty" };
  if (meter?.truncated) return { why: "within a frame" };
  if (source && !statesItsEnd(source)) return { why: "end not stated" };
  return meter && isTooShort(meter.audioMs, estimatedDurationMs)
    ? { why: "shorter than estimated" }
    : undefined;
}

/** Whether so much audio is suspiciously little beside its estimate. */
export function isTooShort(audioMs: number, estimatedDurationMs: number): boolean {
  return estimatedDurationMs - audioMs > SUSPICIOUS_GAP_MS && audioMs < estimatedDurationMs * SUSPICIOUS_PART;
}
