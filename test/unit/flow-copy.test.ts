import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { util } from "@node-red/util";
import type { NodeMessage } from "node-red";
import { copierOf, copyOf } from "../../lib/flow/message/copy";

/** Fails where a value is handed to Node-RED's own, slower copy. */
const never = (): never => {
  throw new Error("copied by Node-RED");
};
const byNodeRed = <T extends NodeMessage>(message: T): T => util.cloneMessage(message as never);

describe("a copy of a message's property", () => {
  const plain: Readonly<Record<string, unknown>> = {
    "a JSON object": {
      room: { name: "kitchen", lamps: [1, { on: true }, null] },
      empty: {},
      none: undefined,
    },
    "a list": [[1], "two", [{ three: 3 }]],
    "an object that a function node made": runInNewContext(
      "({ room: { name: 'kitchen' }, list: [1, [2]] })",
    ) as unknown,
    "a number": 5,
  };
  for (const [name, value] of Object.entries(plain)) {
    it(`is made without Node-RED's help for ${name}`, () => {
      assert.equal(JSON.stringify(copyOf(value, never)), JSON.stringify(value));
    });
  }

  it("shares nothing with the original", () => {
    const original = { room: { lamps: [{ on: true }] } };
    const copy = copyOf(original, never);
    copy.room.lamps[0] = { on: false };
    copy.room.lamps.push({ on: true });
    assert.deepEqual(original, { room: { lamps: [{ on: true }] } });
  });

  it("shares nothing with another copy of the same", () => {
    const copy = copierOf({ room: { name: "kitchen" } }, never);
    const first = copy();
    first.room.name = "hall";
    assert.deepEqual(copy(), { room: { name: "kitchen" } });
  });

  const loop: Record<string, unknown> = { name: "loop" };
  loop.self = loop;
  const lamp = { on: true };
  class Lamp {
    constructor(readonly on: boolean) {}
  }
  const deep = Array.from({ length: 200 }).reduce<object>((inner) => ({ inner }), {});
  const others: Readonly<Record<string, unknown>> = {
    "a Buffer": { data: Buffer.from("abc") },
    "a date": { at: new Date(0) },
    "an object of a class": { lamp: new Lamp(true) },
    "an object that contains itself": loop,
    "an object in two places": { left: lamp, right: lamp },
    "an object with a symbol": { [Symbol.for("kind")]: "lamp" },
    "a list with a gap": [, 1], // eslint-disable-line no-sparse-arrays
    "a list with a property": Object.assign([1], { unit: "C" }),
    "an object without a prototype": Object.assign(Object.create(null) as object, { a: 1 }),
    "very deep data": deep,
  };
  for (const [name, value] of Object.entries(others)) {
    it(`is what Node-RED makes of ${name}`, () => {
      assert.deepEqual(copyOf({ value }, byNodeRed), byNodeRed({ value }));
    });
  }

  it("keeps one object in two places one object", () => {
    const { left, right } = copyOf({ left: lamp, right: lamp }, byNodeRed);
    assert.equal(left, right);
    assert.notEqual(left, lamp);
  });
});
