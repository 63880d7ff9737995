import { ApiError } from "../errors";

/** The account's concurrency for simple-generate: callers over the limit wait, then get 429. API reference 5. */
export class Queue {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(
    places: number,
    private readonly patienceMs: number,
  ) {
    this.#free = places;
  }

  /** Resolves when it is the caller's turn; `leave` must follow. */
  async enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(
          new ApiError(429, "RATE_LIMIT_CONCURRENT", "Too many generations at once", {
            headers: { "Retry-After": "1" },
          }),
        );
      }, this.patienceMs);
      timer.unref();
      this.#waiting.push(turn);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
