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
});
