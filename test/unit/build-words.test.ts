import assert from "node:assert/strict";
import { nodeCatalog, sharedCatalog } from "../../scripts/build/catalog";
import { wordsOfNode } from "../../scripts/build/node-words";
import { disagreements } from "../../scripts/build/sources";
import { differences } from "../../scripts/build/words";
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

  it("fail by file and key where one is missing", () => {
    const { complaints } = wordsOfNode(SOURCE, language({}, { ...SHARED, inputs: {} }));
    assert.ok(
      complaints.includes(
        "locales/en-US/voice-create.json: inputs.name.label is missing (shared.json has it neither)",
      ),
    );
  });

  it("fail where the word of a choice is missing", () => {
    const inputs = {
      ...(SHARED.inputs as object),
      modelVersion: { label: "Model", help: "It.", choices: { "v3.0": "V3" } },
    };
    const { complaints } = wordsOfNode(SOURCE, language({}, { ...SHARED, inputs }));
    assert.equal(complaints.length, 1);
    assert.match(complaints[0] ?? "", /inputs\.modelVersion\.choices\.v4\.0 is missing/);
  });

  it("fail where a word of its own is not used", () => {
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

describe("two languages", () => {
  it("differ where one lacks a word or has one too many", () => {
    const complaints = differences("zh-CN", "shared.json", { a: { b: "1" } }, { a: { c: "1" } });
    assert.deepEqual(complaints, [
      "locales/zh-CN/shared.json: a.b is missing",
      "locales/zh-CN/shared.json: a.c is unknown",
    ]);
  });

  it("may have different plural forms", () => {
    assert.deepEqual(differences("zh-CN", "shared.json", { n_one: "1", n_other: "2" }, { n_other: "2" }), []);
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

  it("say where a word that another one mentions is found", () => {
    const { errors } = sharedCatalog(language()) as { errors: Record<string, string> };
    assert.equal(
      errors.INPUT_INVALID,
      "“__label__” must be $t(@vocu-community/node-red-vocu/account:wanted.__wanted__)",
    );
  });
});

describe("package.json and the node files", () => {
  const listed = { account: "dist/nodes/account.js", "voice-get": "dist/nodes/voice-get.js" };

  it("agree where each file is listed", () => {
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
