import assert from "node:assert/strict";
import fc from "fast-check";
import { Flight, type Listener } from "../../lib/audio";

const BIG = 1_000_000;
const never = new AbortController().signal;

/** Audio that the test hands out piece by piece. */
class Source implements AsyncIterator<Buffer, undefined> {
  reads = 0;
  closed = false;
  private readonly waiting: ((next: Promise<IteratorResult<Buffer, undefined>>) => void)[] = [];

  next(): Promise<IteratorResult<Buffer, undefined>> {
    this.reads++;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.closed = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  give(text: string): void {
    this.answer(Promise.resolve({ done: false, value: Buffer.from(text) }));
  }

  end(): void {
    this.answer(Promise.resolve({ done: true, value: undefined }));
  }

  fail(error: Error): void {
    this.answer(Promise.reject(error));
  }

  private answer(next: Promise<IteratorResult<Buffer, undefined>>): void {
    const asked = this.waiting.shift();
    assert.ok(asked, "nobody has asked for more");
    asked(next);
  }
}

type TestFlight = Flight<{ audio: AsyncIterator<Buffer, undefined> }>;
type TestListener = Listener<{ audio: AsyncIterator<Buffer, undefined> }>;

const flightOf = (audio: AsyncIterator<Buffer, undefined>, keepBytes = BIG): TestFlight =>
  new Flight({ keepBytes, open: () => Promise.resolve({ audio }) });

/** Lets everything happen that can happen by itself. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function textOf(listener: AsyncIterable<Buffer>): Promise<string> {
  const heard: Buffer[] = [];
  for await (const piece of listener) heard.push(piece);
  return Buffer.concat(heard).toString();
}

async function hear(listener: TestListener): Promise<string | undefined> {
  return (await listener.next()).value?.toString();
}

/** Speaks the pieces as soon as they are asked for. */
async function* speaking(...pieces: string[]): AsyncGenerator<Buffer, undefined> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield Buffer.from(piece);
  }
}

describe("a flight", () => {
  it("is opened when the first listener joins, once for all of them", async () => {
    let opened = 0;
    const flight = new Flight({
      keepBytes: BIG,
      open: () => {
        opened++;
        return Promise.resolve({ audio: speaking("a", "b") });
      },
    });
    assert.equal(opened, 0);
    const texts = await Promise.all([textOf(flight.join(never)), textOf(flight.join(never))]);
    assert.deepEqual(texts, ["ab", "ab"]);
    assert.equal(opened, 1);
  });

  it("reads its source only when a listener asks", async () => {
    const source = new Source();
    const listener = flightOf(source).join(never);
    await quiet();
    assert.equal(source.reads, 0);
    const first = hear(listener);
    await quiet();
    source.give("a");
    assert.equal(await first, "a");
    await quiet();
    assert.equal(source.reads, 1);
  });

  it("reads its source once for all that wait at the same place", async () => {
    const source = new Source();
    const flight = flightOf(source);
    const heard = [flight.join(never), flight.join(never), flight.join(never)].map(hear);
    await quiet();
    assert.equal(source.reads, 1);
    source.give("a");
    assert.deepEqual(await Promise.all(heard), ["a", "a", "a"]);
  });

  it("lets a late-comer hear it from its beginning while it still runs", async () => {
    const source = new Source();
    const flight = flightOf(source);
    const early = flight.join(never);
    const first = hear(early);
    await quiet();
    source.give("a");
    await first;
    const late = flight.join(never);
    assert.equal(await hear(late), "a");
    assert.equal(source.reads, 1);
  });

  it("is not held up by a listener that asks for nothing", async () => {
    const flight = flightOf(speaking("a", "b", "c"));
    const idle = flight.join(never);
    assert.equal(await textOf(flight.join(never)), "abc");
    assert.equal(await textOf(idle), "abc");
  });

  it("gives every listener what had arrived, and then the error", async () => {
    const failure = new Error("cut");
    const source = new Source();
    const flight = flightOf(source);
    const [fast, slow] = [flight.join(never), flight.join(never)];
    const first = hear(fast);
    await quiet();
    source.give("a");
    await first;
    const second = hear(fast);
    await quiet();
    source.fail(failure);
    await assert.rejects(second, failure);
    assert.equal(await hear(slow), "a");
    await assert.rejects(hear(slow), failure);
    assert.equal(await flight.settled, undefined);
  });

  it("gives every listener the error when it cannot be opened", async () => {
    const failure = new Error("refused");
    const flight = new Flight<{ audio: Source }>({ keepBytes: BIG, open: () => Promise.reject(failure) });
    const [one, other] = [flight.join(never), flight.join(never)];
    await assert.rejects(one.opened, failure);
    await assert.rejects(other.next(), failure);
    assert.equal(flight.joinable, false);
    assert.equal(await flight.settled, undefined);
  });

  it("settles with all of its audio after a clean end, and can still be joined", async () => {
    const flight = flightOf(speaking("a", "b"));
    await textOf(flight.join(never));
    const landed = await flight.settled;
    assert.equal(Buffer.concat(landed?.pieces ?? []).toString(), "ab");
    assert.equal(flight.joinable, true);
    assert.equal(await textOf(flight.join(never)), "ab");
  });

  it("cannot be joined, nor settles with audio, when it was longer than what is kept", async () => {
    const flight = flightOf(speaking("aaa", "bbb"), 5);
    assert.equal(await textOf(flight.join(never)), "aaabbb");
    assert.equal(flight.joinable, false);
    assert.equal(await flight.settled, undefined);
  });

  it("forgets what all listeners have passed once it is longer than what is kept", async () => {
    const flight = flightOf(speaking("aaa", "bbb", "ccc"), 5);
    const [fast, slow] = [flight.join(never), flight.join(never)];
    await hear(fast);
    await hear(fast);
    await hear(slow);
    assert.equal(flight.at(0), undefined);
    assert.equal(flight.at(1)?.toString(), "bbb");
    slow.leave();
    assert.equal(flight.at(1), undefined);
    assert.equal(await textOf(fast), "ccc");
  });
});

describe("leaving a flight", () => {
  it("leaves the others alone", async () => {
    const flight = flightOf(speaking("a", "b", "c"));
    const [one, other] = [flight.join(never), flight.join(never)];
    await hear(one);
    one.leave();
    assert.equal(await textOf(other), "abc");
    assert.notEqual(await flight.settled, undefined);
  });

  it("by its signal gives the one who waits the signal's reason at once", async () => {
    const flight = flightOf(new Source());
    const stay = flight.join(never);
    const leaving = new AbortController();
    const waiting = flight.join(leaving.signal).next();
    leaving.abort(new Error("reset"));
    await assert.rejects(waiting, { message: "reset" });
    assert.equal(flight.joinable, true);
    stay.leave();
  });

  it("by a signal that has aborted before counts as well", async () => {
    const source = new Source();
    const flight = flightOf(source);
    await assert.rejects(flight.join(AbortSignal.abort(new Error("too late"))).next(), {
      message: "too late",
    });
    await quiet();
    assert.equal(source.closed, true);
  });

  it("by the end of a loop is leaving too", async () => {
    const source = new Source();
    const flight = flightOf(source);
    const listener = flight.join(never);
    const loop = (async () => {
      for await (const piece of listener) return piece.toString();
      return undefined;
    })();
    await quiet();
    source.give("a");
    assert.equal(await loop, "a");
    await quiet();
    assert.equal(source.closed, true);
    assert.deepEqual(await listener.next(), { done: true, value: undefined });
  });

  it("as the last one closes the source at once, although it is silent", async () => {
    const source = new Source();
    let signal: AbortSignal = never;
    const flight = new Flight({
      keepBytes: BIG,
      open: (given) => {
        signal = given;
        return Promise.resolve({ audio: source });
      },
    });
    const [one, other] = [flight.join(never), flight.join(never)];
    void one.next();
    await quiet();
    one.leave();
    assert.equal(signal.aborted, false);
    other.leave();
    assert.equal(signal.aborted, true);
    assert.equal(flight.joinable, false);
    assert.equal(await flight.settled, undefined);
    assert.equal(source.closed, true);
  });

  it("as the last one while it is being opened closes what is opened later", async () => {
    const source = new Source();
    let open: (opened: { audio: Source }) => void = () => undefined;
    const flight = new Flight<{ audio: Source }>({
      keepBytes: BIG,
      open: () => new Promise((resolve) => (open = resolve)),
    });
    flight.join(never).leave();
    assert.equal(await flight.settled, undefined);
    open({ audio: source });
    await quiet();
    assert.equal(source.closed, true);
  });

  it("after the end takes nothing away", async () => {
    const flight = flightOf(speaking("a"));
    const [one, other] = [flight.join(never), flight.join(never)];
    await textOf(one);
    other.leave();
    assert.notEqual(await flight.settled, undefined);
    assert.equal(flight.joinable, true);
  });
});

describe("any number of listeners of a flight", () => {
  const visit = fc.record({
    /** After so many pieces it leaves; more than there are: it stays. */
    pieces: fc.nat(12),
    how: fc.constantFrom("stay" as const, "leave" as const, "abort" as const, "abort at any time" as const),
  });

  it("hear a beginning of exactly its bytes, and all of them if they stay", async () => {
    const sample = fc.record({
      pieces: fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 9 }),
      fails: fc.boolean(),
      keepBytes: fc.constantFrom(0, 10, BIG),
      visits: fc.array(visit, { minLength: 1, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(sample, fc.scheduler(), async ({ pieces, fails, keepBytes, visits }, scheduler) => {
        const failure = new Error("cut");
        const whole = Buffer.concat(pieces);
        let closed = false;
        async function* source(): AsyncGenerator<Buffer, undefined> {
          try {
            for (const piece of pieces) yield await scheduler.schedule(Promise.resolve(Buffer.from(piece)));
            if (fails) await scheduler.schedule(Promise.reject<undefined>(failure));
          } finally {
            closed = true;
          }
        }
        const flight = flightOf(source(), keepBytes);
        let stayed = 0;
        const visitors = visits.map(async ({ pieces: count, how }) => {
          await scheduler.schedule(Promise.resolve());
          if (!flight.joinable) return;
          const abort = new AbortController();
          const listener = flight.join(abort.signal);
          if (how === "abort at any time")
            void scheduler.schedule(Promise.resolve()).then(() => abort.abort(how));
          const heard: Buffer[] = [];
          let thrown: unknown;
          try {
            for await (const piece of listener) {
              heard.push(piece);
              if (heard.length < count) continue;
              if (how === "leave") break;
              if (how === "abort") abort.abort(how);
            }
          } catch (error) {
            thrown = error;
          }
          const bytes = Buffer.concat(heard);
          assert.deepEqual(bytes, whole.subarray(0, bytes.length));
          if (abort.signal.aborted && thrown === how) return;
          if (how === "leave" && heard.length >= count && count > 0) return;
          if (how === "leave" && heard.length > 0 && count === 0) return;
          stayed++;
          assert.equal(thrown, fails ? failure : undefined);
          assert.deepEqual(bytes, whole);
        });
        await scheduler.waitFor(Promise.all(visitors));
        await quiet();
        if (stayed > 0) {
          const landed = await flight.settled;
          assert.equal(landed !== undefined, !fails && whole.length <= keepBytes);
          if (landed) assert.deepEqual(Buffer.concat(landed.pieces), whole);
        }
        if (flight.end && flight.end.error === undefined) assert.equal(closed, true);
      }),
      { numRuns: 400 },
    );
  });
});
