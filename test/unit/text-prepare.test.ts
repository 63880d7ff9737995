import assert from "node:assert/strict";
import fc from "fast-check";
import { withoutEmoji } from "../../lib/flow/text/emoji";
import { languageOf } from "../../lib/flow/text/language";
import { withoutMarkdown } from "../../lib/flow/text/markdown";
import { prepareText, type Preparation } from "../../lib/flow/text/prepare";
import { readReplacements, replaceTerms } from "../../lib/flow/text/replacements";
import { sentencesOf } from "../../lib/flow/text/sentences";
import { splitText } from "../../lib/flow/text/split";
import { spellUnits } from "../../lib/flow/text/units";

const PLAIN: Preparation = {
  markdown: true,
  emoji: true,
  replacements: [],
  units: false,
  language: "auto",
  split: "none",
  maxLength: 0,
};
const sentences = (text: string, language = "en"): string[] =>
  sentencesOf(text, language).map(({ start, end }) => text.slice(start, end).trim());

/** Each text and what becomes of it. */
const table = (what: (text: string) => unknown, rows: readonly (readonly [string, unknown])[]): void => {
  for (const [text, wanted] of rows) {
    it(JSON.stringify(text), () => {
      assert.deepEqual(what(text), wanted);
    });
  }
};

describe("Markdown in a text to be spoken", () => {
  describe("is removed, and its words stay", () => {
    table(withoutMarkdown, [
      ["# Hello **World**", "Hello World"],
      ["Title\n=====\n\ntext", "Title\n\ntext"],
      [
        "***both*** and *one* and __two__ and _three_ and ~~four~~",
        "both and one and two and three and four",
      ],
      ["**bold with *italic* in it**", "bold with italic in it"],
      ["这是**重点**内容。", "这是重点内容。"],
      ["- one\n- [x] two\n* three", "one\ntwo\nthree"],
      ["- 3 eggs\n- 2 onions", "3 eggs\n2 onions"],
      ["> A quotation\n> goes on", "A quotation\ngoes on"],
      ["Press `Enter` and ``*a*``", "Press Enter and *a*"],
      ["before\n\n```js\nconst a = 1;\n```\n\nafter", "before\n\nafter"],
      ["~~~\ncode\n~~~\nafter", "after"],
      ["```\nnever closed", "never closed"],
      ["| a | b |\n|---|:-:|\n| 1 | 2 |", "a, b\n1, 2"],
      ["a | b\n--- | ---\n1 | 2\n\nafter", "a, b\n1, 2\n\nafter"],
      ["one\n\n---\n\ntwo", "one\n\ntwo"],
      ['See [the docs](https://x.y/z_(1) "Title").', "See the docs."],
      ["![A cat](cat.png) sleeps", "A cat sleeps"],
      ["[![logo](a.png)](https://x.y)", "logo"],
      ["[one][1] and [two]\n\n[1]: https://x.y", "one and [two]"],
      ["More at https://x.y/z?a=b, or www.x.y.", "More at, or."],
      ["<https://x.y> and [https://x.y](https://x.y) end", "and end"],
      ["The camera rtsp://cam/1 is off.", "The camera is off."],
      ["Mail to <a@b.de>", "Mail to a@b.de"],
      ['<p>Hello <b class="x">you</b><br>there</p><!-- not this -->', "Hello you\nthere"],
      ["<script>alert(1)</script>Hello<style>p {}</style>", "Hello"],
      ["Tom &amp; Jerry &lt;3", "Tom & Jerry <3"],
      ["\\*not emphasis\\*", "*not emphasis*"],
      ["a\r\nb", "a\nb"],
    ]);
  });

  describe("is not seen where plain text uses the same marks", () => {
    table(
      withoutMarkdown,
      [
        "1. Mai ist frei",
        "- 5 °C outside",
        "> 5 km",
        "2*3*4 is 24, 2**3 is 8 and 2 * 3 is 6",
        "snake_case_name and foo_bar",
        "about ~5 km or ~6 km",
        "5 < 6 and 7 > 3, if a <b and c",
        "    an indented line".trim(),
        "[pause 1s] and [laughs]",
        "{{whisper}}",
        "Is it 5*? #1!",
        "a|b",
      ].map((text): [string, string] => [text, text]),
    );
  });

  it("takes no longer for a text that is made to be slow", function () {
    this.timeout(20_000);
    for (const part of [
      "*_[`<",
      "> ",
      "[a](",
      "<!--",
      "a\n",
      "<a ",
      "```\n",
      "|",
      "- ",
      "__",
      "&#39",
      "www.",
    ]) {
      const started = performance.now();
      withoutMarkdown(part.repeat(10_000));
      assert.ok(performance.now() - started < 10_000, part);
    }
  });
});

describe("Emoji in a text to be spoken", () => {
  table(withoutEmoji, [
    ["Hello 😀!", "Hello!"],
    ["Hello 👨‍👩‍👧 family 👍🏽.", "Hello family."],
    ["🇩🇪 Berlin ☀️ 25", "Berlin 25"],
    ["🏴󠁧󠁢󠁥󠁮󠁧󠁿England", "England"],
    ["Press 1️⃣ now", "Press 1 now"],
    ["© 2025 Vocu™ ✔", "© 2025 Vocu™ "],
    ["❤️‍🔥", ""],
    ["one\n😀 two", "one\ntwo"],
    ["नमस्ते क्‍ष 12", "नमस्ते क्‍ष 12"],
  ]);
});

describe("Terms that are replaced", () => {
  const terms = [
    { from: "TV", to: "television" },
    { from: "TV set", to: "telly" },
    { from: "WLAN", to: "Funknetz", language: "de" },
    { from: "AI", to: "人工智能", language: "zh-CN" },
    { from: "空调", to: "冷气" },
    { from: "C++", to: "C plus plus" },
    { from: "telly", to: "never" },
    { from: "Größe", to: "" },
  ];
  const replaced = (language: string) => (text: string) => replaceTerms(text, terms, language);
  describe("in English", () => {
    table(replaced("en"), [
      ["TV, TVs, ATV and tv", "television, TVs, ATV and tv"],
      ["the TV set", "the telly"],
      ["WLAN", "WLAN"],
      ["I like C++.", "I like C plus plus."],
      ["Größe Größen", " Größen"],
    ]);
  });
  describe("in other languages", () => {
    it("use the entries of the language", () => {
      assert.equal(replaced("de")("WLAN und TV"), "Funknetz und television");
    });
    it("need no spaces if a script has none", () => {
      assert.equal(replaced("zh")("打开空调和AI吧"), "打开冷气和人工智能吧");
    });
  });
});

describe("A table of replacements", () => {
  it("is refused with the number of the entry that cannot be used", () => {
    const good = { from: "a", to: "b", language: null };
    assert.deepEqual(readReplacements([good]), [good]);
    assert.throws(() => readReplacements([good, { from: "a" }]), {
      code: "TEXT_REPLACEMENT",
      params: { number: 2 },
    });
  });
});

describe("Units and abbreviations", () => {
  const rows: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    en: [
      ["It is -5 °C, wind 12 km/h.", "It is minus 5 degrees Celsius, wind 12 kilometres per hour."],
      ["1 kg, 1.5kg, $5 and 3 €", "1 kilogram, 1.5 kilograms, 5 dollars and 3 euros"],
      ["5-10 %", "5-10 percent"],
      ["Dr. No, e.g. this", "Doctor No, for example this"],
      ["5 men, 5 minutes, 3Dr. A5 m", "5 men, 5 minutes, 3Dr. A5 m"],
      ["at 5 in the morning", "at 5 in the morning"],
    ],
    de: [
      ["1,5 kWh, 1 kWh und -3 °C", "1,5 Kilowattstunden, 1 Kilowattstunde und minus 3 Grad Celsius"],
      ["z. B. Nr. 5 bzw. d.h. heute", "zum Beispiel Nummer 5 beziehungsweise das heißt heute"],
    ],
    zh: [["温度是-5°C,湿度50%,功率3kW", "温度是负5摄氏度,湿度百分之50,功率3千瓦"]],
    fr: [["5 km", "5 km"]],
  };
  for (const [language, each] of Object.entries(rows)) {
    describe(language, () => {
      table((text) => spellUnits(text, language), each);
    });
  }
  it("leaves a language alone that is named like something else", () => {
    assert.equal(spellUnits("5 km", "constructor"), "5 km");
  });
});

describe("The language of a text", () => {
  table(
    (text) => languageOf(text, "auto"),
    [
      ["今天晴天", "zh"],
      ["今日は晴れ", "ja"],
      ["Heute ist es schön", "de"],
      ["The door is open", "en"],
      ["", "en"],
    ],
  );
  it("is the one that is named, without its region", () => {
    assert.equal(languageOf("Hallo", "EN-us"), "en");
  });
});

describe("Sentences", () => {
  table(sentences, [
    ["Dr. Smith met Mr. J. R. Jones. He left.", ["Dr. Smith met Mr. J. R. Jones.", "He left."]],
    ["It was 3.5 km at 5 p.m. on Monday. Good.", ["It was 3.5 km at 5 p.m. on Monday.", "Good."]],
    ['"Really?" she asked. Yes!', ['"Really?" she asked.', "Yes!"]],
    ["Wait... what? No.", ["Wait... what?", "No."]],
    ["So do I. He left.", ["So do I.", "He left."]],
    ["你好。今天晴！（注）好", ["你好。", "今天晴！", "（注）好"]],
    ["The washing\nmachine is done.\nNext", ["The washing\nmachine is done.", "Next"]],
    ["Hello. [pause 1.5s] World.", ["Hello. [pause 1.5s]", "World."]],
    ["你好。[pause 1s]世界。", ["你好。[pause 1s]", "世界。"]],
    ["No. 5 is here. Number 12. Done.", ["No. 5 is here.", "Number 12.", "Done."]],
  ]);
  it("of German keep ordinal numbers and abbreviations", () => {
    assert.deepEqual(sentences("Am 3. Mai kommt Hr. Müller, z. B. um 5. Das ist usw. Ende.", "de"), [
      "Am 3. Mai kommt Hr. Müller, z. B. um 5. Das ist usw.",
      "Ende.",
    ]);
  });
  it("are found in a long line piece by piece, as in a short one", () => {
    const text = "This is a sentence of Dr. Smith. ".repeat(500).trim();
    assert.deepEqual(new Set(sentences(text)), new Set(["This is a sentence of Dr. Smith."]));
    assert.equal(sentences(text).length, 500);
  });
  it("may be longer than what is looked at at once", () => {
    const long = `${"word ".repeat(1500)}end.`;
    assert.deepEqual(sentences(`${long} Next.`), [long, "Next."]);
  });
});

describe("Splitting a text", () => {
  const split = (text: string, maxLength: number, how = "none") =>
    splitText(text, { split: how, maxLength, language: "en" });

  it("puts as many whole sentences into a piece as fit", () => {
    assert.deepEqual(split("One two. Three four. Five.", 21), {
      pieces: ["One two. Three four.", "Five."],
      joiner: " ",
    });
  });
  it("cuts a long sentence at a pause, else between words", () => {
    assert.deepEqual(split("one two three, four five six seven eight nine", 18).pieces, [
      "one two three,",
      "four five six",
      "seven eight nine",
    ]);
  });
  it("separates paragraphs at blank lines", () => {
    assert.deepEqual(split("One.\nTwo.\n \nThree.", 0, "paragraphs"), {
      pieces: ["One.\nTwo.", "Three."],
      joiner: "\n\n",
    });
  });
  it("joins Chinese sentences without a space", () => {
    assert.equal(split("你好。世界。", 0, "sentences").joiner, "");
  });
  it("never cuts a pause mark", () => {
    assert.deepEqual(split("word [pause 1.5s] word", 10).pieces, ["word", "[pause 1.5s]", "word"]);
  });

  const text = fc.string({
    unit: fc.constantFrom(
      "a",
      "B",
      " ",
      ". ",
      ", ",
      "\n",
      "\n\n",
      "。",
      "你",
      "👨‍👩‍👧",
      "é",
      "😀",
      "[pause 1s]",
      "1",
      "!",
      "(",
      "क्‍ष",
    ),
    maxLength: 200,
  });
  const rules = fc.record({
    split: fc.constantFrom("none", "sentences", "paragraphs"),
    maxLength: fc.constantFrom(0, 1, 5, 12, 40),
    language: fc.constantFrom("en", "zh", "de", "not a language"),
  });
  it("loses nothing but white space", () => {
    fc.assert(
      fc.property(text, rules, (given, how) => {
        const { pieces } = splitText(given, how);
        assert.equal(pieces.join("").replace(/\s/gu, ""), given.replace(/\s/gu, ""));
      }),
    );
  });
  it("keeps pieces within the limit, except for one character or mark that is longer", () => {
    fc.assert(
      fc.property(text, rules, (given, how) => {
        for (const piece of splitText(given, how).pieces) {
          const characters = [...new Intl.Segmenter().segment(piece)].length;
          const indivisible = characters === 1 || /^\[pause 1s\]$/u.test(piece);
          assert.ok(
            how.maxLength === 0 || piece.length <= how.maxLength || indivisible,
            JSON.stringify(piece),
          );
        }
      }),
    );
  });
  it("never cuts a character", () => {
    const count = (given: string): number =>
      [...new Intl.Segmenter().segment(given.replace(/\s/gu, ""))].length;
    fc.assert(
      fc.property(text, rules, (given, how) => {
        const { pieces } = splitText(given, how);
        assert.equal(pieces.reduce((sum, piece) => sum + count(piece), 0) >= count(given), true);
        for (const piece of pieces)
          assert.doesNotMatch(piece, /^\u200D|\u200D$|^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/u);
      }),
    );
  });
});

describe("Preparing a text", () => {
  const prepared = (text: string, own: Partial<Preparation> = {}) =>
    prepareText(text, { ...PLAIN, ...own }).pieces;

  it("changes nothing else by default", () => {
    const text = "Dr. Smith: 5 km/h, 20 % & “more” – TV [pause 1s] (ok).\n\nSecond.";
    assert.deepEqual(prepared(text), [text]);
  });
  it("leaves text of letters and spaces alone", () => {
    const words = fc.array(
      fc.string({ unit: fc.constantFrom("a", "b", "c", "ä", "ö", "é", "你", "好"), minLength: 1 }),
      {
        minLength: 1,
      },
    );
    fc.assert(fc.property(words, (all) => assert.deepEqual(prepared(all.join(" ")), [all.join(" ")])));
  });
  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.constantFrom(0, 3), (text, maxLength) => {
        prepared(text, { units: true, split: "sentences", maxLength });
      }),
    );
  });
  it("lets pause marks through the tables", () => {
    const own = { units: true, replacements: [{ from: "pause", to: "break" }], language: "en" };
    assert.deepEqual(prepared("A pause of 1 s. [pause 1s] [PAUSE 300ms]", own), [
      "A break of 1 second. [pause 1s] [PAUSE 300ms]",
    ]);
  });
  it("does not change what a replacement has put in", () => {
    const own = { units: true, replacements: [{ from: "power", to: "5 kW" }], language: "fr" };
    assert.deepEqual(prepared("power", own), ["5 kW"]);
  });
  it("has no piece without anything to pronounce", () => {
    assert.deepEqual(prepared("One. 😀 … Two.\n\n***\n\n!!", { split: "sentences" }), ["One.", "… Two."]);
    assert.deepEqual(prepared("😀 👍"), []);
  });
});
