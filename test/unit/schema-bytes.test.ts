import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { bytesOf } from "../../lib/schema/bytes";

describe("bytes from a flow", () => {
  it("are found in an array of another realm, as function nodes make it", () => {
    const foreign: unknown = runInNewContext("new Uint8Array([0, 1, 2, 3]).subarray(1)");
    assert.equal(foreign instanceof Uint8Array, false);
    assert.deepEqual(bytesOf(foreign), Buffer.from([1, 2, 3]));
  });

  it("are the memory itself, no copy", () => {
    const own = new Uint8Array([1, 2, 3]);
    const bytes = bytesOf(own);
    own[0] = 9;
    assert.equal(bytes?.[0], 9);
    const buffer = Buffer.from([1]);
    assert.equal(bytesOf(buffer), buffer);
  });

  for (const other of [
    "text",
    [1, 2],
    { 0: 1, length: 1 },
    new Uint16Array(2),
    new ArrayBuffer(2),
    null,
    undefined,
    5,
  ])
    it(`are not seen in ${Object.prototype.toString.call(other)}`, () =>
      assert.equal(bytesOf(other), undefined));
});
