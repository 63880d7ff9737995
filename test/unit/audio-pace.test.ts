import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import sinon from "sinon";
import { chunks, pace, systemClock, type Clock } from "../../lib/audio";
import { arriving, collect, framesOf } from "./audio-fixtures";

interface Piece {
  audioMs: number;
}

/** A clock that tests move; its alarms are late by what `late` gives. */
class TestClock implements Clock {
  time = 1000;
  slept: number[] = [];
  late = (): number => 0;

  now(): number {
    return this.time;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.time += ms + this.late();
    await Promise.resolve();
  }
}

const never = new AbortController().signal;

/** Pieces of equal length, each ready `delays[index]` ms after the one before was taken (0 where left out). */
async function* pieces(
  count: number,
  audioMs: number,
  clock?: TestClock,
  delays: number[] = [],
): AsyncGenerator<Piece> {
  for (let index = 0; index < count; index++) {
    if (clock !== undefined) clock.time += delays[index] ?? 0;
    await Promise.resolve();
    yield { audioMs };
  }
}

/** When each piece left, counted from the first. */
async function leaving(source: AsyncIterable<Piece>, leadMs: number, clock: TestClock): Promise<number[]> {
  const times: number[] = [];
  for await (const piece of pace(source, { leadMs, signal: never, clock })) {
    assert.ok(piece.audioMs >= 0);
    times.push(clock.time);
  }
  return times.map((time) => time - (times[0] ?? 0));
}

describe("pace", () => {
  it("sends each chunk when the one before has been heard", async () => {
    const clock = new TestClock();
    assert.deepEqual(await leaving(pieces(4, 100, clock), 0, clock), [0, 100, 200, 300]);
  });

  it("sends ahead by the lead", async () => {
    const clock = new TestClock();
    assert.deepEqual(await leaving(pieces(6, 100, clock), 250, clock), [0, 0, 0, 50, 150, 250]);
  });

  it("stays within a frame of the clock after ten minutes with alarms that are always late", async () => {
    const clock = new TestClock();
    clock.late = () => 7;
    const frameMs = 1152 / 44.1;
    const count = Math.round(600_000 / frameMs);
    const times = await leaving(pieces(count, frameMs, clock), 0, clock);
    const drift = (times.at(-1) ?? 0) - (count - 1) * frameMs;
    assert.ok(drift >= 0 && drift < frameMs, String(drift));
  });

  it("catches up with a source that stuttered within the lead", async () => {
    const clock = new TestClock();
    const times = await leaving(pieces(6, 100, clock, [0, 0, 0, 150]), 200, clock);
    assert.deepEqual(times, [0, 0, 0, 150, 200, 300]);
  });

  it("keeps count when a chunk comes just before the listener runs dry", async () => {
    const clock = new TestClock();
    const times = await leaving(pieces(6, 100, clock, [0, 0, 0, 299.5]), 200, clock);
    assert.deepEqual(times, [0, 0, 0, 299.5, 299.5, 300]);
  });

  it("counts again from a chunk that came after the listener ran dry", async () => {
    const clock = new TestClock();
    const times = await leaving(pieces(6, 100, clock, [0, 0, 1000]), 100, clock);
    assert.deepEqual(times, [0, 0, 1000, 1000, 1100, 1200]);
  });

  it("never waits for a source slower than real time", async () => {
    const clock = new TestClock();
    await leaving(pieces(5, 100, clock, [0, 300, 300, 300, 300]), 50, clock);
    assert.deepEqual(clock.slept, []);
  });

  it("sends what has no audio without waiting or starting the count", async () => {
    const clock = new TestClock();
    async function* source(): AsyncGenerator<Piece> {
      yield { audioMs: 0 };
      clock.time += 500;
      await Promise.resolve();
      yield* pieces(3, 100);
    }
    assert.deepEqual(await leaving(source(), 0, clock), [0, 500, 600, 700]);
  });

  it("keeps chunks as they are, the last known as the last", async () => {
    const options = { chunkBytes: 0, maxChunkMs: 60 };
    const source = [Buffer.concat(framesOf(9))];
    const plain = await collect(chunks(arriving(source), options));
    const paced = await collect(
      pace(chunks(arriving(source), options), { leadMs: 0, signal: never, clock: new TestClock() }),
    );
    assert.deepEqual(paced, plain);
    assert.equal(paced.at(-1)?.last?.frames, 9);
  });

  it("reads no further than the chunk that waits", async () => {
    const clock = new TestClock();
    let read = 0;
    const most: number[] = [];
    async function* source(): AsyncGenerator<Piece> {
      for await (const piece of pieces(10, 100)) {
        read += 1;
        yield piece;
      }
    }
    clock.late = () => (most.push(read), 0);
    let sent = 0;
    for await (const piece of pace(source(), { leadMs: 0, signal: never, clock })) {
      assert.equal(piece.audioMs, 100);
      sent += 1;
      assert.equal(read, sent);
    }
    assert.deepEqual(most, [2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe("pace ended early", () => {
  const reason = new Error("reset");

  function closable(): { source: AsyncGenerator<Piece>; closed: () => boolean } {
    let closed = false;
    async function* read(): AsyncGenerator<Piece> {
      try {
        yield* pieces(10, 60_000);
      } finally {
        closed = true;
      }
    }
    return { source: read(), closed: () => closed };
  }

  it("rejects with the signal's reason while it waits, and closes the source", async () => {
    const abort = new AbortController();
    const { source, closed } = closable();
    const output = pace(source, { leadMs: 0, signal: abort.signal });
    await output.next();
    const waiting = output.next();
    setImmediate(() => abort.abort(reason));
    await assert.rejects(waiting, reason);
    assert.equal(closed(), true);
  });

  it("rejects while the source is silent, without waiting for it", async () => {
    const abort = new AbortController();
    async function* silent(): AsyncGenerator<Piece> {
      yield { audioMs: 1 };
      await new Promise(() => undefined);
    }
    const output = pace(silent(), { leadMs: 0, signal: abort.signal });
    await output.next();
    const waiting = output.next();
    setImmediate(() => abort.abort(reason));
    await assert.rejects(waiting, reason);
  });

  it("rejects without reading when the signal has aborted before", async () => {
    let read = 0;
    async function* source(): AsyncGenerator<Piece> {
      read += 1;
      yield* pieces(1, 1);
    }
    await assert.rejects(pace(source(), { leadMs: 0, signal: AbortSignal.abort(reason) }).next(), reason);
    assert.equal(read, 0);
  });

  it("closes the source when the consumer stops", async () => {
    const { source, closed } = closable();
    for await (const piece of pace(source, { leadMs: 0, signal: never })) {
      assert.equal(piece.audioMs, 60_000);
      break;
    }
    assert.equal(closed(), true);
  });

  it("passes the source's error on", async () => {
    async function* broken(): AsyncGenerator<Piece> {
      yield { audioMs: 1 };
      await Promise.resolve();
      throw new Error("cut");
    }
    await assert.rejects(
      collect(pace(broken(), { leadMs: 0, signal: never, clock: new TestClock() })),
      /^Error: cut$/,
    );
  });

  it("does not close a source that has ended by itself", async () => {
    const inner = pieces(2, 1);
    let closed = 0;
    const source: AsyncIterable<Piece> = {
      [Symbol.asyncIterator]: () => ({
        next: () => inner.next(),
        return: async () => ((closed += 1), inner.return(undefined)),
      }),
    };
    await collect(pace(source, { leadMs: 0, signal: never, clock: new TestClock() }));
    assert.equal(closed, 0);
  });

  it("leaves no listener on the signal", async () => {
    const abort = new AbortController();
    await collect(pace(pieces(20, 1), { leadMs: 0, signal: abort.signal }));
    assert.equal(getEventListeners(abort.signal, "abort").length, 0);
  });
});

describe("system clock", () => {
  it("sleeps as long as asked", async () => {
    const before = systemClock.now();
    await systemClock.sleep(20, never);
    // Timers may fire up to a millisecond early.
    assert.ok(systemClock.now() - before >= 19);
  });

  it("wakes with the signal's reason, also when it has aborted before", async () => {
    const reason = new Error("stop");
    const abort = new AbortController();
    const sleeping = systemClock.sleep(60_000, abort.signal);
    abort.abort(reason);
    await assert.rejects(sleeping, reason);
    await assert.rejects(systemClock.sleep(60_000, abort.signal), reason);
  });

  it("leaves no timer behind when it is woken", async () => {
    const timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const abort = new AbortController();
      const sleeping = systemClock.sleep(60_000, abort.signal);
      assert.equal(timers.countTimers(), 1);
      abort.abort(new Error("stop"));
      await assert.rejects(sleeping);
      assert.equal(timers.countTimers(), 0);
    } finally {
      timers.restore();
    }
  });
});
