import assert from "node:assert/strict";
import fc from "fast-check";
import { withoutMarkdown } from "../../lib/flow/live/live-markdown";
import { GrowingTexts, SentenceCutter, withoutEdges } from "../../lib/flow/live/live-text";

/** The sentences of a text that comes in these pieces, and the rest, all trimmed. */
function cut(pieces: Iterable<string>, minLength = 1): string[] {
  const cutter = new SentenceCutter();
  const sentences = [...pieces].flatMap((piece) => cutter.push(piece, minLength));
  return [...sentences, cutter.take()].map((sentence) => sentence.trim());
}

const cases: readonly [what: string, text: string, sentences: readonly string[]][] = [
  ["Western marks", "One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]],
  ["Chinese marks", "你好。真的吗？太好了！好；行", ["你好。", "真的吗？", "太好了！", "好；", "行"]],
  ["new lines", "Title\nText", ["Title", "Text"]],
  ["three points", "Well... yes… no", ["Well...", "yes…", "no"]],
  ["marks in a row", "What?! No!! 真的？！好", ["What?!", "No!!", "真的？！", "好"]],
  [
    "closing marks",
    "He said “Go.” Then (yes.) 他说“走。”好",
    ["He said “Go.”", "Then (yes.)", "他说“走。”", "好"],
  ],
  ["a Western mark before Chinese", "It is OK.好的", ["It is OK.", "好的"]],
  ["decimals", "It has 3.5 degrees. Cold", ["It has 3.5 degrees.", "Cold"]],
  ["a number at the end", "It has 3.5. Cold", ["It has 3.5.", "Cold"]],
  [
    "abbreviations",
    "Dr. Smith, e.g. Mr. J. R. Doe vs. us. End",
    ["Dr. Smith, e.g. Mr. J. R. Doe vs. us.", "End"],
  ],
  ["German ones", "Das ist z.B. gut. Ja", ["Das ist z.B. gut.", "Ja"]],
  ["numbers of a list", "1. Milk. 2. Bread. x", ["1. Milk.", "2. Bread.", "x"]],
  ["addresses", "See example.com/a.b now. Ok", ["See example.com/a.b now.", "Ok"]],
  ["an Arabic question", "هل أنت هنا؟ نعم", ["هل أنت هنا؟", "نعم"]],
  ["an Urdu full stop", "وہ گھر ہے۔ ہاں", ["وہ گھر ہے۔", "ہاں"]],
  ["a danda", "यह घर है। हाँ॥ ठीक", ["यह घर है।", "हाँ॥", "ठीक"]],
  ["marks of other scripts", "ሰላም። ဟုတ်ကဲ့။ Այո։ x", ["ሰላም።", "ဟုတ်ကဲ့။", "Այո։", "x"]],
  [
    "closing brackets of CJK",
    "「行こう。」彼は言った。『はい！』x",
    ["「行こう。」", "彼は言った。", "『はい！』", "x"],
  ],
  ["emphasis around a mark", "**Go now.** _Then stop._ x", ["**Go now.**", "_Then stop._", "x"]],
  ["nothing to say", "... !!! Hello. x", ["... !!! Hello.", "x"]],
];

describe("sentences of a text that grows", () => {
  for (const [what, text, sentences] of cases) {
    it(`end as they should: ${what}`, () => {
      assert.deepEqual(cut([text]), sentences);
    });
  }

  it("are the same when the text comes letter by letter", () => {
    for (const [what, text, sentences] of cases.filter(([, each]) => !/[。！？；…][”！」』]/.test(each)))
      assert.deepEqual(cut(text), sentences, what);
  });

  it("wait behind a Western mark, for it may be within a number", () => {
    const cutter = new SentenceCutter();
    assert.deepEqual(cutter.push("It is 3.", 1), []);
    assert.deepEqual(cutter.push("5 metres.", 1), []);
    assert.deepEqual(cutter.push(" Or so", 1), ["It is 3.5 metres."]);
  });

  it("do not wait behind a Chinese mark", () => {
    assert.deepEqual(new SentenceCutter().push("你好。", 1), ["你好。"]);
  });

  it("stay with the next one while they are too short", () => {
    assert.deepEqual(cut(["Yes. I do. Really. x"], 8), ["Yes. I do.", "Really. x"]);
  });

  it("are cut at a pause if a text does not end", () => {
    const [first = "", rest = ""] = cut(["word, ".repeat(200)]);
    assert.ok(first.length <= 1000 && first.length > 900 && first.endsWith(","));
    assert.ok(rest.startsWith("word"));
  });

  it("are cut between characters if there is no pause either", () => {
    const [first = ""] = cut(["a" + "😀".repeat(800)]);
    assert.equal(first, "a" + "😀".repeat(499));
  });

  it("are the whole text again, however it was cut, and each has something to say", () => {
    const texts = fc.array(
      fc.oneof(fc.string(), fc.constantFrom(". ", "。", "\n", "3.5", "Hello", "你好", "! ")),
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 20 }), (pieces, minLength) => {
        const cutter = new SentenceCutter();
        const sentences = pieces.flatMap((piece) => cutter.push(piece, minLength));
        assert.equal([...sentences, cutter.take()].join(""), pieces.join(""));
        for (const sentence of sentences) {
          assert.ok(sentence.trim().length >= minLength);
          assert.match(sentence, /[\p{L}\p{N}]/u);
        }
      }),
    );
  });
});

describe("a sentence that is about to be spoken", () => {
  it("begins without what closed the one before", () => {
    assert.equal(withoutEdges("」 彼は言った。 "), "彼は言った。");
    assert.equal(withoutEdges("“Quoted.”"), "“Quoted.”");
    assert.equal(withoutEdges("(In brackets.)"), "(In brackets.)");
  });
});

describe("Markdown that is about to be spoken", () => {
  const spoken: readonly (readonly [written: string, spoken: string])[] = [
    ["**Hello.** It is *very* nice, __really__, _so_ ~~not~~.", "Hello. It is very nice, really, so not."],
    ["## **Bold** title", "Bold title"],
    ["- milk\n- [x] done\n* star\n1. one", "milk\ndone\nstar\n1. one"],
    ["> quoted\n> > twice", "quoted\ntwice"],
    ['See [the docs](https://a.b/c_d?e=1 "t") and ![pic](x.png).', "See the docs and pic."],
    ["`npm test`", "npm test"],
    ["```js\ncode\n```", "\ncode\n"],
    ["---", ""],
    ["| a | b |\n|---|:-:|\n| 1 | 2 |", "a, b\n\n1, 2"],
    ["***wow***", "wow"],
    ["你好**世界**。", "你好世界。"],
  ];
  for (const [written, words] of spoken) {
    it(`is its words: ${JSON.stringify(written)}`, () => assert.equal(withoutMarkdown(written), words));
  }

  it("has lost its marks if a sentence holds one half of them", () => {
    assert.deepEqual(["**One.", "Two**"].map(withoutMarkdown), ["One.", "Two"]);
  });

  for (const text of [
    "3*4*5 and 2 * 3",
    "snake_case_name",
    "-5 degrees",
    "5 < 6 > 4",
    "C# and C++",
    "#tag",
    "a - b",
    "a|b",
  ]) {
    it(`is left alone: ${text}`, () => assert.equal(withoutMarkdown(text), text));
  }
});

describe("texts that grow side by side", () => {
  it("are kept apart by their sequence", () => {
    const texts = new GrowingTexts();
    texts.of("a").push("Of a", 1);
    texts.of().push("of none", 1);
    assert.deepEqual(
      [texts.of("a").take(), texts.of().take(), texts.of("b").take()],
      ["Of a", "of none", ""],
    );
  });

  it("are forgotten, the oldest first, when there are too many", () => {
    const texts = new GrowingTexts();
    for (let count = 0; count < 33; count++) texts.of(String(count)).push("kept", 1);
    assert.deepEqual([texts.of("32").take(), texts.of("0").take()], ["kept", ""]);
  });
});
