import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import fc from "fast-check";
import { SharedStream, type Subscriber } from "../../lib/audio";

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

type TestStream = SharedStream<{ audio: AsyncIterator<Buffer, undefined> }>;
type TestSubscriber = Subscriber<{ audio: AsyncIterator<Buffer, undefined> }>;

const streamOf = (audio: AsyncIterator<Buffer, undefined>, keepBytes = BIG): TestStream =>
  new SharedStream({ keepBytes, open: () => Promise.resolve({ audio }) });

/** Lets everything happen that can happen by itself. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function textOf(subscriber: AsyncIterable<Buffer>): Promise<string> {
  const heard: Buffer[] = [];
  for await (const piece of subscriber) heard.push(piece);
  return Buffer.concat(heard).toString();
}

async function hear(subscriber: TestSubscriber): Promise<string | undefined> {
  return (await subscriber.next()).value?.toString();
}

/** Speaks the pieces as soon as they are asked for. */
async function* speaking(...pieces: string[]): AsyncGenerator<Buffer, undefined> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield Buffer.from(piece);
  }
}

describe("a shared stream", () => {
  it("is opened when the first subscriber joins, once for all of them", async () => {
    let opened = 0;
    const stream = new SharedStream({
      keepBytes: BIG,
      open: () => {
        opened++;
        return Promise.resolve({ audio: speaking("a", "b") });
      },
    });
    assert.equal(opened, 0);
    const texts = await Promise.all([textOf(stream.join(never)), textOf(stream.join(never))]);
    assert.deepEqual(texts, ["ab", "ab"]);
    assert.equal(opened, 1);
  });

  it("reads its source only when a subscriber asks", async () => {
    const source = new Source();
    const subscriber = streamOf(source).join(never);
    await quiet();
    assert.equal(source.reads, 0);
    const first = hear(subscriber);
    await quiet();
    source.give("a");
    assert.equal(await first, "a");
    await quiet();
    assert.equal(source.reads, 1);
  });

  it("reads its source once for all that wait at the same place", async () => {
    const source = new Source();
    const stream = streamOf(source);
    const heard = [stream.join(never), stream.join(never), stream.join(never)].map(hear);
    await quiet();
    assert.equal(source.reads, 1);
    source.give("a");
    assert.deepEqual(await Promise.all(heard), ["a", "a", "a"]);
  });

  it("lets a late-comer hear it from its beginning while it still runs", async () => {
    const source = new Source();
    const stream = streamOf(source);
    const early = stream.join(never);
    const first = hear(early);
    await quiet();
    source.give("a");
    await first;
    const late = stream.join(never);
    assert.equal(await hear(late), "a");
    assert.equal(source.reads, 1);
  });

  it("is not held up by a subscriber that asks for nothing", async () => {
    const stream = streamOf(speaking("a", "b", "c"));
    const idle = stream.join(never);
    assert.equal(await textOf(stream.join(never)), "abc");
    assert.equal(await textOf(idle), "abc");
  });

  it("gives every subscriber what had arrived, and then the error", async () => {
    const failure = new Error("cut");
    const source = new Source();
    const stream = streamOf(source);
    const [fast, slow] = [stream.join(never), stream.join(never)];
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
    assert.equal(await stream.settled, undefined);
  });

  it("gives every subscriber the error when it cannot be opened", async () => {
    const failure = new Error("refused");
    const stream = new SharedStream<{ audio: Source }>({
      keepBytes: BIG,
      open: () => Promise.reject(failure),
    });
    const [one, other] = [stream.join(never), stream.join(never)];
    await assert.rejects(one.opened, failure);
    await assert.rejects(other.next(), failure);
    assert.equal(stream.joinable, false);
    assert.equal(await stream.settled, undefined);
  });

  it("settles without audio when it cannot be opened, although nobody asks for any", async () => {
    const stream = new SharedStream<{ audio: Source }>({
      keepBytes: BIG,
      open: () => Promise.reject(new Error("refused")),
    });
    stream.join(never);
    assert.equal(await stream.settled, undefined);
  });

  it("settles with all of its audio after a clean end, and can still be joined", async () => {
    const stream = streamOf(speaking("a", "b"));
    await textOf(stream.join(never));
    const completed = await stream.settled;
    assert.equal(Buffer.concat(completed?.pieces ?? []).toString(), "ab");
    assert.equal(stream.joinable, true);
    assert.equal(await textOf(stream.join(never)), "ab");
  });

  it("cannot be joined, nor settles with audio, when it was longer than what is kept", async () => {
    const stream = streamOf(speaking("aaa", "bbb"), 5);
    assert.equal(await textOf(stream.join(never)), "aaabbb");
    assert.equal(stream.joinable, false);
    assert.equal(await stream.settled, undefined);
  });

  it("forgets what all subscribers have passed once it is longer than what is kept", async () => {
    const stream = streamOf(speaking("aaa", "bbb", "ccc"), 5);
    const [fast, slow] = [stream.join(never), stream.join(never)];
    await hear(fast);
    await hear(fast);
    await hear(slow);
    assert.equal(stream.at(0), undefined);
    assert.equal(stream.at(1)?.toString(), "bbb");
    slow.leave();
    assert.equal(stream.at(1), undefined);
    assert.equal(await textOf(fast), "ccc");
  });
});

describe("the signal of a subscriber", () => {
  const waiting = ({ signal }: AbortController): number => getEventListeners(signal, "abort").length;

  it("is not listened to any more when the audio has ended", async () => {
    const own = new AbortController();
    await textOf(streamOf(speaking("a", "b")).join(own.signal));
    assert.equal(waiting(own), 0);
  });

  it("is not listened to any more when the subscriber has left", () => {
    const own = new AbortController();
    const subscriber = streamOf(new Source()).join(own.signal);
    assert.equal(waiting(own), 1);
    subscriber.leave();
    assert.equal(waiting(own), 0);
  });

  it("is not listened to any more when the audio could not be had", async () => {
    const own = new AbortController();
    const stream = new SharedStream<{ audio: Source }>({
      keepBytes: BIG,
      open: () => Promise.reject(new Error("refused")),
    });
    await assert.rejects(stream.join(own.signal).next());
    assert.equal(waiting(own), 0);
  });
});

describe("leaving a shared stream", () => {
  it("leaves the others alone", async () => {
    const stream = streamOf(speaking("a", "b", "c"));
    const [one, other] = [stream.join(never), stream.join(never)];
    await hear(one);
    one.leave();
    assert.equal(await textOf(other), "abc");
    assert.notEqual(await stream.settled, undefined);
  });

  it("by its signal gives the one who waits the signal's reason immediately", async () => {
    const stream = streamOf(new Source());
    const stay = stream.join(never);
    const leaving = new AbortController();
    const waiting = stream.join(leaving.signal).next();
    leaving.abort(new Error("reset"));
    await assert.rejects(waiting, { message: "reset" });
    assert.equal(stream.joinable, true);
    stay.leave();
  });

  it("by a signal that has aborted before counts as well", async () => {
    const source = new Source();
    const stream = streamOf(source);
    await assert.rejects(stream.join(AbortSignal.abort(new Error("too late"))).next(), {
      message: "too late",
    });
    await quiet();
    assert.equal(source.closed, true);
  });

  it("by the end of a loop is leaving too", async () => {
    const source = new Source();
    const stream = streamOf(source);
    const subscriber = stream.join(never);
    const loop = (async () => {
      for await (const piece of subscriber) return piece.toString();
      return undefined;
    })();
    await quiet();
    source.give("a");
    assert.equal(await loop, "a");
    await quiet();
    assert.equal(source.closed, true);
    assert.deepEqual(await subscriber.next(), { done: true, value: undefined });
  });

  it("as the last one closes the source immediately, although it is silent", async () => {
    const source = new Source();
    let signal: AbortSignal = never;
    const stream = new SharedStream({
      keepBytes: BIG,
      open: (given) => {
        signal = given;
        return Promise.resolve({ audio: source });
      },
    });
    const [one, other] = [stream.join(never), stream.join(never)];
    void one.next();
    await quiet();
    one.leave();
    assert.equal(signal.aborted, false);
    other.leave();
    assert.equal(signal.aborted, true);
    assert.equal(stream.joinable, false);
    assert.equal(await stream.settled, undefined);
    assert.equal(source.closed, true);
  });

  it("as the last one while it is being opened closes what is opened later", async () => {
    const source = new Source();
    let open: (opened: { audio: Source }) => void = () => undefined;
    const stream = new SharedStream<{ audio: Source }>({
      keepBytes: BIG,
      open: () => new Promise((resolve) => (open = resolve)),
    });
    stream.join(never).leave();
    assert.equal(await stream.settled, undefined);
    open({ audio: source });
    await quiet();
    assert.equal(source.closed, true);
  });

  it("after the end takes nothing away", async () => {
    const stream = streamOf(speaking("a"));
    const [one, other] = [stream.join(never), stream.join(never)];
    await textOf(one);
    other.leave();
    assert.notEqual(await stream.settled, undefined);
    assert.equal(stream.joinable, true);
  });
});

describe("a shared stream that all have left", () => {
  it("keeps nothing of the audio that comes later", async () => {
    const source = new Source();
    const stream = streamOf(source);
    const subscriber = stream.join(never);
    const asked = subscriber.next();
    await quiet();
    await subscriber.return();
    source.give("a");
    await asked;
    await quiet();
    assert.equal(stream.at(0), undefined);
  });

  it("tells the last one that it is done", async () => {
    const subscriber = streamOf(new Source()).join(never);
    assert.deepEqual(await subscriber.return(), { done: true, value: undefined });
  });

  it("is not aborted where it had ended", async () => {
    let signal: AbortSignal = never;
    const stream = new SharedStream({
      keepBytes: BIG,
      open: (given) => {
        signal = given;
        return Promise.resolve({ audio: speaking("a") });
      },
    });
    await textOf(stream.join(never));
    assert.equal(signal.aborted, false);
  });
});

describe("any number of subscribers of a shared stream", () => {
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
            await scheduler.schedule(Promise.resolve());
            if (fails) throw failure;
          } finally {
            closed = true;
          }
        }
        const stream = streamOf(source(), keepBytes);
        let stayed = 0;
        const visitors = visits.map(async ({ pieces: count, how }) => {
          await scheduler.schedule(Promise.resolve());
          if (!stream.joinable) return;
          const abort = new AbortController();
          const subscriber = stream.join(abort.signal);
          if (how === "abort at any time")
            void scheduler.schedule(Promise.resolve()).then(() => abort.abort(how));
          const heard: Buffer[] = [];
          let thrown: unknown;
          try {
            for await (const piece of subscriber) {
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
          const completed = await stream.settled;
          assert.equal(completed !== undefined, !fails && whole.length <= keepBytes);
          if (completed) assert.deepEqual(Buffer.concat(completed.pieces), whole);
        }
        if (stream.end && stream.end.error === undefined) assert.equal(closed, true);
      }),
      { numRuns: 400 },
    );
  });
});
