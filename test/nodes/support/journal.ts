/** Longest wait for something that has to happen; a test that gets this far has failed. */
const PATIENCE_MS = 45_000;

/** Things that happen, in order, and a way to wait for one of them without looking again and again. */
export class Journal<T> {
  readonly entries: T[] = [];
  /** `performance.now()` at each entry. */
  readonly times: number[] = [];
  private readonly listeners = new Set<() => void>();

  /** `name` says in a failure what was waited for. */
  constructor(private readonly name: string) {}

  add(entry: T): void {
    this.entries.push(entry);
    this.times.push(performance.now());
    for (const listener of [...this.listeners]) listener();
  }

  /** The last entry so far. */
  get last(): T | undefined {
    return this.entries.at(-1);
  }

  /** The first entry, past or future, that matches; rejects after 45 s. */
  find(match: (entry: T) => boolean): Promise<T> {
    return this.when(() => this.entries.find(match));
  }

  /** All entries, once there are at least `count`. */
  reach(count: number): Promise<readonly T[]> {
    return this.when(() => (this.entries.length >= count ? this.entries : undefined));
  }

  /** The entry number `index`, counted from 0. */
  async nth(index: number): Promise<T> {
    return (await this.reach(index + 1))[index] as T;
  }

  private when<R>(look: () => R | undefined): Promise<R> {
    const now = look();
    if (now !== undefined) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.listeners.delete(listener);
      };
      const listener = (): void => {
        const found = look();
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const timer = setTimeout(() => {
        end();
        reject(
          new Error(`${this.name}: not seen within ${PATIENCE_MS} ms; there were ${this.entries.length}`),
        );
      }, PATIENCE_MS);
      this.listeners.add(listener);
    });
  }
}
