import assert from "node:assert/strict";
import { joinAhead, type AlarmClock, type Chunk, type Clock } from "../../lib/audio";
import { collect } from "./audio-fixtures";

/** A clock on which hours pass in a moment: when nothing else happens, the next alarm goes off. */
class VirtualClock implements Clock, AlarmClock {
  time = 0;
  readonly #alarms = new Set<{ readonly at: number; ring: () => void }>();

  now(): number {
    return this.time;
  }

  alarm(ms: number, ring: () => void): { cancel: () => void } {
    const alarm = { at: this.time + ms, ring };
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.alarm(ms, resolve));
  }

  /** How many alarms are set. */
  get alarms(): number {
    return this.#alarms.size;
  }

  /** Lets time pass until `work` is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const settled = work.finally(() => (state.done = true));
    settled.catch(() => undefined);
    for (;;) {
      await new Promise((turn) => setImmediate(turn));
      if (state.done) return settled;
      const [next] = [...this.#alarms].sort((a, b) => a.at - b.at);
      if (!next) throw new Error("Nothing will happen any more");
      this.#alarms.delete(next);
      this.time = Math.max(this.time, next.at);
      next.ring();
    }
  }
}

const never = new AbortController().signal;

interface Sent {
  readonly at: number;
  readonly audioMs: number;
  readonly bytes: number;
  readonly last: boolean;
}

/** Sends chunks of `audioMs` at the times given, and tells what comes out when. */
async function play(
  times: readonly number[],
  audioMs: number,
  options: { enoughMs?: number; mostMs?: number } = {},
): Promise<Sent[]> {
  const clock = new VirtualClock();
  async function* source(): AsyncGenerator<Chunk> {
    for (const [index, at] of times.entries()) {
      if (at > clock.time) await clock.sleep(at - clock.time);
      const last =
        index === times.length - 1 ? { bytes: 0, audioMs: 0, frames: 0, truncated: false } : undefined;
      yield { data: Buffer.alloc(10, index), audioMs, last };
    }
  }
  const sent: Sent[] = [];
  const work = (async () => {
    for await (const chunk of joinAhead(source(), { enoughMs: 2000, signal: never, clock, ...options })) {
      const { audioMs: ms, data, last } = chunk;
      sent.push({ at: clock.time, audioMs: ms, bytes: data.length, last: last !== undefined });
    }
  })();
  await clock.run(work);
  return sent;
}

/** Twenty chunks of one frame and one byte that are there already. */
async function* twenty(): AsyncGenerator<Chunk> {
  for (let index = 0; index < 20; index++) {
    await Promise.resolve();
    yield { data: Buffer.alloc(1), audioMs: 24 };
  }
}

const every = (count: number, ms: number): number[] =>
  Array.from({ length: count }, (_, index) => index * ms);

/** By how much the listener was ahead of what it heard, at the worst moment, if it begins at the first chunk. */
function leastAhead(sent: readonly Sent[]): number {
  let heard = 0;
  let least = Infinity;
  for (const { at, audioMs } of sent) {
    if (heard > 0) least = Math.min(least, heard - at);
    heard += audioMs;
  }
  return least;
}

describe("chunks joined ahead", () => {
  it("continue one by one if the audio comes no faster than it plays", async () => {
    const sent = await play(every(50, 24), 24);
    assert.deepEqual(
      sent.map(({ at }) => at),
      every(50, 24),
    );
  });

  it("are few and grow where it comes twice as fast", async () => {
    const sent = await play(every(1250, 12), 24);
    assert.ok(sent.length < 60, String(sent.length));
    assert.equal(sent[0]?.audioMs, 24);
    assert.ok(sent.slice(1, 5).every(({ audioMs }) => audioMs <= 48));
    assert.ok(sent.at(-3)?.audioMs === 2016, String(sent.at(-3)?.audioMs));
  });

  it("never let a listener wait for what is held", async () => {
    assert.ok(leastAhead(await play(every(1250, 12), 24)) >= 0);
  });

  it("continue before the listener runs dry when the audio stops coming", async () => {
    const times = [...every(100, 5), 60_000];
    const sent = await play(times, 24);
    const arrived = sent.slice(0, -1);
    assert.equal(
      arrived.reduce((sum, { audioMs }) => sum + audioMs, 0),
      2400,
    );
    assert.ok(leastAhead(arrived) >= 0);
  });

  it("begin again immediately after the listener has run dry", async () => {
    const sent = await play([0, 5000, 5001, 5002], 24);
    assert.deepEqual(sent.map(({ at }) => at).slice(0, 2), [0, 5000]);
  });

  it("stay unchanged if each is long enough", async () => {
    const sent = await play(every(5, 0), 4000);
    assert.deepEqual(
      sent.map(({ audioMs }) => audioMs),
      [4000, 4000, 4000, 4000, 4000],
    );
  });

  it("are not joined beyond a limit", async () => {
    const sent = await play(every(100, 0), 24, { enoughMs: 250, mostMs: 250 });
    assert.ok(sent.every(({ audioMs }) => audioMs <= 250));
    assert.ok(sent.length < 25, String(sent.length));
  });

  it("come out whole and in order, only the last known as the last", async () => {
    const sent = await play(every(200, 3), 24);
    assert.equal(
      sent.reduce((sum, { bytes }) => sum + bytes, 0),
      2000,
    );
    assert.deepEqual(
      sent.map(({ last }) => last),
      sent.map((_, index) => index === sent.length - 1),
    );
  });

  it("continue before the error of their source", async () => {
    const clock = new VirtualClock();
    async function* broken(): AsyncGenerator<Chunk> {
      yield* twenty();
      throw new Error("cut");
    }
    let bytes = 0;
    const work = (async () => {
      for await (const { data } of joinAhead(broken(), { enoughMs: 2000, signal: never, clock }))
        bytes += data.length;
    })();
    await assert.rejects(clock.run(work), /cut/);
    assert.equal(bytes, 20);
  });

  it("stop immediately when they are told to, though the source is silent", async () => {
    const stop = new AbortController();
    async function* silent(): AsyncGenerator<Chunk> {
      yield { data: Buffer.alloc(1), audioMs: 24 };
      yield { data: Buffer.alloc(1), audioMs: 24 };
      await new Promise(() => undefined);
    }
    const reading = collect(joinAhead(silent(), { enoughMs: 2000, signal: stop.signal }));
    setImmediate(() => stop.abort(new Error("stopped")));
    await assert.rejects(reading, /stopped/);
  });

  it("leave no alarm behind, however they end", async () => {
    const clock = new VirtualClock();
    const options = { enoughMs: 2000, signal: never, clock };
    await collect(joinAhead(twenty(), options));
    for await (const { data } of joinAhead(twenty(), options)) if (data.length > 1) break;
    assert.equal(clock.alarms, 0);
  });

  it("close their source when the reader stops", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Chunk> {
      try {
        for (;;) {
          await Promise.resolve();
          yield { data: Buffer.alloc(1), audioMs: 24 };
        }
      } finally {
        closed = true;
      }
    }
    for await (const { audioMs } of joinAhead(source(), { enoughMs: 2000, signal: never })) {
      assert.equal(audioMs, 24);
      break;
    }
    assert.equal(closed, true);
  });
});
