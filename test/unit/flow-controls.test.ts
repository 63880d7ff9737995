import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { forgetReset, isReset, readControls } from "../../lib/flow/message/controls";
import { Problem } from "../../lib/flow/message/problem";

const read = (own: object): ReturnType<typeof readControls> => readControls({ _msgid: "m", ...own });
const hasCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof Problem && error.code === code;

/** What a problem tells beside its code. */
const told = (own: object): Pick<Problem, "params" | "facts"> => {
  try {
    read(own);
  } catch (error) {
    assert.ok(error instanceof Problem);
    return { params: error.params, facts: error.facts };
  }
  throw new Error("it was accepted");
};

describe("msg.reset", () => {
  for (const reset of [true, 1, "yes", null, ""] as unknown[]) {
    it(`stops what runs when it is ${JSON.stringify(reset)}`, () => {
      assert.ok(isReset({ _msgid: "m", reset }));
    });
  }

  for (const own of [{}, { reset: undefined }, { reset: false }]) {
    it(`stops nothing when it is ${String(own.reset)}`, () => {
      assert.equal(isReset({ _msgid: "m", ...own }), false);
    });
  }

  it("goes no further where it counts as not there", () => {
    const msg = { _msgid: "m", reset: false };
    forgetReset(msg);
    assert.deepEqual(msg, { _msgid: "m" });
  });
});

describe("the control properties of a message", () => {
  for (const [name, value, wanted] of [
    ["priority", "high", "number"],
    ["requestTimeout", "soon", "number"],
    ["requestTimeout", 0, "number"],
    ["requestTimeout", -1, "number"],
    ["expires", "soon", "time"],
    ["expires", new Date(NaN), "time"],
  ] as const) {
    it(`are named where they is invalid: msg.${name} of ${String(value)}`, () => {
      const field = `msg.${name}`;
      assert.deepEqual(told({ [name]: value }), { params: { field, wanted }, facts: { field } });
    });
  }

  it("is invalid later if the message has expired", () => {
    assert.deepEqual(told({ expires: 0 }).facts, { retryable: false });
  });

  it("are read as none where there are none", () => {
    assert.deepEqual(read({}), { priority: 0 });
  });

  it("take 1e11 for a point in time, which has passed", () => {
    assert.throws(() => read({ expires: 1e11 }), hasCode("EXPIRED"));
    assert.ok(Number(read({ expires: 1e11 - 1 }).expiresAt) > Date.now());
  });

  const past: [string, unknown][] = [
    ["0", 0],
    ["-1", -1],
    ['"-5"', "-5"],
    ["a past point in time", Date.now() - 1000],
    ["a past Date", new Date(Date.now() - 1000)],
    ["a past Date of a function node", runInNewContext("new Date(Date.now() - 1000)")],
    ["past ISO 8601 text", new Date(Date.now() - 1000).toISOString()],
    ["-Infinity", -Infinity],
  ];
  for (const [what, expires] of past) {
    it(`expire a message whose msg.expires is ${what}`, () => {
      assert.throws(() => read({ expires }), hasCode("EXPIRED"));
    });
  }

  const future: [string, () => unknown][] = [
    ["an age in ms", () => 60_000],
    ["an age as text", () => " 60000 "],
    ["a point in time", () => Date.now() + 60_000],
    ["a Date", () => new Date(Date.now() + 60_000)],
    ["ISO 8601 text", () => new Date(Date.now() + 60_000).toISOString()],
  ];
  for (const [what, expires] of future) {
    it(`read msg.expires as ${what}`, () => {
      const { expiresAt = 0 } = read({ expires: expires() });
      assert.ok(Math.abs(expiresAt - Date.now() - 60_000) < 5000);
    });
  }

  for (const expires of ["soon", {}, [], true, NaN, new Date(NaN), Object.create(null)] as unknown[]) {
    it(`refuse msg.expires of ${JSON.stringify(expires)}, which is not a time`, () => {
      assert.throws(() => read({ expires }), hasCode("INPUT_INVALID"));
    });
  }

  for (const name of ["priority", "requestTimeout"]) {
    for (const value of ["high", {}, [5], Object.create(null), NaN] as unknown[]) {
      it(`refuse msg.${name} of ${JSON.stringify(value)}, which is not a number`, () => {
        assert.throws(() => read({ [name]: value }), hasCode("INPUT_INVALID"));
      });
    }
  }

  it("refuse a msg.requestTimeout that is not above 0", () => {
    assert.throws(() => read({ requestTimeout: 0 }), hasCode("INPUT_INVALID"));
  });

  it("count as absent when they are null or blank", () => {
    assert.deepEqual(read({ expires: "", priority: null, requestTimeout: " " }), { priority: 0 });
  });

  it("read numbers given as text", () => {
    assert.deepEqual(read({ priority: "5", requestTimeout: "250" }), { priority: 5, requestTimeoutMs: 250 });
  });
});
