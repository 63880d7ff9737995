/** The check of a node's fixed settings, and what a description says about its inputs. */
import assert from "node:assert/strict";
import { inRange } from "../../lib/schema/check";
import {
  applies,
  literalTypeOf,
  nameOf,
  sourceOf,
  type Input,
  type InputKind,
  type Setting,
} from "../../lib/schema/description";
import { faultOf, InputFault } from "../../lib/schema/fault";
import { checkLine, isUnset, readSetting } from "../../lib/schema/setting";

const SELECT: Setting = { kind: "select", choices: ["queue", "drop"], default: "queue" };
const COUNT: Setting = { kind: "count", min: 1, max: 10, default: 5 };
const CHECK: Setting = { kind: "check", default: false };
const LINE: Extract<Setting, { kind: "line" }> = { kind: "line", default: "" };

/** Code, field and parameters of the fault. */
const fault = (work: () => unknown): unknown => {
  const found = faultOf(work);
  return found && [found.code, found.field, found.params];
};

describe("a setting", () => {
  for (const stored of [undefined, null, ""])
    it(`is not set: ${JSON.stringify(stored)}`, () => assert.ok(isUnset(stored)));
  for (const stored of [0, false, " ", "x"])
    it(`is set: ${JSON.stringify(stored)}`, () => assert.equal(isUnset(stored), false));

  it("is one of its choices, or a fault that names them", () => {
    assert.equal(readSetting("busy", SELECT, "drop"), "drop");
    assert.deepEqual(
      fault(() => readSetting("busy", SELECT, "other")),
      ["INPUT_NOT_A_CHOICE", "busy", { choices: "queue, drop" }],
    );
  });

  it("is a number within its bounds, which belong to them", () => {
    assert.deepEqual(
      ["1", 10, "2.5"].map((stored) => readSetting("ttl", COUNT, stored)),
      [1, 10, 2.5],
    );
    for (const stored of [0.9, 10.1]) {
      assert.deepEqual(
        fault(() => readSetting("ttl", COUNT, stored)),
        ["INPUT_OUT_OF_RANGE", "ttl", { min: 1, max: 10 }],
      );
    }
    for (const stored of ["soon", Infinity, NaN]) {
      assert.deepEqual(
        fault(() => readSetting("ttl", COUNT, stored)),
        ["INPUT_INVALID", "ttl", { wanted: "number" }],
      );
    }
  });

  it("is checked where it is true, also as text, and only there", () => {
    assert.deepEqual(
      [true, "true", false, "false", "yes", 1].map((stored) => readSetting("live", CHECK, stored)),
      [true, true, false, false, false, false],
    );
  });

  it("is a line of text", () => assert.equal(readSetting("url", LINE, 5), "5"));
});

describe("a line of text in a dialog", () => {
  const refused = (setting: Partial<typeof LINE>, value: string): unknown =>
    fault(() => checkLine("url", { ...LINE, ...setting }, value));

  it("may be blank", () => assert.equal(refused({ format: "url" }, "  "), undefined));

  it("is missing where it is required", () => {
    assert.deepEqual(refused({ required: true }, "  "), ["INPUT_MISSING", "url", {}]);
    assert.deepEqual(refused({ required: true, fault: "NO_BASE_URL" }, ""), ["NO_BASE_URL", "url", {}]);
    assert.equal(refused({ required: true }, "x"), undefined);
  });

  for (const value of ["http://a", "https://a/b", " https://a "])
    it(`is an address: ${value}`, () => assert.equal(refused({ format: "url" }, value), undefined));

  for (const value of ["a", "ftp://a", "http://", "http:///", "http:// a", "see http://a"]) {
    it(`is no address: ${value}`, () => {
      assert.deepEqual(refused({ format: "url" }, value), ["INPUT_INVALID", "url", { wanted: "url" }]);
    });
  }

  it("has the code that the setting has for its faults", () => {
    assert.deepEqual(refused({ format: "url", fault: "BAD_PUBLIC_URL" }, "a"), [
      "BAD_PUBLIC_URL",
      "url",
      { wanted: "url" },
    ]);
  });

  it("may be anything where it is no address", () => assert.equal(refused({}, "a"), undefined));
});

describe("a fault", () => {
  it("is found if one is thrown", () => {
    const thrown = new InputFault("X", "text");
    assert.equal(
      faultOf(() => {
        throw thrown;
      }),
      thrown,
    );
    assert.equal(
      faultOf(() => 1),
      undefined,
    );
  });

  it("does not hide other errors", () => {
    assert.throws(
      () =>
        faultOf(() => {
          throw new TypeError("a mistake");
        }),
      TypeError,
    );
  });

  it("names the bound that there is", () => {
    assert.deepEqual(
      fault(() => inRange({ min: 3 }, "seed", 2)),
      ["INPUT_OUT_OF_RANGE", "seed", { min: 3, max: "–" }],
    );
    assert.deepEqual(
      fault(() => inRange({ max: 3 }, "seed", 4)),
      ["INPUT_OUT_OF_RANGE", "seed", { min: "–", max: 3 }],
    );
    assert.equal(inRange({}, "seed", -1e9), -1e9);
  });
});

describe("a description", () => {
  it("says by its type what the node is called", () =>
    assert.equal(nameOf({ type: "vocu-voice-get" }), "voice-get"));

  it("shows what applies to all of the settings that it depends on", () => {
    assert.ok(applies(undefined, {}));
    assert.ok(applies({ mode: "a" }, { mode: "a" }));
    assert.ok(applies({ mode: ["a", "b"] }, { mode: "b" }));
    assert.equal(applies({ mode: "a" }, { mode: "b" }), false);
    assert.equal(applies({ mode: "a", live: "true" }, { mode: "a", live: false }), false);
    assert.ok(applies({ mode: "a", live: "true" }, { mode: "a", live: true }));
  });

  it("takes the input of a fresh node from the message or as it is written", () => {
    const spec = (from?: string, kind: InputKind = "text"): Input => ({ kind, from });
    assert.deepEqual(sourceOf(spec("msg.payload")), { type: "msg", value: "payload" });
    assert.deepEqual(sourceOf(spec("warm")), { type: "str", value: "warm" });
    assert.deepEqual(sourceOf(spec("a msg.")), { type: "str", value: "a msg." });
    assert.deepEqual(sourceOf(spec("5", "integer")), { type: "num", value: "5" });
    assert.deepEqual(sourceOf(spec()), { type: "str", value: "" });
  });

  for (const [kind, type] of [
    ["number", "num"],
    ["integer", "num"],
    ["toggle", "bool"],
    ["object", "json"],
    ["list", "json"],
    ["text", "str"],
    ["choice", "str"],
    ["voice", "str"],
    ["style", "str"],
    ["file", "str"],
  ] as const) {
    it(`writes a literal of kind ${kind} as ${type}`, () => assert.equal(literalTypeOf(kind), type));
  }
});
