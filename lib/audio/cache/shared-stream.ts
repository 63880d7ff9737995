/** One audio stream that several messages read at the same time. */
import { ignoreFailure } from "../../promises";
import { AbortRace, orAborted } from "../clock";

/** What a stream carries: audio, and whatever its opener knows about it. */
export interface Carried {
  readonly audio: AsyncIterator<Buffer, undefined>;
}

/** A stream whose audio ended cleanly and is still in memory from its first byte. */
export interface Completed<T extends Carried> {
  readonly carried: T;
  readonly pieces: readonly Buffer[];
}

/** How a stream is opened, and how much of it is kept. */
export interface SharedStreamOptions<T extends Carried> {
  /**
   * Called once, when the first subscriber joins. `signal` aborts when the last subscriber has left before the end; the
   * audio that was opened is then closed too.
   */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** How many bytes are kept for late subscribers. Longer audio continues, but can no longer be joined. */
  readonly keepBytes: number;
}

/**
 * One audio for many subscribers. Each gets it from its first byte, whenever it joined.
 *
 * The source is read only when a subscriber asks for more than has arrived, once for all of them: it is read as fast as
 * the fastest subscriber asks, and the slowest does not delay the others. A subscriber that leaves changes nothing for
 * the others; when the last one leaves, the source is closed immediately. When the source fails, each subscriber gets
 * the bytes that had arrived and then the error.
 */
export class SharedStream<T extends Carried> {
  /**
   * Resolves once when the audio has ended, failed or been abandoned: with all of it, or with undefined. Never rejects.
   */
  readonly settled: Promise<Completed<T> | undefined>;
  readonly #options: SharedStreamOptions<T>;
  readonly #abort = new AbortController();
  readonly #subscribers = new Set<Subscriber<T>>();
  #settle: (completed: Completed<T> | undefined) => void = () => undefined;
  #opened?: Promise<T>;
  #pulling?: Promise<void>;
  #pieces: Buffer[] = [];
  #dropped = 0;
  #bytes = 0;
  #end?: { readonly error?: unknown };

  constructor(options: SharedStreamOptions<T>) {
    this.#options = options;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
  }

  /** Whether a subscriber that joins now gets everything from the beginning. */
  get joinable(): boolean {
    return this.#whole && this.#end?.error === undefined;
  }

  /** Adds a subscriber, which leaves when `signal` aborts. Join only while the stream is `joinable`. */
  join(signal: AbortSignal): Subscriber<T> {
    this.#opened ??= this.#open();
    const subscriber = new Subscriber<T>(this, this.#opened);
    this.#subscribers.add(subscriber);
    subscriber.follow(signal);
    return subscriber;
  }

  /** For subscribers: piece number `position`, or undefined while it has not arrived. */
  at(position: number): Buffer | undefined {
    return this.#pieces[position - this.#dropped];
  }

  /** For subscribers: how the audio ended; undefined while it has not. */
  get end(): { readonly error?: unknown } | undefined {
    return this.#end;
  }

  /** For subscribers: reads one more piece, for all of them; never rejects. */
  pull(): Promise<void> {
    return (this.#pulling ??= this.#read().finally(() => (this.#pulling = undefined)));
  }

  /** For subscribers: one of them has moved on. */
  moved(): void {
    if (this.#whole) return;
    const passed = Math.min(...[...this.#subscribers].map(({ position }) => position)) - this.#dropped;
    this.#dropped += this.#pieces.splice(0, passed).length;
  }

  /** For subscribers: one of them has left. */
  left(subscriber: Subscriber<T>): void {
    if (!this.#subscribers.delete(subscriber)) return;
    if (this.#subscribers.size > 0) {
      this.moved();
      return;
    }
    if (this.#end) return;
    const abandoned = new Error("Every subscriber has left");
    this.#finish({ error: abandoned });
    this.#abort.abort(abandoned);
    ignoreFailure(this.#opened?.then(({ audio }) => audio.return?.()));
  }

  get #whole(): boolean {
    return this.#bytes <= this.#options.keepBytes;
  }

  #open(): Promise<T> {
    const opened = this.#options.open(this.#abort.signal);
    opened.catch((error: unknown) => this.#finish({ error }));
    return opened;
  }

  async #read(): Promise<void> {
    try {
      const carried = await this.#opened;
      const next = await carried?.audio.next();
      if (this.#end) return;
      if (!next || next.done === true) this.#finish({}, carried);
      else this.#keep(next.value);
    } catch (error) {
      this.#finish({ error });
    }
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  #finish(end: { readonly error?: unknown }, carried?: T): void {
    this.#end = end;
    this.#settle(carried && this.#whole ? { carried, pieces: [...this.#pieces] } : undefined);
  }
}

/** The reason of a subscriber that left of its own accord. */
const LEFT = new Error("Left");

/** One reader of a shared stream. Iterate once; leaving the loop leaves the stream. */
export class Subscriber<T extends Carried> implements AsyncIterableIterator<Buffer, undefined> {
  /** Number of the piece it reads next. */
  position = 0;
  readonly #stream: SharedStream<T>;
  readonly #opened: Promise<T>;
  readonly #gone = new AbortController();
  readonly #race = new AbortRace(this.#gone.signal);
  #unfollow: () => void = () => undefined;

  constructor(stream: SharedStream<T>, opened: Promise<T>) {
    this.#stream = stream;
    this.#opened = opened;
  }

  /**
   * What the stream carries, once it is open.
   * @throws what opening threw, or the reason for which this subscriber left
   */
  get opened(): Promise<T> {
    return orAborted(this.#opened, this.#gone.signal);
  }

  /** Leaves when the signal aborts. */
  follow(signal: AbortSignal): void {
    const abort = (): void => this.leave(signal.reason as Error);
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener("abort", abort, { once: true });
    this.#unfollow = () => signal.removeEventListener("abort", abort);
  }

  /** Leaves immediately. With a `reason`, pending reads reject with it. */
  leave(reason: Error = LEFT): void {
    this.#gone.abort(reason);
    this.#unfollow();
    this.#stream.left(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws what the source threw, after all that had arrived; the reason for which this subscriber left */
  async next(): Promise<IteratorResult<Buffer, undefined>> {
    while (!this.#gone.signal.aborted) {
      const piece = this.#stream.at(this.position);
      if (piece) {
        this.position++;
        this.#stream.moved();
        return { done: false, value: piece };
      }
      const { end } = this.#stream;
      if (end) {
        this.leave();
        if ("error" in end) throw end.error as Error;
      } else {
        await this.#race.run(this.#stream.pull()).catch(() => undefined);
      }
    }
    if (this.#gone.signal.reason !== LEFT) throw this.#gone.signal.reason as Error;
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.leave();
    return Promise.resolve({ done: true, value: undefined });
  }
}
