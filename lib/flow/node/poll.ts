/** Looking again and again until something has happened on the server. */
import { systemClock, VocuError, type Clock } from "../../api";
import { startTimer } from "../../timers";

/** Pauses between looks (API reference 5 prescribes none): one second first, then longer, never more than five. */
const FIRST_PAUSE_MS = 1000;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 5000;
/** A look costs nothing, so a server that asks for more is asked again after this: its value may be wrong. */
const LONGEST_ASKED_MS = 60_000;

/** How long to look, and how. */
export interface PollOptions<T> {
  /** Ends looking and waiting at once. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** One look; answers undefined as long as it has not happened. Its signal also aborts when the time is up. */
  readonly look: (signal: AbortSignal) => Promise<T | undefined>;
  /** The error when the time is up; `trouble` is what kept the last look from succeeding, if anything did. */
  readonly timedOut: (trouble: VocuError | undefined) => Error;
  readonly clock?: Clock;
}

/**
 * Looks at once and then again until a look has an answer. A look that fails in a way that may pass (a lost connection,
 * 429, 5xx) does not end the waiting; `Retry-After` is honoured up to a minute.
 * @throws `timedOut()` when the time is up; what a look throws where trying later makes no sense
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

/** What came of one look: an answer, a fault that may pass, or neither. */
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
