/** Retries requests that are safe to repeat. */
import type { Clock } from "./clock";
import { abortError, VocuError } from "./errors";
import { neverSent } from "./failure";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
/** Longer waits that a server requests are not waited for: the error carries `cause.retryAfter`. */
const LONGEST_RETRY_AFTER_S = 60;

/** Rules for trying again. */
export interface RetryOptions {
  retries: number;
  /**
   * A read may be repeated after any fault of the network or the server; a write only when it certainly was not
   * accepted.
   */
  kind: "read" | "write";
  signal?: AbortSignal;
  clock: Clock;
  /** See `ClientOptions.onRateLimit`. */
  onRateLimit?: (ms: number) => void;
}

/**
 * Whether the same request may be sent again by itself. Reads: connection faults, 429 and 5xx. Writes, among them all
 * that Vocu charges for (API reference 5): faults before anything was sent, 429 and 503.
 */
function mayRepeat(error: VocuError, kind: RetryOptions["kind"]): boolean {
  if (!error.cause.retryable || (error.cause.retryAfter ?? 0) > LONGEST_RETRY_AFTER_S) return false;
  const status = error.cause.statusCode ?? 0;
  // A request whose body has not arrived whole cannot have been accepted.
  if (neverSent(error.code) || error.code === "UPLOAD_STALLED" || status === 429 || status === 503)
    return true;
  return kind === "read" && (error.code === "CONNECTION_LOST" || status >= 500);
}

/**
 * How long to wait before try number `next` (2, 3, …), in milliseconds: Retry-After, or 0.5 s doubled each time up to 8
 * s with jitter.
 */
export function waitBefore(next: number, error: VocuError, random: number): number {
  const backoff = Math.min(FIRST_WAIT_MS * 2 ** (next - 2), LONGEST_WAIT_MS) * (0.5 + random / 2);
  return Math.max(backoff, (error.cause.retryAfter ?? 0) * 1000);
}

/**
 * Runs `attempt` until it succeeds or may not be repeated; a final error says in `cause.attempts` how often it was
 * tried.
 */
export async function withRetries<T>(
  options: RetryOptions,
  attempt: () => Promise<T>,
): Promise<{ value: T; attempts: number }> {
  const { retries, kind, signal, clock, onRateLimit } = options;
  for (let attempts = 1; ; attempts++) {
    try {
      return { value: await attempt(), attempts };
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      if (!(error instanceof VocuError)) throw error;
      const wait = waitBefore(attempts + 1, error, clock.random());
      if (error.cause.statusCode === 429) onRateLimit?.(Math.min(wait, LONGEST_RETRY_AFTER_S * 1000));
      if (attempts > retries || !mayRepeat(error, kind)) throw error.with({ attempts });
      await clock.sleep(wait, signal);
    }
  }
}
