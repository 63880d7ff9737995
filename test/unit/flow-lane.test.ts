import assert from "node:assert/strict";
import fc from "fast-check";
import sinon from "sinon";
import { Lane, type Ticket } from "../../lib/flow/queue/lane";
import { Problem } from "../../lib/flow/message/problem";
import { WaitingRoom } from "../../lib/flow/queue/queue-limit";

const ticket = (own: Partial<Ticket> = {}): Ticket => ({
  priority: 0,
  signal: new AbortController().signal,
  ...own,
});
const hasCode = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

describe("a lane", () => {
  it("lets as many in as it has places, and the next one when a place is given back", async () => {
    const lane = new Lane(2);
    const first = await lane.enter(ticket());
    await lane.enter(ticket());
    const third = lane.enter(ticket());
    assert.equal(lane.waiting, 1);
    first();
    await third;
    assert.equal(lane.waiting, 0);
  });

  it("has no limit when the limit is 0", async () => {
    const lane = new Lane(0);
    await Promise.all(Array.from({ length: 50 }, () => lane.enter(ticket())));
    assert.equal(lane.busy, false);
  });

  it("gives a place back only once, however often its holder says so", async () => {
    const lane = new Lane(1);
    const release = await lane.enter(ticket());
    const second = lane.enter(ticket());
    const third = lane.enter(ticket());
    release();
    release();
    await second;
    assert.equal(lane.waiting, 1);
    void third.catch(() => undefined);
  });

  it("keeps a newcomer out between giving a place away and its holder going on", async () => {
    const lane = new Lane(1);
    const release = await lane.enter(ticket());
    const second = lane.enter(ticket());
    release();
    const third = lane.enter(ticket());
    assert.equal(lane.waiting, 1);
    (await second)();
    await third;
  });

  it("refuses work that is already too old", async () => {
    await assert.rejects(new Lane(0).enter(ticket({ expiresAt: Date.now() - 1 })), hasCode("EXPIRED"));
  });

  it("drops work whose time runs out while it waits", async () => {
    const lane = new Lane(1);
    await lane.enter(ticket());
    await assert.rejects(lane.enter(ticket({ expiresAt: Date.now() + 5 })), hasCode("EXPIRED"));
    assert.equal(lane.waiting, 0);
  });

  it("lets go of waiting work at once when it is aborted", async () => {
    const lane = new Lane(1);
    await lane.enter(ticket());
    const controller = new AbortController();
    const waiting = lane.enter(ticket({ signal: controller.signal }));
    const reason = new Error("stop");
    controller.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    assert.equal(lane.waiting, 0);
  });

  it("tells how many wait whenever that changes", async () => {
    const seen: number[] = [];
    const lane = new Lane(1, (waiting) => seen.push(waiting));
    const release = await lane.enter(ticket());
    const second = lane.enter(ticket());
    release();
    await second;
    assert.deepEqual(seen, [1, 0]);
  });

  it("tells those who wait how many they are, as long as they wait", async () => {
    const seen: string[] = [];
    const lane = new Lane(1);
    const release = await lane.enter(ticket());
    const first = lane.enter(ticket({ waiting: (count) => seen.push(`first: ${count}`) }));
    const second = lane.enter(ticket({ waiting: (count) => seen.push(`second: ${count}`) }));
    release();
    (await first)();
    await second;
    assert.deepEqual(seen, ["first: 1", "first: 2", "second: 2", "second: 1"]);
  });

  it("serves what has waited elsewhere before by its whole age", async () => {
    const lane = new Lane(1);
    const release = await lane.enter(ticket());
    const served: string[] = [];
    const enter = async (name: string, since: number): Promise<void> => {
      const mine = await lane.enter(ticket({ since }));
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
        const release = await lane.enter(ticket());
        const served: { priority: number; age: number }[] = [];
        const waiting = priorities.map(async (priority, age) => {
          const mine = await lane.enter(ticket({ priority }));
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
    it(`forgets nobody who comes when the pause runs out (after ${looks} looks at the clock)`, async () => {
      const lane = new Lane(0);
      const clock = sinon.stub(performance, "now").returns(0);
      try {
        lane.pause(10);
        for (let look = 0; look < looks; look++) clock.onCall(clock.callCount + look).returns(9.9);
        clock.returns(10.1);
        await lane.enter(ticket());
        assert.equal(lane.waiting, 0);
      } finally {
        clock.restore();
      }
    });
  }

  it("lets nobody in until the pause is over", async () => {
    const lane = new Lane(2);
    const until = performance.now() + 30;
    lane.pause(30);
    assert.ok(lane.busy);
    await lane.enter(ticket());
    assert.ok(performance.now() >= until);
  });

  it("keeps out those who waited already when it began", async () => {
    const lane = new Lane(1);
    const release = await lane.enter(ticket());
    const waiting = lane.enter(ticket());
    const until = performance.now() + 30;
    lane.pause(30);
    release();
    await waiting;
    assert.ok(performance.now() >= until);
  });

  it("lets in as many as have a place when it is over", async () => {
    const lane = new Lane(2);
    lane.pause(5);
    const [first] = await Promise.all([lane.enter(ticket()), lane.enter(ticket())]);
    const third = lane.enter(ticket());
    assert.equal(lane.waiting, 1);
    first();
    await third;
  });

  it("does not become shorter by a shorter one", async () => {
    const lane = new Lane(1);
    const until = performance.now() + 40;
    lane.pause(40);
    lane.pause(1);
    await lane.enter(ticket());
    assert.ok(performance.now() >= until);
  });

  it("keeps the order, also for one who comes when it is just over", async () => {
    const lane = new Lane(1);
    const served: string[] = [];
    const enter = async (name: string): Promise<void> => {
      const mine = await lane.enter(ticket());
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

  it("can be left by aborting", async () => {
    const lane = new Lane(1);
    lane.pause(3_600_000);
    const controller = new AbortController();
    const waiting = lane.enter(ticket({ signal: controller.signal }));
    controller.abort(new Error("stop"));
    await assert.rejects(waiting, { message: "stop" });
    assert.equal(lane.waiting, 0);
  });
});

describe("a waiting room", () => {
  it("refuses messages beyond its seats, in whatever lane they would wait, and says how many there are", async () => {
    const room = new WaitingRoom(2);
    const lanes = [new Lane(1), new Lane(1)] as const;
    for (const lane of lanes) {
      await lane.enter(ticket({ seat: room.seat() }));
      void lane.enter(ticket({ seat: room.seat() }));
    }
    await assert.rejects(lanes[0].enter(ticket({ seat: room.seat() })), (error) => {
      assert.ok(error instanceof Problem);
      assert.deepEqual(
        [error.code, error.params, error.facts.retryable],
        ["QUEUE_FULL", { waiting: 2 }, true],
      );
      return true;
    });
  });

  it("has room again when a message gets its turn, expires or is given up", async () => {
    const room = new WaitingRoom(1);
    const lane = new Lane(1);
    const release = await lane.enter(ticket({ seat: room.seat() }));
    const stop = new AbortController();
    const given = lane.enter(ticket({ seat: room.seat(), signal: stop.signal }));
    stop.abort(new Error("stop"));
    await assert.rejects(given, { message: "stop" });
    await assert.rejects(
      lane.enter(ticket({ seat: room.seat(), expiresAt: Date.now() + 5 })),
      hasCode("EXPIRED"),
    );
    const next = lane.enter(ticket({ seat: room.seat() }));
    release();
    await next;
    void lane.enter(ticket({ seat: room.seat() }));
  });

  it("never turns away from the next queue who has waited in one", async () => {
    const room = new WaitingRoom(1);
    const [first, second] = [new Lane(1), new Lane(1)];
    await second.enter(ticket());
    const release = await first.enter(ticket());
    const seat = room.seat();
    const waited = first.enter(ticket({ seat }));
    release();
    await waited;
    void second.enter(ticket({ seat: room.seat() }));
    void second.enter(ticket({ seat }));
    assert.equal(second.waiting, 2);
  });

  it("has no limit when it has 0 seats", async () => {
    const room = new WaitingRoom(0);
    const lane = new Lane(1);
    await lane.enter(ticket());
    for (let i = 0; i < 50; i++) void lane.enter(ticket({ seat: room.seat() }));
    assert.equal(lane.waiting, 50);
  });
});
