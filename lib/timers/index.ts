/**
 * The only timers of the package. A timer of the platform that is set to more than 2^31 ms (25 days) fires immediately;
 * these wait as long as requested.
 */

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A timer that runs. */
export interface Timer {
  /** Stops the timer; without effect once it has fired. */
  cancel(): void;
}

/** How a timer is set. */
export interface TimerOptions {
  /** Whether the process may end while the timer runs; false by default. */
  unref?: boolean;
}

/** Calls `fire` once after `ms` milliseconds. Zero or less fires as soon as possible, `Infinity` never. */
export function startTimer(ms: number, fire: () => void, { unref = false }: TimerOptions = {}): Timer {
  let left = ms;
  let handle: NodeJS.Timeout | undefined;
  const arm = (): void => {
    const step = Math.min(left, LONGEST_TIMER_MS);
    left -= step;
    handle = setTimeout(left > 0 ? arm : fire, step);
    if (unref) handle.unref();
  };
  arm();
  return { cancel: () => clearTimeout(handle) };
}

/** Resolves after `ms` milliseconds; rejects with `signal.reason` as soon as the signal is aborted. */
export function sleep(ms: number, signal?: AbortSignal, options?: TimerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = startTimer(
      ms,
      () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      },
      options,
    );
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** How long a loop may keep the process to itself, in ms. */
const MOST_BUSY_MS = 10;

/**
 * Lets other work of the process run between the steps of a loop. Promises that are settled already are awaited without
 * a turn of the event loop, so a loop over data that is there stops everything else until it ends.
 */
export class Turns {
  /** When the first step of this turn began. */
  #began: number | undefined;

  constructor() {
    this.#begin();
  }

  /**
   * Waits for the next turn of the event loop where the steps of this one have lasted too long. Called before or after
   * each step, by one caller after the other.
   */
  async share(): Promise<void> {
    if (this.#began !== undefined) {
      if (performance.now() - this.#began < MOST_BUSY_MS) return;
      await new Promise(setImmediate);
    }
    this.#begin();
  }

  #begin(): void {
    this.#began = performance.now();
    setImmediate(() => (this.#began = undefined));
  }
}
