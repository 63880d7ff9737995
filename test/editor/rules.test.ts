/** The rules of the dialogs' fields, without a browser. */
import assert from "node:assert/strict";
import { choice, integer, list, number, object, toggle } from "../../lib/schema/description";
import { matching } from "../../lib/editor/completions";
import { literalFault, settingFault } from "../../lib/editor/rules";

describe("the rules of typed values", () => {
  const cases = [
    {
      input: number({ min: 0.5, max: 2 }),
      right: ["1", "0.5", "2", " 1e0 ", "${RATE}"],
      wrong: ["2.1", "0", "x", "Infinity"],
    },
    { input: integer({}), right: ["7", "-1"], wrong: ["1.5", "one"] },
    { input: toggle(), right: ["true", "FALSE", "1", "0"], wrong: ["yes", "2"] },
    { input: choice(["a", "b"]), right: ["a"], wrong: ["c", "A"] },
    { input: choice(["a", "b"], { open: true }), right: ["c"], wrong: [] },
    { input: object(), right: ['{"a":1}'], wrong: ["[1]", "null", '"a"', "{"] },
    { input: list({ length: 2 }), right: ["[1,2]", '["a",{}]'], wrong: ["[1]", "1", "[1,2"] },
    {
      input: list({ integers: true, min: 0, max: 10 }),
      right: ["[]", "[0,10]", "5"],
      wrong: ["[11]", "[0.5]", '["1"]'],
    },
  ];
  for (const { input, right, wrong } of cases) {
    const about = JSON.stringify(input);
    for (const value of right) {
      it(`accept ${value} for ${about}`, () => assert.equal(literalFault(input, value), undefined));
    }
    for (const value of wrong) {
      it(`refuse ${value} for ${about}`, () => assert.notEqual(literalFault(input, value), undefined));
    }
  }

  it("tell the bounds of a number", () => {
    assert.deepEqual(literalFault(number({ min: 0, max: 9 }), "10"), {
      key: "range",
      params: { min: 0, max: 9 },
    });
  });
});

describe("the rules of settings", () => {
  it("take a blank number for its default", () => {
    assert.equal(settingFault("retries", { kind: "count", default: 2, min: 0, max: 10 }, ""), undefined);
  });
  it("want a line that is required", () => {
    assert.deepEqual(settingFault("path", { kind: "line", default: "/", required: true }, " "), {
      key: "missing",
    });
  });
  it("let a line that is not required be blank", () => {
    assert.equal(settingFault("field", { kind: "line", default: "" }, ""), undefined);
  });
  it("let an address that is not required be blank", () => {
    assert.equal(settingFault("publicUrl", { kind: "line", default: "", required: false }, ""), undefined);
  });
  it("want http or https for an address", () => {
    const address = { kind: "line", default: "" } as const;
    assert.deepEqual(settingFault("baseUrl", address, "ftp://example.com"), { key: "url" });
    assert.equal(settingFault("baseUrl", address, "http://example.com:8080/vocu"), undefined);
  });
});

describe("the list of completions", () => {
  const offers = [
    { value: "id-1", name: "Ada" },
    { value: "id-2", name: "Klaus" },
  ];
  it("finds by name, whatever the case", () => {
    assert.deepEqual(matching(offers, "KLA", false), [offers[1]]);
  });
  it("finds by value", () => {
    assert.deepEqual(matching(offers, "id-1", false), [offers[0]]);
  });
  it("puts the current one first where all are listed", () => {
    assert.deepEqual(matching(offers, "id-2", true), [offers[1], offers[0]]);
  });
  it("lists nothing for an ID that nobody knows", () => {
    assert.deepEqual(matching(offers, "someone", false), []);
  });
});
