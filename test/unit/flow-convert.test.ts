import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { convert, isBlank } from "../../lib/schema/check";
import {
  choice,
  integer,
  list,
  number,
  object,
  text,
  toggle,
  type Input,
} from "../../lib/schema/description";
import { InputFault } from "../../lib/schema/fault";

const accepts = (spec: Input, value: unknown, expected: unknown): void =>
  assert.deepEqual(convert(spec, "x", value), expected);
const refuses = (spec: Input, value: unknown, code: string): void =>
  assert.throws(
    () => convert(spec, "x", value),
    (error) => error instanceof InputFault && error.code === code && error.field === "x",
  );

describe("converting what a flow hands in", () => {
  it("takes text, numbers, booleans and UTF-8 Buffers as text", () => {
    accepts(text(), "door", "door");
    accepts(text(), 21.5, "21.5");
    accepts(text(), true, "true");
    accepts(text(), Buffer.from("Tür"), "Tür");
  });

  it("takes the bytes of a function node, which has a Uint8Array of its own", () => {
    const foreign = (text: string): unknown =>
      runInNewContext("Uint8Array.from(codes)", { codes: [...Buffer.from(text)] });
    accepts(text(), foreign("Tür"), "Tür");
    accepts(object(), foreign('{"a":1}'), { a: 1 });
    accepts(list(), foreign("[1]"), [1]);
    assert.ok(isBlank(foreign("")));
  });

  it("reads text in UTF-16 by its byte order mark, and drops the mark of UTF-8", () => {
    const utf16 = Buffer.from("\ufeffTür 🎉", "utf16le");
    accepts(text(), utf16, "Tür 🎉");
    accepts(text(), Buffer.from(utf16).swap16(), "Tür 🎉");
    accepts(text(), Buffer.from("\ufeffTür"), "Tür");
  });

  it("refuses bytes that are not text: they would be spoken and paid for", () => {
    refuses(text(), Buffer.from("door", "utf16le"), "INPUT_INVALID");
    refuses(text(), Buffer.from("494433040000", "hex"), "INPUT_INVALID");
    refuses(object(), Buffer.from("{}", "utf16le"), "INPUT_INVALID");
    refuses(list(), Buffer.from("[]", "utf16le"), "INPUT_INVALID");
  });

  it("refuses half of a character in a choice that takes any word", () => {
    refuses(choice(["a"], { open: true }), "a\udf89", "INPUT_INVALID");
  });

  it("refuses an object, a list or NaN as text", () => {
    refuses(text(), { a: 1 }, "INPUT_INVALID");
    refuses(text(), ["a"], "INPUT_INVALID");
    refuses(text(), NaN, "INPUT_INVALID");
  });

  it("takes a number given as text", () => {
    accepts(number(), " 1.5 ", 1.5);
    accepts(integer(), "2", 2);
  });

  it("refuses what is not a number, and a fraction where a whole number belongs", () => {
    refuses(number(), "fast", "INPUT_INVALID");
    refuses(number(), NaN, "INPUT_INVALID");
    refuses(integer(), 1.5, "INPUT_INVALID");
    refuses(number(), true, "INPUT_INVALID");
  });

  it("refuses a number outside its bounds and lets the bounds themselves in", () => {
    const rate = number({ min: 0.5, max: 2 });
    accepts(rate, 0.5, 0.5);
    accepts(rate, 2, 2);
    refuses(rate, 2.01, "INPUT_OUT_OF_RANGE");
    refuses(rate, 0.49, "INPUT_OUT_OF_RANGE");
  });

  it("takes true and false as text and as 1 and 0", () => {
    accepts(toggle(), "TRUE", true);
    accepts(toggle(), "0", false);
    accepts(toggle(), 1, true);
    refuses(toggle(), "maybe", "INPUT_INVALID");
    refuses(toggle(), {}, "INPUT_INVALID");
  });

  it("takes only the documented words of a closed choice, any word of an open one", () => {
    accepts(choice(["a", "b"]), "a", "a");
    refuses(choice(["a", "b"]), "c", "INPUT_NOT_A_CHOICE");
    accepts(choice(["a"], { open: true }), "v2_balance", "v2_balance");
  });

  it("takes an object also as JSON text, and nothing else", () => {
    accepts(object(), '{"a":1}', { a: 1 });
    refuses(object(), "[1]", "INPUT_INVALID");
    refuses(object(), "{", "INPUT_INVALID");
    refuses(object(), "null", "INPUT_INVALID");
  });

  it("takes one thing for a list of one", () => {
    accepts(list(), { text: "hi" }, [{ text: "hi" }]);
    accepts(list(), "[1,2]", [1, 2]);
  });

  it("checks the length and each number of a list", () => {
    const mix = list({ length: 5, integers: true, min: 0, max: 10 });
    accepts(mix, ["1", 2, 3, 4, 10], [1, 2, 3, 4, 10]);
    refuses(mix, [1, 2], "INPUT_WRONG_LENGTH");
    refuses(mix, [1, 2, 3, 4, 11], "INPUT_OUT_OF_RANGE");
  });

  it("calls blank text and empty Buffers not given, but not 0 or false", () => {
    for (const blank of [undefined, null, "", "  ", Buffer.alloc(0)]) assert.equal(isBlank(blank), true);
    for (const given of [0, false, "a", Buffer.from("a"), [], {}]) assert.equal(isBlank(given), false);
  });
});
