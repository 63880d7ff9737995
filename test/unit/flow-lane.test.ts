import assert from "node:assert/strict";
import fc from "fast-check";
import { Lane, type Release, type Ticket } from "../../lib/flow/lane";
import { Problem } from "../../lib/flow/problem";

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

  it("refuses work beyond its bound", async () => {
    const lane = new Lane(1, 1);
    await lane.enter(ticket());
    void lane.enter(ticket());
    await assert.rejects(lane.enter(ticket()), hasCode("QUEUE_FULL"));
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
    const lane = new Lane(1, 0, (waiting) => seen.push(waiting));
    const release = await lane.enter(ticket());
    const second = lane.enter(ticket());
    release();
    await second;
    assert.deepEqual(seen, [1, 0]);
  });

  it("serves any mix of priorities by urgency, then age", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 30 }), async (priorities) => {
        const lane = new Lane(1);
        let release: Release = await lane.enter(ticket());
        const served: { priority: number; age: number }[] = [];
        const waiting = priorities.map(async (priority, age) => {
          const mine = await lane.enter(ticket({ priority }));
          served.push({ priority, age });
          mine();
        });
        release();
        release = () => undefined;
        await Promise.all(waiting);
        const expected = priorities
          .map((priority, age) => ({ priority, age }))
          .sort((a, b) => b.priority - a.priority || a.age - b.age);
        assert.deepEqual(served, expected);
      }),
    );
  });
});
