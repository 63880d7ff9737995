/** The sandbox's time, which tests can move forward. */

interface Sleep {
  due: number;
  timer?: NodeJS.Timeout;
  wake: () => void;
}

/**
 * The time of one sandbox in milliseconds. It runs on its own, can be moved forward, and ends every wait when it stops.
 */
export class Clock {
  readonly #sleeps = new Set<Sleep>();
  #ahead = 0;
  #stopped = false;

  get stopped(): boolean {
    return this.#stopped;
  }

  now(): number {
    return performance.now() + this.#ahead;
  }

  /** Moves the time forward; everything that waited for that moment continues. */
  advance(ms: number): void {
    this.#ahead += ms;
    for (const sleep of [...this.#sleeps]) {
      clearTimeout(sleep.timer);
      this.#arm(sleep);
    }
  }

  /** Resolves after `ms`, or as soon as the clock stops. */
  sleep(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const sleep: Sleep = {
        due: this.now() + ms,
        wake: () => {
          clearTimeout(sleep.timer);
          this.#sleeps.delete(sleep);
          resolve();
        },
      };
      this.#sleeps.add(sleep);
      this.#arm(sleep);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const { wake } of [...this.#sleeps]) wake();
  }

  #arm(sleep: Sleep): void {
    const left = sleep.due - this.now();
    if (left <= 0) sleep.wake();
    else sleep.timer = setTimeout(sleep.wake, left);
  }
}
