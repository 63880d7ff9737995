/** The account's limit of simultaneous generations. */
import { ApiError } from "../errors";
import type { Clock } from "./clock";

const refused = () =>
  new ApiError(429, "RATE_LIMIT_CONCURRENT", "Too many generations at once", {
    headers: { "Retry-After": "1" },
  });

/** The account's concurrency for simple-generate: callers over the limit wait, then get 429. API reference 5. */
export class Queue {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(
    places: number,
    private readonly patienceMs: number,
    private readonly clock: Clock,
  ) {
    this.#free = places;
  }

  /** Resolves when the caller has a slot; `leave` must follow. */
  async enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push(resolve);
      void this.clock.sleep(this.patienceMs).then(() => {
        const place = this.#waiting.indexOf(resolve);
        if (place < 0) return;
        this.#waiting.splice(place, 1);
        reject(refused());
      });
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
