import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { spy, useFakeTimers, type SinonFakeTimers } from "sinon";
import { sleep, startTimer, Turns } from "../../lib/timers";

const DAY_MS = 86_400_000;

describe("timers", () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = useFakeTimers();
  });
  afterEach(() => clock.restore());

  it("fire once, when their time is up", () => {
    let fired = 0;
    startTimer(100, () => fired++);
    clock.tick(99);
    assert.equal(fired, 0);
    clock.tick(1);
    assert.equal(fired, 1);
    clock.tick(1000);
    assert.equal(fired, 1);
  });

  for (const ms of [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 90 * DAY_MS]) {
    it(`wait for ${ms} ms, neither shorter nor longer`, () => {
      let fired = 0;
      startTimer(ms, () => fired++);
      clock.tick(ms - 1);
      assert.equal(fired, 0);
      clock.tick(1);
      assert.equal(fired, 1);
      assert.equal(clock.countTimers(), 0);
    });
  }

  it("never fire when they are to wait forever", () => {
    let fired = 0;
    startTimer(Infinity, () => fired++);
    clock.tick(400 * DAY_MS);
    assert.equal(fired, 0);
  });

  for (const after of [0, 30 * DAY_MS]) {
    it(`can be cancelled after ${after / DAY_MS} days`, () => {
      let fired = 0;
      const timer = startTimer(60 * DAY_MS, () => fired++);
      clock.tick(after);
      timer.cancel();
      assert.equal(clock.countTimers(), 0);
      clock.tick(100 * DAY_MS);
      assert.equal(fired, 0);
    });
  }

  for (const [what, options, kept] of [
    ["keep the process alive", {}, true],
    ["let the process end where they may", { unref: true }, false],
  ] as const) {
    it(what, () => {
      clock.restore();
      const started = spy(globalThis, "setTimeout");
      try {
        const timer = startTimer(1000, () => undefined, options);
        const handle = started.firstCall.returnValue;
        assert.equal(handle.hasRef(), kept);
        timer.cancel();
      } finally {
        started.restore();
      }
    });
  }

  it("let a sleep of 60 days end after 60 days", async () => {
    let awake = false;
    const sleeping = sleep(60 * DAY_MS).then(() => (awake = true));
    await clock.tickAsync(60 * DAY_MS - 1);
    assert.equal(awake, false);
    await clock.tickAsync(1);
    await sleeping;
    assert.equal(awake, true);
  });

  it("end a sleep with the signal's reason, and leave no timer behind", async () => {
    const stop = new AbortController();
    const sleeping = sleep(60 * DAY_MS, stop.signal);
    stop.abort(new Error("enough"));
    await assert.rejects(sleeping, /enough/);
    assert.equal(clock.countTimers(), 0);
  });

  it("leave nothing behind on the signal of a sleep that has ended", async () => {
    const { signal } = new AbortController();
    const sleeping = sleep(100, signal);
    await clock.tickAsync(100);
    await sleeping;
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("do not begin a sleep whose signal is aborted", async () => {
    await assert.rejects(sleep(100, AbortSignal.abort(new Error("before"))), /before/);
    assert.equal(clock.countTimers(), 0);
  });
});

describe("a loop over what is there already", () => {
  const busy = (ms: number): void => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };

  it("lets other work run if it has been busy for 10 ms", async () => {
    let others = 0;
    const turns = new Turns();
    await turns.share();
    setImmediate(() => (others += 1));
    busy(11);
    await turns.share();
    assert.equal(others, 1);
  });

  it("does so again and again", async () => {
    let others = 0;
    const other = setInterval(() => (others += 1));
    const turns = new Turns();
    for (let step = 0; step < 20; step++) {
      busy(11);
      await turns.share();
    }
    clearInterval(other);
    assert.ok(others >= 15, String(others));
  });

  it("does not wait after an event loop that had nothing to do", async () => {
    let others = 0;
    const turns = new Turns();
    await turns.share();
    await new Promise((resolve) => setTimeout(resolve, 15));
    const other = setImmediate(() => (others += 1));
    await turns.share();
    assert.equal(others, 0);
    clearImmediate(other);
  });

  it("continues without a turn of the event loop before", async () => {
    let others = 0;
    const other = setImmediate(() => (others += 1));
    await new Turns().share();
    assert.equal(others, 0);
    clearImmediate(other);
  });
});
