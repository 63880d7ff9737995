/** Polls until something has happened on the server. */
import { systemClock, VocuError, type Clock } from "../../api";
import { startTimer } from "../../timers";

/** Pauses between polls (API reference 5 prescribes none): one second first, then longer, at most five. */
const FIRST_PAUSE_MS = 1000;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 5000;
/** The longest `Retry-After` that is followed: a poll costs nothing, and the value may be wrong. */
const LONGEST_ASKED_MS = 60_000;

/** Options of a poll. */
export interface PollOptions<T> {
  /** Ends polling and waiting immediately. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** One poll; returns undefined as long as it has not happened. Its signal also aborts when the time is up. */
  readonly look: (signal: AbortSignal) => Promise<T | undefined>;
  /** The error when the time is up; `trouble` is the failure of the last poll, if it failed. */
  readonly timedOut: (trouble: VocuError | undefined) => Error;
  readonly clock?: Clock;
}

/**
 * Polls immediately and then repeatedly until there is a result. A transient failure (a lost connection, 429, 5xx) does
 * not end the wait; `Retry-After` is honoured up to a minute.
 * @throws `timedOut()` when the time is up; a failure of a poll that is not transient
 */
export async function poll<T>(options: PollOptions<T>): Promise<T> {
  const { signal, timeoutMs, clock = systemClock } = options;
  const deadline = new AbortController();
  const timer = startTimer(timeoutMs, () => deadline.abort());
  const either = AbortSignal.any([signal, deadline.signal]);
  let last: Look<T> = {};
  try {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
      last = await lookOnce(() => options.look(either));
      if (last.found !== undefined) return last.found;
      const asked = Math.min((last.trouble?.cause.retryAfter ?? 0) * 1000, LONGEST_ASKED_MS);
      await clock.sleep(Math.max(pause, asked), either);
    }
  } catch (error) {
    if (deadline.signal.aborted && !signal.aborted) throw options.timedOut(last.trouble);
    throw error;
  } finally {
    timer.cancel();
  }
}

/** The outcome of one poll: a result, a transient failure, or neither. */
interface Look<T> {
  readonly found?: T;
  readonly trouble?: VocuError;
}

async function lookOnce<T>(look: () => Promise<T | undefined>): Promise<Look<T>> {
  try {
    return { found: await look() };
  } catch (error) {
    if (error instanceof VocuError && error.cause.retryable) return { trouble: error };
    throw error;
  }
}
