import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { ByteQueue, PieceQueue } from "../../lib/audio/mp3/bytes";

describe("bytes in a row", () => {
  it("come out in order, however they are put in and taken, and are counted", () => {
    const step = fc.record({ put: fc.nat(5000), take: fc.nat(6000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const queue = new ByteQueue();
        let waiting = Buffer.alloc(0);
        let count = 0;
        for (const { put, take } of steps) {
          const bytes = Buffer.from(Array.from({ length: put }, () => count++ % 251));
          queue.push(bytes);
          waiting = Buffer.concat([waiting, bytes]);
          assert.ok(queue.take(take).equals(waiting.subarray(0, take)));
          waiting = waiting.subarray(take);
          assert.equal(queue.length, waiting.length);
          assert.ok(queue.view.equals(waiting));
        }
      }),
      { numRuns: 30 },
    );
  });

  it("stay what they were where more is put in", () => {
    const queue = new ByteQueue();
    queue.push(Buffer.from("first"));
    const { view } = queue;
    const taken = queue.take(2);
    for (let round = 0; round < 1000; round++) queue.push(Buffer.from("more"));
    assert.deepEqual([view.toString(), taken.toString()], ["first", "fi"]);
  });
});

describe("pieces in a row", () => {
  it("come out in order, however they are put in and taken", () => {
    const step = fc.record({
      put: fc.constantFrom(0, 1, 100, 2047, 2048, 5000, 20_000),
      take: fc.nat(30_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queue = new PieceQueue();
        let [put, taken] = [0, 0];
        for (const { put: bytes, take } of steps) {
          queue.push(Buffer.from(Array.from({ length: bytes }, (_, at) => (put + at) % 251)));
          put += bytes;
          const count = Math.min(take, put - taken);
          const found = queue.take(count);
          for (let at = 0; at < count; at++)
            if (found[at] !== (taken + at) % 251) assert.fail(`at ${taken + at}`);
          assert.equal(found.length, count);
          taken += count;
        }
      }),
    );
  });

  it("are taken into memory of their own, so that what a flow keeps holds nothing else", () => {
    const queue = new PieceQueue();
    queue.push(Buffer.alloc(10_000));
    assert.equal(queue.take(3200).buffer.byteLength, 3200);
  });

  it("stay in memory no longer than until they are taken", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const queue = new PieceQueue();
    const pass = (bytes: number): WeakRef<Buffer> => {
      const piece = Buffer.alloc(bytes, 1);
      queue.push(piece);
      queue.take(bytes);
      return new WeakRef(piece);
    };
    const pieces = [20_000, 3000, 20_000].map(pass);
    queue.push(Buffer.from("the next one"));
    // What a weak reference refers to stays until the current turn has ended.
    await nextTurn();
    collectGarbage();
    assert.deepEqual(
      pieces.map((piece) => piece.deref()?.length),
      [undefined, undefined, undefined],
    );
  });

  it("never write into memory of others, and share none with what was taken", () => {
    const foreign = Buffer.alloc(4096, 1);
    const queue = new PieceQueue();
    queue.push(foreign.subarray(0, 3000));
    const taken = queue.take(3000);
    queue.push(Buffer.alloc(500, 2));
    queue.take(500);
    assert.ok(foreign.every((byte) => byte === 1));
    foreign.fill(3);
    assert.ok(taken.every((byte) => byte === 1));
  });
});
