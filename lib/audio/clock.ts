/** Waiting: for a time, or for whatever comes first. */
import { sleep, startTimer, type Timer } from "../timers";

/** A clock with a wait; tests provide their own. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with `signal.reason` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A clock with an alarm, for waits that are so short and so many that a signal for each would cost more than the wait. */
export interface AlarmClock {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Calls `ring` once after `ms` milliseconds, unless it is cancelled before. */
  alarm(ms: number, ring: () => void): Timer;
}

/** The machine's monotonic clock. */
export const systemClock: Clock & AlarmClock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, signal),
  alarm: (ms, ring) => startTimer(ms, ring),
};

/** Lets waits end with a signal, one after the other, with one listener for all of them. */
export class AbortRace {
  readonly #signal: AbortSignal;
  #reject: (reason: Error) => void = () => undefined;

  /** To be closed when there is nothing more to wait for. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Settles like `work`, or rejects with `signal.reason` as soon as the signal aborts. */
  run<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      if (this.#signal.aborted) this.#onAbort();
      work.then(resolve, reject);
    });
  }

  close(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.#reject(this.#signal.reason as Error);
}

/** Settles like `work`, or rejects with `signal.reason` as soon as the signal aborts; leaves no listener behind. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
