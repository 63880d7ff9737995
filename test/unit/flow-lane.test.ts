import assert from "node:assert/strict";
import { getEventListeners, setMaxListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import sinon from "sinon";
import { Lane, type QueueOptions } from "../../lib/flow/queue/lane";
import { Problem } from "../../lib/flow/message/problem";
import { QueueLimit } from "../../lib/flow/queue/queue-limit";

const queueOptions = (own: Partial<QueueOptions> = {}): QueueOptions => ({
  priority: 0,
  signal: new AbortController().signal,
  ...own,
});
const hasCode = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

describe("a lane", () => {
  it("lets as many in as it has places, and the next one when a place is given back", async () => {
    const lane = new Lane(2);
    const first = await lane.enter(queueOptions());
    await lane.enter(queueOptions());
    const third = lane.enter(queueOptions());
    assert.equal(lane.waiting, 1);
    first();
    await third;
    assert.equal(lane.waiting, 0);
  });

  it("has no limit when the limit is 0", async () => {
    const lane = new Lane(0);
    await Promise.all(Array.from({ length: 50 }, () => lane.enter(queueOptions())));
    assert.equal(lane.busy, false);
  });

  it("frees a place only once, however often its holder releases it", async () => {
    const lane = new Lane(1);
    const release = await lane.enter(queueOptions());
    const second = lane.enter(queueOptions());
    const third = lane.enter(queueOptions());
    release();
    release();
    await second;
    assert.equal(lane.waiting, 1);
    void third.catch(() => undefined);
  });

  it("keeps a newcomer out between giving a place away and its holder going on", async () => {
    const lane = new Lane(1);
    const release = await lane.enter(queueOptions());
    const second = lane.enter(queueOptions());
    release();
    const third = lane.enter(queueOptions());
    assert.equal(lane.waiting, 1);
    (await second)();
    await third;
  });

  it("refuses work that is already too old", async () => {
    await assert.rejects(new Lane(0).enter(queueOptions({ expiresAt: Date.now() - 1 })), hasCode("EXPIRED"));
  });

  it("drops work whose time runs out while it waits", async () => {
    const lane = new Lane(1);
    await lane.enter(queueOptions());
    await assert.rejects(lane.enter(queueOptions({ expiresAt: Date.now() + 5 })), hasCode("EXPIRED"));
    assert.equal(lane.waiting, 0);
  });

  it("does not let in work that was aborted before", async () => {
    const lane = new Lane(1);
    const signal = AbortSignal.abort(new Error("stop"));
    await assert.rejects(lane.enter(queueOptions({ signal })), /stop/);
    await lane.enter(queueOptions());
  });

  it("reports that work that is too old is invalid later", async () => {
    await assert.rejects(new Lane(0).enter(queueOptions({ expiresAt: 1 })), (error) => {
      assert.ok(error instanceof Problem);
      assert.equal(error.facts.retryable, false);
      return true;
    });
  });

  it("removes waiting work immediately when it is aborted", async () => {
    const lane = new Lane(1);
    await lane.enter(queueOptions());
    const controller = new AbortController();
    const waiting = lane.enter(queueOptions({ signal: controller.signal }));
    const reason = new Error("stop");
    controller.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    assert.equal(lane.waiting, 0);
  });

  it("leaves nothing behind on the signal, however the waiting ends", async () => {
    const lane = new Lane(1);
    const { signal } = new AbortController();
    const release = await lane.enter(queueOptions());
    const admitted = lane.enter(queueOptions({ signal }));
    await assert.rejects(lane.enter(queueOptions({ signal, expiresAt: Date.now() + 5 })), hasCode("EXPIRED"));
    release();
    await admitted;
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("reports how many wait after that has changed", async () => {
    const seen: number[] = [];
    const lane = new Lane(1, (waiting) => seen.push(waiting));
    const release = await lane.enter(queueOptions());
    const second = lane.enter(queueOptions());
    await setImmediate();
    release();
    await second;
    await setImmediate();
    assert.deepEqual(seen, [1, 0]);
  });

  it("reports the number of waiting messages to each of them", async () => {
    const seen: string[] = [];
    const lane = new Lane(1);
    const release = await lane.enter(queueOptions());
    const first = lane.enter(queueOptions({ waiting: (count) => seen.push(`first: ${count}`) }));
    await setImmediate();
    const second = lane.enter(queueOptions({ waiting: (count) => seen.push(`second: ${count}`) }));
    await setImmediate();
    release();
    const releaseFirst = await first;
    await setImmediate();
    releaseFirst();
    await second;
    await setImmediate();
    assert.deepEqual(seen, ["first: 1", "first: 2", "second: 2", "second: 1"]);
  });

  it("tells of thousands that arrive and leave in one turn of the event loop only once each", async () => {
    // Told one by one, 5,000 waiting messages made 12.5 million calls and blocked Node-RED for a minute.
    let calls = 0;
    const lane = new Lane(1, () => (calls += 1));
    const release = await lane.enter(queueOptions());
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    const all = Array.from({ length: 5000 }, () =>
      lane.enter(queueOptions({ signal: stop.signal, waiting: () => (calls += 1) })),
    );
    await setImmediate();
    assert.equal(calls, 5001);
    stop.abort(new Error("reset"));
    await Promise.allSettled(all);
    await setImmediate();
    assert.equal(calls, 5002);
    release();
  });

  it("admits what has waited elsewhere before by its whole age", async () => {
    const lane = new Lane(1);
    const release = await lane.enter(queueOptions());
    const served: string[] = [];
    const enter = async (name: string, since: number): Promise<void> => {
      const mine = await lane.enter(queueOptions({ since }));
      served.push(name);
      mine();
    };
    const all = [enter("young", 3), enter("old", 1), enter("middle", 2)];
    release();
    await Promise.all(all);
    assert.deepEqual(served, ["old", "middle", "young"]);
  });

  it("serves any mix of priorities by urgency, then age", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 30 }), async (priorities) => {
        const lane = new Lane(1);
        const release = await lane.enter(queueOptions());
        const served: { priority: number; age: number }[] = [];
        const waiting = priorities.map(async (priority, age) => {
          const mine = await lane.enter(queueOptions({ priority }));
          served.push({ priority, age });
          mine();
        });
        release();
        await Promise.all(waiting);
        const expected = priorities
          .map((priority, age) => ({ priority, age }))
          .sort((a, b) => b.priority - a.priority || a.age - b.age);
        assert.deepEqual(served, expected);
      }),
    );
  });
});

describe("a lane that pauses", () => {
  for (let looks = 1; looks <= 6; looks++) {
    it(`admits every message that arrives at the end of the pause (after ${looks} looks at the clock)`, async () => {
      const lane = new Lane(0);
      const clock = sinon.stub(performance, "now").returns(0);
      try {
        lane.pause(10);
        for (let look = 0; look < looks; look++) clock.onCall(clock.callCount + look).returns(9.9);
        clock.returns(10.1);
        await lane.enter(queueOptions());
        assert.equal(lane.waiting, 0);
      } finally {
        clock.restore();
      }
    });
  }

  it("admits nothing until the pause has ended", async () => {
    const lane = new Lane(2);
    const until = performance.now() + 30;
    lane.pause(30);
    assert.ok(lane.busy);
    await lane.enter(queueOptions());
    assert.ok(performance.now() >= until);
  });

  it("keeps out those who waited already when it began", async () => {
    const lane = new Lane(1);
    const release = await lane.enter(queueOptions());
    const waiting = lane.enter(queueOptions());
    const until = performance.now() + 30;
    lane.pause(30);
    release();
    await waiting;
    assert.ok(performance.now() >= until);
  });

  it("admits as many as there are places after the pause", async () => {
    const lane = new Lane(2);
    lane.pause(5);
    const [first] = await Promise.all([lane.enter(queueOptions()), lane.enter(queueOptions())]);
    const third = lane.enter(queueOptions());
    assert.equal(lane.waiting, 1);
    first();
    await third;
  });

  it("does not become shorter by a shorter one", async () => {
    const lane = new Lane(1);
    const until = performance.now() + 40;
    lane.pause(40);
    lane.pause(1);
    await lane.enter(queueOptions());
    assert.ok(performance.now() >= until);
  });

  it("keeps the order, also for one who comes when it is just over", async () => {
    const lane = new Lane(1);
    const served: string[] = [];
    const enter = async (name: string): Promise<void> => {
      const mine = await lane.enter(queueOptions());
      served.push(name);
      mine();
    };
    lane.pause(5);
    const first = enter("first");
    const over = performance.now() + 10;
    // Keeps the timer from firing until the newcomer is there.
    while (performance.now() < over);
    await Promise.all([enter("second"), first]);
    assert.deepEqual(served, ["first", "second"]);
  });

  it("looks at the clock once, at its end, and not at all where only a place is waited for", async () => {
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
      const lane = new Lane(1);
      lane.pause(1000);
      const first = lane.enter(queueOptions());
      void lane.enter(queueOptions());
      assert.equal(clock.countTimers(), 1);
      assert.equal(clock.next(), 1000);
      await first;
      assert.equal(lane.waiting, 1);
      assert.equal(clock.countTimers(), 0);
    } finally {
      clock.restore();
    }
  });

  it("can be left by aborting", async () => {
    const lane = new Lane(1);
    lane.pause(3_600_000);
    const controller = new AbortController();
    const waiting = lane.enter(queueOptions({ signal: controller.signal }));
    controller.abort(new Error("stop"));
    await assert.rejects(waiting, { message: "stop" });
    assert.equal(lane.waiting, 0);
  });
});

describe("a waiting limit", () => {
  it("refuses messages beyond the limit, in whatever lane they would wait, and reports how many there are", async () => {
    const limit = new QueueLimit(2);
    const lanes = [new Lane(1), new Lane(1)] as const;
    for (const lane of lanes) {
      await lane.enter(queueOptions({ slot: limit.slot() }));
      void lane.enter(queueOptions({ slot: limit.slot() }));
    }
    await assert.rejects(lanes[0].enter(queueOptions({ slot: limit.slot() })), (error) => {
      assert.ok(error instanceof Problem);
      assert.deepEqual(
        [error.code, error.params, error.facts.retryable],
        ["QUEUE_FULL", { waiting: 2 }, true],
      );
      return true;
    });
  });

  it("has limit again when a message gets its turn, expires or is given up", async () => {
    const limit = new QueueLimit(1);
    const lane = new Lane(1);
    const release = await lane.enter(queueOptions({ slot: limit.slot() }));
    const stop = new AbortController();
    const given = lane.enter(queueOptions({ slot: limit.slot(), signal: stop.signal }));
    stop.abort(new Error("stop"));
    await assert.rejects(given, { message: "stop" });
    await assert.rejects(
      lane.enter(queueOptions({ slot: limit.slot(), expiresAt: Date.now() + 5 })),
      hasCode("EXPIRED"),
    );
    const next = lane.enter(queueOptions({ slot: limit.slot() }));
    release();
    await next;
    void lane.enter(queueOptions({ slot: limit.slot() }));
  });

  it("counts every message that waits, and frees each slot when its message does not wait any more", () => {
    const limit = new QueueLimit(2);
    const slots = [limit.slot(), limit.slot(), limit.slot()] as const;
    slots[0].take();
    slots[1].take();
    assert.throws(() => slots[2].take(), hasCode("QUEUE_FULL"));
    slots[0].release();
    slots[2].take();
    assert.throws(() => limit.slot().take(), hasCode("QUEUE_FULL"));
  });

  it("admits to the next queue whatever has waited in one", async () => {
    const limit = new QueueLimit(1);
    const [first, second] = [new Lane(1), new Lane(1)];
    await second.enter(queueOptions());
    const release = await first.enter(queueOptions());
    const slot = limit.slot();
    const waited = first.enter(queueOptions({ slot }));
    release();
    await waited;
    void second.enter(queueOptions({ slot: limit.slot() }));
    void second.enter(queueOptions({ slot }));
    assert.equal(second.waiting, 2);
  });

  it("has no limit when the limit is 0", async () => {
    const limit = new QueueLimit(0);
    const lane = new Lane(1);
    await lane.enter(queueOptions());
    for (let i = 0; i < 50; i++) void lane.enter(queueOptions({ slot: limit.slot() }));
    assert.equal(lane.waiting, 50);
  });

  it("frees a slot once, also where the message would have expired later", async () => {
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    try {
      const limit = new QueueLimit(1);
      const lane = new Lane(1);
      const release = await lane.enter(queueOptions());
      const admitted = lane.enter(queueOptions({ slot: limit.slot(), expiresAt: Date.now() + 20 }));
      release();
      await admitted;
      assert.equal(clock.countTimers(), 0);
      clock.tick(40);
      void lane.enter(queueOptions({ slot: limit.slot() }));
      await assert.rejects(lane.enter(queueOptions({ slot: limit.slot() })), /QUEUE_FULL/);
    } finally {
      clock.restore();
    }
  });

  describe("whose messages belong to a sequence", () => {
    it("counts all members that wait as one", async () => {
      const limit = new QueueLimit(1);
      const lane = new Lane(1);
      await lane.enter(queueOptions());
      for (let i = 0; i < 150; i++) void lane.enter(queueOptions({ slot: limit.slot("split") }));
      await setImmediate();
      assert.equal(lane.waiting, 150);
      await assert.rejects(lane.enter(queueOptions({ slot: limit.slot() })), /QUEUE_FULL/);
    });

    it("admits the rest of a sequence whose beginning is in processing, however full the queue is", async () => {
      const limit = new QueueLimit(1);
      const lane = new Lane(1);
      await lane.enter(queueOptions({ slot: limit.slot("split") }));
      void lane.enter(queueOptions({ slot: limit.slot() }));
      void lane.enter(queueOptions({ slot: limit.slot("split") }));
      await setImmediate();
      assert.equal(lane.waiting, 2);
    });

    it("refuses a whole sequence at its first member when the queue is full", async () => {
      const limit = new QueueLimit(1);
      const lane = new Lane(1);
      await lane.enter(queueOptions());
      void lane.enter(queueOptions({ slot: limit.slot() }));
      for (let i = 0; i < 3; i++) {
        const slot = limit.slot("split");
        await assert.rejects(lane.enter(queueOptions({ slot })), /QUEUE_FULL/);
        slot.close();
      }
    });

    it("frees the slot of a sequence when the last of its members does not wait any more", () => {
      const limit = new QueueLimit(1);
      const [first, second] = [limit.slot("split"), limit.slot("split")];
      first.take();
      second.take();
      first.release();
      assert.throws(() => limit.slot().take(), hasCode("QUEUE_FULL"));
      second.release();
      limit.slot().take();
    });

    it("knows different sequences apart", () => {
      const limit = new QueueLimit(1);
      limit.slot("one").take();
      assert.throws(() => limit.slot("other").take(), hasCode("QUEUE_FULL"));
    });

    it("forgets a sequence when its last member has ended", async () => {
      const limit = new QueueLimit(1);
      const [first, second] = [limit.slot("split"), limit.slot("split")];
      first.close();
      second.close();
      const lane = new Lane(1);
      await lane.enter(queueOptions());
      void lane.enter(queueOptions({ slot: limit.slot() }));
      await assert.rejects(lane.enter(queueOptions({ slot: limit.slot("split") })), /QUEUE_FULL/);
    });

    it("remembers a sequence as long as one of its members is in processing, however often another one ends", async () => {
      const limit = new QueueLimit(1);
      const [first] = [limit.slot("split"), limit.slot("split")];
      first.close();
      first.close();
      const lane = new Lane(1);
      await lane.enter(queueOptions());
      void lane.enter(queueOptions({ slot: limit.slot() }));
      void lane.enter(queueOptions({ slot: limit.slot("split") }));
      await setImmediate();
      assert.equal(lane.waiting, 2);
    });
  });
});
