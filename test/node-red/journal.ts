/** A list that grows, and promises for what is not in it yet. */

/** How long a test waits for something to happen before it fails, in ms. Generous: a busy machine is not a failure. */
const PATIENCE_MS = 45_000;

interface Waiter<T> {
  readonly matches: (entry: T) => boolean;
  readonly resolve: (entry: T) => void;
}

/** Entries in order of arrival. */
export class Journal<T> {
  private readonly entries: T[] = [];
  private readonly waiters = new Set<Waiter<T>>();

  /** @param context is appended to the error of a wait in vain, e.g. the log so far. */
  constructor(private readonly context: () => string) {}

  /** What has arrived so far. */
  all(): readonly T[] {
    return [...this.entries];
  }

  add(entry: T): void {
    this.entries.push(entry);
    for (const waiter of [...this.waiters]) {
      if (!waiter.matches(entry)) continue;
      this.waiters.delete(waiter);
      waiter.resolve(entry);
    }
  }

  /** Drops what has arrived, so that a wait sees only what comes from now on. */
  clear(): void {
    this.entries.length = 0;
  }

  /**
   * The first entry that matches, among those that arrived already or those to come.
   * @param what names the awaited thing in the error.
   * @throws Error when it has not come after `timeoutMs`.
   */
  async wait(what: string, matches: (entry: T) => boolean, timeoutMs = PATIENCE_MS): Promise<T> {
    const known = this.entries.find(matches);
    if (known !== undefined) return known;
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter<T> = {
        matches,
        resolve: (entry) => {
          clearTimeout(timer);
          resolve(entry);
        },
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        reject(new Error(`${what} did not come within ${timeoutMs} ms\n${this.context()}`));
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }
}
