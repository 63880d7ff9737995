import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { readControls } from "../../lib/flow/message/controls";
import { Problem } from "../../lib/flow/message/problem";

const read = (own: object): ReturnType<typeof readControls> => readControls({ _msgid: "m", ...own });
const hasCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof Problem && error.code === code;

describe("the control properties of a message", () => {
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
