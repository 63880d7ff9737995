/** The sources of an audio, and the check of its end. */
import type { ErrorFacts, VocuError } from "./errors";
import type { Answer } from "./exchange";
import { statesItsEnd } from "./header";

/** An end is verified if the audio is shorter than this part of its estimate, and by more than a second. */
const SUSPICIOUS_PART = 0.75;
const SUSPICIOUS_GAP_MS = 1000;

/** Counts audio for the stream, which does not parse frames. */
export interface AudioMeter {
  /** Takes the next bytes, in order. */
  push(data: Buffer): void;
  /** The length of the audio so far, in milliseconds. */
  readonly audioMs: number;
  /** Whether the bytes so far end within a frame. */
  readonly truncated: boolean;
}

/** A position in an audio that another reader has reached. */
interface BegunAt {
  /** Bytes read so far. */
  readonly bytes: number;
  /** The last bytes read; empty if unknown. */
  readonly overlap: Buffer;
}

/** The sources of an audio, and how it continues after a break. */
export interface AudioPlan {
  operation: string;
  /** The reply that carries the audio; undefined when it is to be opened from `urls`. */
  source?: Answer;
  /** URLs of the same bytes, best first. The key is never sent there. */
  urls: string[];
  /** Only the bytes after this position are read, from `urls`. Not used together with `source`. */
  begun?: BegunAt;
  meter?: AudioMeter;
  estimatedDurationMs?: number;
  /** Limit for the first byte of `source`. */
  firstByteTimeoutMs: number;
  signal?: AbortSignal;
  facts?: Partial<ErrorFacts>;
}

/**
 * Why the rest of an audio is requested: the stream broke, its end is suspicious, or its beginning was read elsewhere.
 */
export type Interruption =
  | { readonly why: "broken"; readonly error: VocuError }
  | {
      readonly why:
        "empty" | "within a frame" | "end not stated" | "shorter than estimated" | "begun elsewhere";
    };

/** Why a clean end of `source` after this many bytes is suspicious; undefined if it is not. */
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

/** Whether the audio is much shorter than its estimate. */
export function isTooShort(audioMs: number, estimatedDurationMs: number): boolean {
  return estimatedDurationMs - audioMs > SUSPICIOUS_GAP_MS && audioMs < estimatedDurationMs * SUSPICIOUS_PART;
}
