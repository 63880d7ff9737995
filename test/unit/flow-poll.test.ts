import assert from "node:assert/strict";
import { useFakeTimers } from "sinon";
import { abortError, VocuError, type Clock } from "../../lib/api";
import { poll } from "../../lib/flow/node/poll";

/** A clock whose waits end at once and are written down. */
function quickClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => 0,
    random: () => 0,
    sleep: (ms, signal) => {
      waits.push(ms);
      return signal?.aborted ? Promise.reject(abortError(signal)) : Promise.resolve();
    },
  };
}

/** Answers with the outcomes one after the other: an error is thrown. */
function looks<T>(...outcomes: (T | Error | undefined)[]): () => Promise<T | undefined> {
  return () => {
    const outcome = outcomes.shift();
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  };
}

const signal = new AbortController().signal;
const timedOut = (): Error => new Error("too late");
const options = { signal, timeoutMs: 60_000, timedOut };

describe("Polling", () => {
  it("gives an answer that is there at the first look without waiting", async () => {
    const clock = quickClock();
    assert.equal(await poll({ ...options, clock, look: looks("there") }), "there");
    assert.deepEqual(clock.waits, []);
  });

  it("leaves no timer behind when it has ended", async () => {
    const timers = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await poll({ ...options, clock: quickClock(), look: looks("there") });
      assert.equal(timers.countTimers(), 0);
    } finally {
      timers.restore();
    }
  });

  it("waits one second first, then longer, and never more than five", async () => {
    const clock = quickClock();
    const none = Array.from({ length: 7 }, () => undefined);
    await poll({ ...options, clock, look: looks(...none, "there") });
    assert.deepEqual(clock.waits, [1000, 1500, 2250, 3375, 5000, 5000, 5000]);
  });

  it("continues after faults that may pass, and waits as long as the server asks", async () => {
    const clock = quickClock();
    const busy = new VocuError("RATE_LIMIT_EXCEEDED", { statusCode: 429, retryAfter: 12, retryable: true });
    const lost = new VocuError("CONNECTION_LOST", { retryable: true });
    assert.equal(await poll({ ...options, clock, look: looks<string>(busy, lost, "there") }), "there");
    assert.deepEqual(clock.waits, [12_000, 1500]);
  });

  for (const retryAfter of [61, 3_000_000, Infinity]) {
    it(`waits no longer than a minute where the server asks for ${retryAfter} s`, async () => {
      // More than 2^31 ms overflowed the timer: a busy loop. Such a value is wrong, and a task may be done long before.
      const clock = quickClock();
      const busy = new VocuError("HTTP_429", { statusCode: 429, retryAfter, retryable: true });
      await poll({ ...options, clock, look: looks<string>(busy, "there") });
      assert.deepEqual(clock.waits, [60_000]);
    });
  }

  it("ends with a fault that will not pass", async () => {
    const gone = new VocuError("GENERATE_NOT_FOUND", { statusCode: 404, retryable: false });
    await assert.rejects(poll({ ...options, clock: quickClock(), look: looks(gone) }), gone);
  });

  it("reports the failure of the last poll when the time is up", async () => {
    const lost = new VocuError("CONNECTION_LOST", { retryable: true });
    const late = { trouble: undefined as VocuError | undefined };
    const timedOutWith = (trouble: VocuError | undefined): Error => {
      late.trouble = trouble;
      return timedOut();
    };
    const look = (): Promise<undefined> => Promise.reject(lost);
    await assert.rejects(poll({ signal, timeoutMs: 20, look, timedOut: timedOutWith }), /too late/);
    assert.equal(late.trouble, lost);
  });

  it("aborts a poll that is still running when the time is up", async () => {
    const look = (either: AbortSignal): Promise<undefined> =>
      new Promise((_, reject) => {
        either.addEventListener("abort", () => reject(abortError(either)));
      });
    await assert.rejects(poll({ signal, timeoutMs: 20, look, timedOut }), /too late/);
  });

  it("does not call late what is stopped while its last poll ends", async () => {
    const controller = new AbortController();
    const look = (either: AbortSignal): Promise<undefined> =>
      new Promise((_, reject) => {
        either.addEventListener("abort", () => {
          controller.abort();
          reject(abortError(either));
        });
      });
    const limits = { signal: controller.signal, timeoutMs: 20 };
    await assert.rejects(poll({ ...options, ...limits, look }), { code: "ABORTED" });
  });

  it("stops immediately when it is aborted, and does not call that late", async () => {
    const controller = new AbortController();
    const look = (): Promise<undefined> => {
      controller.abort();
      return Promise.resolve(undefined);
    };
    await assert.rejects(poll({ ...options, signal: controller.signal, look }), { code: "ABORTED" });
  });
});
