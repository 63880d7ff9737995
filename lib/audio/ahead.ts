/** Fewer, larger chunks where audio arrives faster than it plays. */
import { AbortRace, systemClock, type AlarmClock } from "./clock";
import type { Chunk } from "./mp3/chunks";

/** How `joinAhead` joins. */
export interface AheadOptions {
  /** A chunk that plays this long is sent, however much the listener has left to play, in milliseconds. */
  readonly enoughMs: number;
  /** Chunks are not joined to one that plays longer than this. Left out: no limit. */
  readonly mostMs?: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Left out: the machine's own clock. */
  readonly clock?: AlarmClock;
}

/** A chunk waits until it has this part of what the listener still has to play. */
const PART = 1 / 4;

/**
 * Joins chunks that need not be sent immediately, because the player is still busy with earlier ones: the first one
 * goes at once, and a later one when it plays a quarter as long as what has been sent and not been heard yet. So audio
 * that comes just in time is not held at all, and a listener never waits for what is held. Chunks come out whole, in
 * order, the last known as the last.
 *
 * @throws what the source throws, after what was held has gone on; `signal.reason` when the signal aborts
 */
export async function* joinAhead(source: AsyncIterable<Chunk>, options: AheadOptions): AsyncGenerator<Chunk> {
  const { signal, clock = systemClock } = options;
  const chunks = source[Symbol.asyncIterator]();
  const ahead = new Ahead(options, clock);
  let next: Promise<IteratorResult<Chunk, unknown>> | undefined;
  const race = new AbortRace(signal);
  try {
    for (;;) {
      next ??= chunks.next();
      const arrived = await arrivalOrTime(next, ahead.patienceMs, clock, race);
      if (arrived === undefined) {
        yield* ahead.release();
        continue;
      }
      next = undefined;
      if (arrived.done === true) return;
      yield* ahead.take(arrived.value);
    }
  } catch (error) {
    if (!signal.aborted) yield* ahead.release();
    throw error;
  } finally {
    race.close();
    next?.catch(() => undefined);
    const closed = chunks.return?.().catch(() => undefined);
    // A source that is silent may not answer; an abort must not wait for it.
    if (!signal.aborted && next === undefined) await closed;
  }
}

/** The next chunk, or undefined when it does not come in time. */
async function arrivalOrTime<T>(
  next: Promise<T>,
  patienceMs: number,
  clock: AlarmClock,
  race: AbortRace,
): Promise<T | undefined> {
  if (patienceMs === Infinity) return race.run(next);
  const alarm = { ring: (): void => undefined };
  const time = new Promise<undefined>((resolve) => (alarm.ring = () => resolve(undefined)));
  const timer = clock.alarm(Math.max(0, patienceMs), alarm.ring);
  try {
    return await race.run(Promise.race([next, time]));
  } finally {
    timer.cancel();
  }
}

/** What has been sent and what is held. */
class Ahead {
  #held: Chunk[] = [];
  #heldMs = 0;
  /** When the listener began to play, and how much it has been sent since then. */
  #start = -Infinity;
  #sentMs = 0;

  constructor(
    private readonly options: AheadOptions,
    private readonly clock: AlarmClock,
  ) {}

  /** How long what is held may wait for more. */
  get patienceMs(): number {
    return this.#held.length === 0 ? Infinity : this.#leftMs - this.#heldMs / PART;
  }

  /** Takes a chunk; returns what is sent now. */
  *take(chunk: Chunk): Generator<Chunk> {
    const { enoughMs, mostMs = Infinity } = this.options;
    if (this.#heldMs + chunk.audioMs > mostMs) yield* this.release();
    this.#held.push(chunk);
    this.#heldMs += chunk.audioMs;
    const due = chunk.last !== undefined || this.#heldMs >= Math.min(enoughMs, PART * this.#leftMs);
    if (due) yield* this.release();
  }

  /** What is held, as one chunk. */
  *release(): Generator<Chunk> {
    const [first] = this.#held;
    if (!first) return;
    const data = this.#held.length === 1 ? first.data : Buffer.concat(this.#held.map((chunk) => chunk.data));
    const chunk: Chunk = { data, audioMs: this.#heldMs, last: this.#held.at(-1)?.last };
    this.#held = [];
    this.#heldMs = 0;
    if (this.#leftMs <= 0) {
      this.#start = this.clock.now();
      this.#sentMs = 0;
    }
    this.#sentMs += chunk.audioMs;
    yield chunk;
  }

  /** How much the listener has to play before it would run dry. */
  get #leftMs(): number {
    return Math.max(0, this.#start + this.#sentMs - this.clock.now());
  }
}
