import assert from "node:assert/strict";
import { RecentBytes } from "../../lib/api/recent-bytes";
import { bytes } from "./api-server";

describe("the end of a stream", () => {
  for (const capacity of [1, 7, 64]) {
    for (const size of [1, 3, 7, 8, 64, 65, 200]) {
      it(`is its last ${capacity} bytes, whatever comes in pieces of ${size}`, () => {
        const data = bytes(400);
        const recent = new RecentBytes(capacity);
        for (let at = 0; at < data.length; at += size) {
          recent.push(data.subarray(at, at + size));
          const so = data.subarray(0, Math.min(at + size, data.length));
          const kept = Math.min(so.length, capacity);
          assert.equal(recent.length, kept);
          assert.deepEqual(recent.last(), so.subarray(so.length - kept));
          assert.deepEqual(recent.last(3), so.subarray(so.length - Math.min(3, kept)));
        }
      });
    }
  }

  it("is empty before the first byte, and after an empty piece", () => {
    const recent = new RecentBytes(8);
    assert.deepEqual([recent.last(), recent.length], [Buffer.alloc(0), 0]);
    recent.push(Buffer.alloc(0));
    assert.deepEqual(recent.last(5), Buffer.alloc(0));
  });

  it("does not change with the buffer that it was taken from", () => {
    const piece = Buffer.from([1, 2, 3]);
    const recent = new RecentBytes(8);
    recent.push(piece);
    piece.fill(0);
    assert.deepEqual(recent.last(), Buffer.from([1, 2, 3]));
  });
});
