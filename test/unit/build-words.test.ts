import assert from "node:assert/strict";
import { nodeCatalog, sharedCatalog } from "../../scripts/build/catalog";
import { wordsOfNode } from "../../scripts/build/node-words";
import { disagreements } from "../../scripts/build/sources";
import type { WordTree } from "../../scripts/build/words";
import { faultsOf, proseFaults } from "../../scripts/build/words-check";
import { language, SHARED, SOURCE } from "./build-fixtures";

describe("the words of a node at build time", () => {
  it("are complete where the shared words have what its own file leaves out", () => {
    assert.deepEqual(wordsOfNode(SOURCE, language()).complaints, []);
  });

  it("are its own before the shared ones", () => {
    const own = { inputs: { name: { label: "Voice name" } } };
    const { words, complaints } = wordsOfNode(SOURCE, language(own));
    assert.deepEqual([words.inputs.name?.label, complaints], ["Voice name", []]);
  });

  it("fail by file and key if one is missing", () => {
    const { complaints } = wordsOfNode(SOURCE, language({}, { ...SHARED, inputs: {} }));
    assert.ok(
      complaints.includes(
        "locales/en-US/voice-create.json: inputs.name.label is missing (shared.json has it neither)",
      ),
    );
  });

  it("fail if the word of a choice is missing", () => {
    const inputs = {
      ...(SHARED.inputs as object),
      modelVersion: { label: "Model", help: "It.", choices: { "v3.0": "V3" } },
    };
    const { complaints } = wordsOfNode(SOURCE, language({}, { ...SHARED, inputs }));
    assert.equal(complaints.length, 1);
    assert.match(complaints[0] ?? "", /inputs\.modelVersion\.choices\.v4\.0 is missing/);
  });

  it("fail if a word of its own is not used", () => {
    const { complaints } = wordsOfNode(SOURCE, language({ inputs: { voice: { label: "Voice" } } }));
    assert.deepEqual(complaints, ["locales/en-US/voice-create.json: inputs.voice.label is not used"]);
  });

  it("describe an output by its own properties and the usual ones", () => {
    const own = { outputs: { "1": { properties: { "payload (buffer)": "Audio." } } } };
    const { words } = wordsOfNode(SOURCE, language(own));
    assert.deepEqual(words.outputs, [
      { label: "result", properties: { "payload (buffer)": "Audio.", "vocu (object)": "Facts." } },
    ]);
  });
});

describe("a language", () => {
  const faults = (reference: WordTree, words: WordTree, code = "zh-CN"): string[] =>
    faultsOf({ code, file: "shared.json", reference, words });

  it("has exactly the words of the reference", () => {
    assert.deepEqual(faults({ a: { b: "1" } }, { a: { c: "1" } }), [
      "locales/zh-CN/shared.json: a.b is missing: translate it from en-US",
      "locales/zh-CN/shared.json: a.c is unknown: remove it, or add it to en-US",
    ]);
  });

  it("may place the placeholders in its own order", () => {
    assert.deepEqual(faults({ a: { b: "Use `x` of __y__" } }, { a: { b: "__y__ 的 `x`" } }), []);
  });

  it("reports an empty word", () => {
    const words = { outputs: { "1": { properties: { "payload (object)": "" } } } };
    assert.deepEqual(faultsOf({ code: "en-US", file: "voice-get.json", reference: words, words }), [
      "locales/en-US/voice-get.json: outputs.1.properties.payload (object) is empty: write it",
    ]);
  });

  it("names all empty words of a file in one line", () => {
    const words = { label: "", summary: " ", inputs: { days: { label: "Days", help: "" } } };
    assert.deepEqual(faultsOf({ code: "de", file: "voice-usage.json", reference: words, words }), [
      "locales/de/voice-usage.json: label, summary, inputs.days.help are empty: write them",
    ]);
  });

  it("has the plural forms that its own rules know", () => {
    const reference = { n_one: "__count__ thing", n_other: "__count__ things" };
    assert.deepEqual(faults(reference, { n_other: "__count__ 个" }), []);
    assert.deepEqual(faults(reference, { n_one: "1 Ding", n_other: "__count__ Dinge" }, "de"), []);
    assert.deepEqual(faults(reference, { n_one: "__count__ вещь", n_other: "__count__ вещи" }, "ru"), [
      "locales/ru/shared.json: n_few is missing: the language has the forms few, many, one, other",
      "locales/ru/shared.json: n_many is missing: the language has the forms few, many, one, other",
    ]);
  });

  it("has no plural form that is never used", () => {
    const reference = { n_one: "__count__ thing", n_other: "__count__ things" };
    assert.deepEqual(faults(reference, { n_one: "__count__ 个", n_other: "__count__ 个" }), [
      "locales/zh-CN/shared.json: n_one is never used: remove it, the language has the forms other",
    ]);
  });

  it("keeps placeholders, links to other words, and code", () => {
    assert.deepEqual(faults({ a: "“__label__” must be $t(wanted.__wanted__)" }, { a: "“__lable__”" }), [
      "locales/zh-CN/shared.json: a lacks __label__: copy it from en-US",
      "locales/zh-CN/shared.json: a lacks $t(wanted.__wanted__): copy it from en-US",
      "locales/zh-CN/shared.json: a has __lable__, which en-US does not have: remove it",
    ]);
    assert.deepEqual(faults({ a: "Use `msg.reset`." }, { a: "用 `msg.rest`。" }), [
      "locales/zh-CN/shared.json: a lacks `msg.reset`: copy it from en-US",
      "locales/zh-CN/shared.json: a has `msg.rest`, which en-US does not have: remove it",
    ]);
  });

  it("keeps the placeholders of a plural form that the reference does not have", () => {
    const reference = { n_one: "__count__ of __total__", n_other: "__count__ of __total__" };
    const words = { n_one: "1 de __total__", n_many: "__count__", n_other: "__count__ de __total__" };
    assert.deepEqual(faults(reference, words, "fr"), [
      "locales/fr/shared.json: n_many lacks __total__: copy it from en-US",
    ]);
  });

  it("may translate the values of an example", () => {
    assert.deepEqual(faults({ a: 'Like `{"to": "television"}`' }, { a: '例如 `{"to": "电视"}`' }), []);
  });

  it("reports a word that is longer than its place", () => {
    const label = "Zeitüberschreitung der Verbindung";
    assert.deepEqual(
      faults({ settings: { timeout: { label: "Timeout" } } }, { settings: { timeout: { label } } }, "de"),
      [
        "locales/de/shared.json: settings.timeout.label is 33 letters wide, the label of a field has room for 28: shorten it",
      ],
    );
    assert.equal(faults({ label: "list voices" }, { label: "すべての音声を一覧表示する" }, "ja").length, 1);
    assert.deepEqual(
      faults({ failures: { A: "__label__ missing" } }, { failures: { A: "__label__ fehlt" } }, "de"),
      [],
    );
  });

  it("keeps the code of a node's prose, but may translate its examples", () => {
    const english = 'Set `msg.reset`.\n\n```json\n{ "to": "Good morning" }\n```';
    assert.deepEqual(
      proseFaults("de", "a.md", english, '`msg.reset` setzen.\n\n```json\n{ "to": "Guten Morgen" }\n```'),
      [],
    );
    assert.deepEqual(proseFaults("de", "a.md", english, "Zurücksetzen."), [
      "locales/de/a.md: lacks `msg.reset`: copy it from en-US",
    ]);
    assert.deepEqual(proseFaults("de", "a.md", english, ""), [
      "locales/de/a.md: exists in en-US or here, but not in both: add it to the other or remove it",
    ]);
  });
});

describe("the catalogs that Node-RED serves", () => {
  const { words } = wordsOfNode(SOURCE, language());

  it("name the palette's category", () => {
    assert.deepEqual(nodeCatalog(SOURCE, words).palette, { label: { vocu_voices: "Voices" } });
  });

  it("have no dots in the keys of choices", () => {
    const { inputs } = nodeCatalog(SOURCE, words) as { inputs: { modelVersion: { choices: object } } };
    assert.deepEqual(inputs.modelVersion.choices, { v3_0: "V3", v4_0: "V4" });
  });

  it("name the namespace of words that others link to", () => {
    const { errors } = sharedCatalog(language()) as { errors: Record<string, string> };
    assert.equal(
      errors.INPUT_INVALID,
      "“__label__” must be $t(@vocu-community/node-red-vocu/account:wanted.__wanted__)",
    );
  });
});

describe("package.json and the node files", () => {
  const listed = { account: "dist/nodes/account.js", "voice-get": "dist/nodes/voice-get.js" };

  it("agree if each file is listed", () => {
    assert.deepEqual(disagreements(listed, ["account", "voice-get"]), []);
  });
  it("disagree on a file that is not listed", () => {
    assert.deepEqual(disagreements(listed, ["account", "voice-get", "voice-list"]), [
      'package.json: node-red.nodes does not list nodes/voice-list.ts: add "voice-list": "dist/nodes/voice-list.js"',
    ]);
  });
  it("disagree on an entry without a file", () => {
    assert.deepEqual(disagreements(listed, ["account"]), [
      "package.json: node-red.nodes lists voice-get, but there is no nodes/voice-get.ts: write it or remove the entry",
    ]);
  });
  it("want the account first, because it brings what all dialogs use", () => {
    assert.deepEqual(
      disagreements({ "voice-get": "dist/nodes/voice-get.js", account: "dist/nodes/account.js" }, [
        "account",
        "voice-get",
      ]),
      ["package.json: account must be the first of node-red.nodes"],
    );
  });
});
