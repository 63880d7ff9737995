import { orAborted } from "../clock";

/** What a flight carries: audio, and whatever its opener knows about it. */
export interface Carried {
  readonly audio: AsyncIterator<Buffer, undefined>;
}

/** A flight whose audio ended cleanly and is still there from its first byte. */
export interface Landed<T extends Carried> {
  readonly carried: T;
  readonly pieces: readonly Buffer[];
}

/** How a flight begins, and how much of it is kept. */
export interface FlightPlan<T extends Carried> {
  /**
   * Called once, when the first listener joins. `signal` aborts when the last listener has left before the end; the
   * audio it answers with is then closed too.
   */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** How many bytes are kept for those who come late. Longer audio goes on, but nobody can join it any more. */
  readonly keepBytes: number;
}

/**
 * One audio for many listeners (single flight). Each hears it from its first byte, whenever it joined.
 *
 * The source is read only when a listener asks for more than has arrived, once for all of them: it is read as fast as
 * the fastest listener asks, and the slowest holds up nobody. A listener that leaves changes nothing for the others;
 * when the last one leaves, the source is closed at once. When the source fails, each listener gets the bytes that had
 * arrived and then the error.
 */
export class Flight<T extends Carried> {
  /** Resolves once when the audio has ended, failed or been given up: with all of it, or with undefined. */
  readonly settled: Promise<Landed<T> | undefined>;
  readonly #plan: FlightPlan<T>;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<Listener<T>>();
  #settle: (landed: Landed<T> | undefined) => void = () => undefined;
  #opened?: Promise<T>;
  #pulling?: Promise<void>;
  #pieces: Buffer[] = [];
  #dropped = 0;
  #bytes = 0;
  #end?: { readonly error?: unknown };

  constructor(plan: FlightPlan<T>) {
    this.#plan = plan;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
  }

  /** Whether a listener that joins now hears everything from the beginning. */
  get joinable(): boolean {
    return this.#whole && this.#end?.error === undefined;
  }

  /** Adds a listener, which leaves when `signal` aborts. Join only while the flight is `joinable`. */
  join(signal: AbortSignal): Listener<T> {
    this.#opened ??= this.#takeOff();
    const listener = new Listener<T>(this, this.#opened);
    this.#listeners.add(listener);
    listener.follow(signal);
    return listener;
  }

  /** For listeners: piece number `position`, or undefined while it has not arrived. */
  at(position: number): Buffer | undefined {
    return this.#pieces[position - this.#dropped];
  }

  /** For listeners: how the audio ended; undefined while it has not. */
  get end(): { readonly error?: unknown } | undefined {
    return this.#end;
  }

  /** For listeners: reads one more piece, for all of them; never rejects. */
  pull(): Promise<void> {
    return (this.#pulling ??= this.#read().finally(() => (this.#pulling = undefined)));
  }

  /** For listeners: one of them has moved on. */
  moved(): void {
    if (this.#whole) return;
    const passed = Math.min(...[...this.#listeners].map(({ position }) => position)) - this.#dropped;
    this.#dropped += this.#pieces.splice(0, passed).length;
  }

  /** For listeners: one of them is gone. */
  left(listener: Listener<T>): void {
    if (!this.#listeners.delete(listener)) return;
    if (this.#listeners.size > 0) {
      this.moved();
      return;
    }
    if (this.#end) return;
    const abandoned = new Error("Nobody listens any more");
    this.#finish({ error: abandoned });
    this.#abort.abort(abandoned);
    void this.#opened?.then(({ audio }) => audio.return?.()).catch(() => undefined);
  }

  get #whole(): boolean {
    return this.#bytes <= this.#plan.keepBytes;
  }

  #takeOff(): Promise<T> {
    const opened = this.#plan.open(this.#abort.signal);
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
    this.moved();
  }

  #finish(end: { readonly error?: unknown }, carried?: T): void {
    if (this.#end) return;
    this.#end = end;
    this.#settle(carried && this.#whole ? { carried, pieces: [...this.#pieces] } : undefined);
  }
}

/** Why a listener stopped that left of its own accord. */
const LEFT = new Error("Left");

/** One who listens to a flight. Iterate once; leaving the loop leaves the flight. */
export class Listener<T extends Carried> implements AsyncIterableIterator<Buffer, undefined> {
  /** Number of the piece it hears next. */
  position = 0;
  readonly #flight: Flight<T>;
  readonly #opened: Promise<T>;
  readonly #gone = new AbortController();
  #unfollow: () => void = () => undefined;

  constructor(flight: Flight<T>, opened: Promise<T>) {
    this.#flight = flight;
    this.#opened = opened;
  }

  /** What the flight carries, once it is open. @throws what opening threw, or the reason for which this listener left */
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

  /** Stops listening at once. With a `reason`, whoever still waits for audio gets it thrown. */
  leave(reason: Error = LEFT): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort(reason);
    this.#unfollow();
    this.#flight.left(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws what the source threw, after all that had arrived; the reason for which this listener left */
  async next(): Promise<IteratorResult<Buffer, undefined>> {
    while (!this.#gone.signal.aborted) {
      const piece = this.#flight.at(this.position);
      if (piece) {
        this.position++;
        this.#flight.moved();
        return { done: false, value: piece };
      }
      const { end } = this.#flight;
      if (end) {
        this.leave();
        if ("error" in end) throw end.error as Error;
      } else {
        await orAborted(this.#flight.pull(), this.#gone.signal).catch(() => undefined);
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
