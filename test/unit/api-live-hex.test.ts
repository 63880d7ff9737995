import assert from "node:assert/strict";
import fc from "fast-check";
import { bytesOfHex } from "../../lib/api/live-hex";

describe("hexadecimal audio", () => {
  it("becomes the bytes it stands for, in either case", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.boolean(), (bytes, upper) => {
        const hex = Buffer.from(bytes).toString("hex");
        assert.deepEqual(bytesOfHex(upper ? hex.toUpperCase() : hex), Buffer.from(bytes));
      }),
    );
  });

  it("is refused with half a byte in it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        assert.equal(bytesOfHex(Buffer.from(bytes).toString("hex").slice(1)), undefined);
      }),
    );
  });

  it("is refused with anything else in it, wherever that is", () => {
    const foreign = fc.string({ minLength: 1 }).filter((text) => /[^\da-f]/i.test(text));
    fc.assert(
      fc.property(fc.uint8Array(), foreign, fc.nat(), (bytes, other, place) => {
        const hex = Buffer.from(bytes).toString("hex");
        const at = place % (hex.length + 1);
        assert.equal(bytesOfHex(hex.slice(0, at) + other + hex.slice(at)), undefined);
      }),
    );
  });

  it("is refused with letters that Node takes for their low byte", () => {
    assert.equal(bytesOfHex("\u0130\u0131"), undefined);
  });
});
