/** Reading JSON of which nothing is certain. */
import assert from "node:assert/strict";
import { changeTexts, fieldsOf, isObject, listOf, numberOf, parseObject, textOf } from "../../lib/api/json";

const LOUD = (text: string): string => text.toUpperCase();

describe("api json: values of any type", () => {
  const values = { nothing: undefined, null: null, text: "a", number: 1, list: [1], object: { a: 1 } };

  it("tells an object from lists and from null", () => {
    for (const [name, value] of Object.entries(values))
      assert.equal(isObject(value), name === "object", name);
  });

  it("takes the fields of an object only", () => {
    for (const [name, value] of Object.entries(values))
      assert.deepEqual(fieldsOf(value), name === "object" ? { a: 1 } : {}, name);
  });

  it("takes the members of a list only, each as an object", () => {
    assert.deepEqual(listOf([{ a: 1 }, "b", null, [2]]), [{ a: 1 }, {}, {}, {}]);
    for (const value of [undefined, null, "ab", 1, { length: 1 }]) assert.deepEqual(listOf(value), []);
  });

  it("takes a text that is not blank, as it is", () => {
    assert.equal(textOf(" a "), " a ");
    for (const value of ["", " \n", undefined, 1, ["a"]]) assert.equal(textOf(value), undefined);
  });

  it("takes a finite number", () => {
    assert.deepEqual([numberOf(0), numberOf(-1.5)], [0, -1.5]);
    for (const value of [Number.NaN, Infinity, "1", null, undefined])
      assert.equal(numberOf(value), undefined);
  });
});

describe("api json: parsing an object", () => {
  it("passes over a byte order mark at the beginning, and keeps it elsewhere", () => {
    assert.deepEqual(parseObject('\uFEFF{"a":"\uFEFF"}'), { a: "\uFEFF" });
  });

  for (const text of ["", "{", "[]", "null", '"a"', "1", ' \uFEFF{"a":1}']) {
    it(`finds none in ${JSON.stringify(text)}`, () => assert.equal(parseObject(text), undefined));
  }
});

describe("api json: changing every text", () => {
  it("changes values and names at any depth, and nothing else", () => {
    const value = {
      a: "b",
      n: 1,
      none: null,
      on: true,
      list: ["c", 2, null, ["d", { e: "f" }]],
      o: { p: {} },
    };
    assert.deepEqual(changeTexts(value, LOUD), {
      A: "B",
      N: 1,
      NONE: null,
      ON: true,
      LIST: ["C", 2, null, ["D", { E: "F" }]],
      O: { P: {} },
    });
  });

  it("changes a list in place, and a single text", () => {
    const list = ["a", ["b"]];
    assert.equal(changeTexts(list, LOUD), list);
    assert.deepEqual(list, ["A", ["B"]]);
    assert.equal(changeTexts("a", LOUD), "A");
  });

  for (const value of [undefined, null, 1, true]) {
    it(`leaves ${String(value)} as it is`, () => assert.equal(changeTexts(value, LOUD), value));
  }

  it("leaves the order of names as it is where they do not change", () => {
    const value = { B: "x", A: 1, C: "y" };
    assert.deepEqual(Object.entries(changeTexts(value, LOUD) as object), [
      ["B", "X"],
      ["A", 1],
      ["C", "Y"],
    ]);
  });

  it("treats __proto__ as any other name, and what it makes is an ordinary member", () => {
    const changed = changeTexts(JSON.parse('{"__proto__":{"a":"b"},"c":"__proto__"}'), (text) =>
      text === "c" ? "__proto__" : LOUD(text),
    ) as object;
    assert.equal(Object.getPrototypeOf(changed), Object.prototype);
    assert.deepEqual(Object.getOwnPropertyDescriptor(changed, "__proto__"), {
      value: "__PROTO__",
      configurable: true,
      enumerable: true,
      writable: true,
    });
    assert.deepEqual(Object.keys(changed).sort(), ["__PROTO__", "__proto__"]);
  });
});
