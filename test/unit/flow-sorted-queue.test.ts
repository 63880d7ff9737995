import assert from "node:assert/strict";
import fc from "fast-check";
import { SortedQueue } from "../../lib/flow/queue/sorted-queue";

interface Member {
  readonly rank: number;
}

describe("a sorted queue", () => {
  const members = fc.array(fc.record({ rank: fc.integer({ min: 0, max: 5 }) }));

  it("is a stable sort of its members", () => {
    fc.assert(
      fc.property(members, (all) => {
        const queue = new SortedQueue<Member>((a, b) => a.rank - b.rank);
        for (const member of all) queue.add(member);
        const sorted = [...all].sort((a, b) => a.rank - b.rank);
        assert.ok([...queue].every((member, at) => member === sorted[at]));
        assert.equal(queue.size, all.length);
      }),
    );
  });

  it("removes exactly the member that it is given, also among equal ones", () => {
    fc.assert(
      fc.property(members, fc.nat(), (all, index) => {
        const queue = new SortedQueue<Member>((a, b) => a.rank - b.rank);
        for (const member of all) queue.add(member);
        const gone = all[index % Math.max(all.length, 1)];
        if (gone) queue.remove(gone);
        queue.remove({ rank: 3 });
        const left = all.filter((member) => member !== gone).sort((a, b) => a.rank - b.rank);
        assert.equal(queue.size, left.length);
        assert.ok([...queue].every((member, at) => member === left[at]));
      }),
    );
  });

  it("has its first member first, and none where it is empty", () => {
    const queue = new SortedQueue<Member>((a, b) => a.rank - b.rank);
    assert.equal(queue.first, undefined);
    const [early, late] = [{ rank: 1 }, { rank: 2 }];
    queue.add(late);
    queue.add(early);
    assert.equal(queue.first, early);
    queue.remove(early);
    assert.equal(queue.first, late);
  });

  it("compares few of its members, also for one that it does not have", () => {
    let compared = 0;
    const queue = new SortedQueue<Member>((a, b) => {
      compared += 1;
      return a.rank - b.rank;
    });
    const all = Array.from({ length: 1000 }, (_, rank) => ({ rank }));
    for (const member of all) queue.add(member);
    for (const change of [
      () => queue.add({ rank: 400 }),
      () => queue.remove(all[600] as Member),
      () => queue.remove({ rank: 200 }),
    ]) {
      compared = 0;
      change();
      assert.ok(compared <= 15, String(compared));
    }
    assert.equal(queue.size, 1000);
  });
});
