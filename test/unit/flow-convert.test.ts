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
import { faultOf, InputFault } from "../../lib/schema/fault";

const accepts = (spec: Input, value: unknown, expected: unknown): void =>
  assert.deepEqual(convert(spec, "x", value), expected);
const refuses = (spec: Input, value: unknown, code: string): void =>
  assert.throws(
    () => convert(spec, "x", value),
    (error) => error instanceof InputFault && error.code === code && error.field === "x",
  );

describe("conversion of inputs", () => {
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

describe("the fault of a value that is refused", () => {
  const told = (spec: Input, value: unknown): unknown => {
    const fault = faultOf(() => convert(spec, "x", value));
    return fault && [fault.code, fault.params];
  };
  const wanted = (word: string): unknown => ["INPUT_INVALID", { wanted: word }];

  for (const [spec, value, expected] of [
    [text(), {}, wanted("text")],
    [text(), "a\udf89", wanted("wellFormed")],
    [number(), "soon", wanted("number")],
    [number(), "", wanted("number")],
    [number(), " ", wanted("number")],
    [number(), true, wanted("number")],
    [integer(), 1.5, wanted("integer")],
    [toggle(), "yes", wanted("toggle")],
    [toggle(), {}, wanted("toggle")],
    [toggle(), 2, wanted("toggle")],
    [object(), "{", wanted("object")],
    [object(), "5", wanted("object")],
    [object(), [], wanted("object")],
    [object(), null, wanted("object")],
    [list(), "[", wanted("list")],
    [choice(["a", "b"]), "c", ["INPUT_NOT_A_CHOICE", { choices: "a, b" }]],
  ] as const) {
    it(`reports what was wanted: ${spec.kind} for ${JSON.stringify(value)}`, () => {
      assert.deepEqual(told(spec, value), expected);
    });
  }

  it("names the bounds, which a value may have", () => {
    const spec: Input = { ...number(), min: 1, max: 2 };
    assert.deepEqual(told(spec, 3), ["INPUT_OUT_OF_RANGE", { min: 1, max: 2 }]);
    accepts(spec, 1, 1);
    accepts(spec, 2, 2);
  });

  it("names the greatest length, which a text may have", () => {
    const spec: Input = { ...text(), maxLength: 3 };
    assert.deepEqual(told(spec, "four"), ["INPUT_TEXT_TOO_LONG", { max: 3 }]);
    accepts(spec, "abc", "abc");
  });

  it("names the length of a list", () => {
    assert.deepEqual(told({ ...list(), length: 2 }, [1]), ["INPUT_WRONG_LENGTH", { length: 2 }]);
  });

  it("is that of a member if a list of whole numbers has another", () => {
    assert.deepEqual(told({ ...list(), integers: true }, [1.5]), wanted("integer"));
  });
});

describe("what is converted", () => {
  it("is a text to speak with half of a character replaced, and no other text", () => {
    accepts({ ...text(), multiline: true }, "a\udf89", "a\ufffd");
    refuses({ ...text(), multiline: true, kind: "voice" }, "a\udf89", "INPUT_INVALID");
  });

  it("is a bigint as text", () => accepts(text(), 5n, "5"));

  it("is a choice with blanks around it", () => accepts(choice(["a"]), " a ", "a"));

  it("is a number with blanks around it", () => accepts(number(), " 5 ", 5));

  it("is a switch as a word or a number", () => {
    for (const on of [true, 1, "1", " TRUE "]) accepts(toggle(), on, true);
    for (const off of [false, 0, "0", "False"]) accepts(toggle(), off, false);
  });

  it("is a file as it is", () => {
    const file = Buffer.from("RIFF");
    assert.equal(convert({ kind: "file" }, "x", file), file);
  });

  it("is the ID of a style as text", () => accepts({ kind: "style" }, 7, "7"));
});
