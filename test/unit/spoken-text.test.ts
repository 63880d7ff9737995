import assert from "node:assert/strict";
import { betweenMarks, marksIn, passagesOf, withoutMarks } from "../../lib/schema/spoken-text";

describe("the marks of pauses in a text", () => {
  for (const [mark, pauseMs] of [
    ["[pause 1s]", 1000],
    ["[pause 1.5s]", 1500],
    ["[pause 1,5 s]", 1500],
    ["[pause 300ms]", 300],
    ["[PAUSE  2 S]", 2000],
  ] as const) {
    it(`${mark} is ${pauseMs} ms`, () => {
      assert.deepEqual(passagesOf(`One.${mark}Two.`), [{ text: "One." }, { pauseMs }, { text: "Two." }]);
    });
  }

  for (const text of ["[pause]", "[pause 1]", "[pause -1s]", "[pause 1m]", "(pause 1s)", "[ pause 1s ]"]) {
    it(`are not ${text}`, () => assert.deepEqual(passagesOf(`a ${text}`), [{ text: `a ${text}` }]));
  }

  it("at the beginning and the end stay pauses", () => {
    assert.deepEqual(passagesOf(" [pause 1s] Hello [pause 2s] "), [
      { pauseMs: 1000 },
      { text: "Hello" },
      { pauseMs: 2000 },
    ]);
  });

  it("that follow each other are one pause, also with nothing but punctuation between", () => {
    assert.deepEqual(passagesOf("One[pause 1s] ! [pause 500ms]Two"), [
      { text: "One" },
      { pauseMs: 1500 },
      { text: "Two" },
    ]);
  });

  it("are left alone where the words between them are changed", () => {
    const shouted = betweenMarks("hi [pause 1s] you [Pause 2 ms] there", (text) => text.toUpperCase());
    assert.equal(shouted, "HI [pause 1s] YOU [Pause 2 ms] THERE");
  });

  it("are found where they are", () => {
    const text = "hi [pause 1s] you";
    const marks = marksIn(text);
    assert.deepEqual(
      marks.map(([from, to]) => text.slice(from, to)),
      ["[pause 1s]"],
    );
  });

  it("are spaces where they are not spoken", () => {
    assert.equal(withoutMarks("One[pause 1s]two"), "One two");
  });
});
