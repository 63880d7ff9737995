/** Time and randomness, injectable for tests. */
import { sleep } from "../timers";
import { abortError } from "./errors";

/** Time and randomness, injectable for tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** 0 <= x < 1 */
  random(): number;
  /** Waits `ms` milliseconds; an aborted signal ends the wait immediately with {@link abortError}. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    sleep(ms, signal).catch(() => {
      throw abortError(signal);
    }),
};
