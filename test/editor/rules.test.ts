/** The rules of the dialogs' fields, without a browser. */
import assert from "node:assert/strict";
import { choice, integer, list, number, object, toggle } from "../../lib/schema/description";
import { exactly, search } from "../../lib/editor/offers";
import type { Offer } from "../../lib/editor/offers";
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
      wrong: ["[11]", "[0.5]", '["x"]'],
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
      code: "INPUT_OUT_OF_RANGE",
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
      code: "INPUT_MISSING",
    });
  });
  it("let a line that is not required be blank", () => {
    assert.equal(settingFault("field", { kind: "line", default: "" }, ""), undefined);
  });
  it("let an address that is not required be blank", () => {
    assert.equal(settingFault("publicUrl", { kind: "line", default: "", format: "url" }, ""), undefined);
  });
  it("want http or https for an address", () => {
    const address = { kind: "line", default: "", format: "url" } as const;
    assert.deepEqual(settingFault("baseUrl", address, "ftp://example.com"), {
      code: "INPUT_INVALID",
      params: { wanted: "url" },
    });
    assert.equal(settingFault("baseUrl", address, "http://example.com:8080/vocu"), undefined);
  });
});

describe("the search of a list", () => {
  const offer = (name: string, more: object = {}): Offer => ({ value: `id-${name}`, name, ...more });
  const found = (offers: readonly Offer[], typed: string): string[] =>
    search(offers, typed, "Cannot be used").flatMap((group) => group.offers.map(({ name }) => name));

  it("puts names that begin so first, then words, then the rest", () => {
    const offers = [
      offer("Radio"),
      offer("Harbour Adagio"),
      offer("Ada"),
      offer("Miles", { description: "sad" }),
    ];
    assert.deepEqual(found(offers, "ad"), ["Ada", "Harbour Adagio", "Radio", "Miles"]);
  });
  it("puts the exact name before longer ones", () => {
    assert.deepEqual(found([offer("Adam"), offer("Ada")], "ada"), ["Ada", "Adam"]);
  });
  for (const typed of ["KLA", "id-Klaus", "german", "deep voice"]) {
    it(`finds by ${typed}`, () => {
      const offers = [offer("Ada"), offer("Klaus", { marks: ["German"], description: "A deep voice" })];
      assert.deepEqual(found(offers, typed), ["Klaus"]);
    });
  }
  it("finds Chinese names by any of their characters", () => {
    assert.deepEqual(found([offer("明月"), offer("清风")], "月"), ["明月"]);
  });
  it("lists nothing for an ID that nobody knows", () =>
    assert.deepEqual(found([offer("Ada")], "someone"), []));
  it("lists what cannot be used last, under a heading of its own", () => {
    const offers = [
      offer("Ada", { group: "Mine", note: "is being made" }),
      offer("Adam", { group: "Bought" }),
    ];
    assert.deepEqual(
      search(offers, "ada", "Cannot be used").map(({ heading }) => heading),
      ["Bought", "Cannot be used"],
    );
  });
  it("keeps headings together, the one with the best match first", () => {
    const offers = [
      offer("Radio", { group: "Mine" }),
      offer("Ada", { group: "Bought" }),
      offer("Nomad", { group: "Mine" }),
    ];
    assert.deepEqual(found(offers, "ad"), ["Ada", "Radio", "Nomad"]);
  });
  it("ranks 500 voices faster than a person types", () => {
    const offers = Array.from({ length: 500 }, (_, at) => offer(`Voice ${at} of the market`));
    const startedAt = performance.now();
    search(offers, "9 of");
    assert.ok(performance.now() - startedAt < 100);
  });
});

describe("a name that was typed", () => {
  const offers = [
    { value: "1", name: "Ada" },
    { value: "2", name: "Klaus" },
    { value: "3", name: "klaus " },
  ];
  it("means the voice of that name", () => assert.equal(exactly(offers, " ADA ")?.value, "1"));
  it("means an ID where it is one", () => assert.equal(exactly(offers, "2")?.name, "Klaus"));
  it("means nobody where several have it", () => assert.equal(exactly(offers, "Klaus"), undefined));
});
