import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { choice, text, voice } from "../../lib/schema/description";
import { definitionOf } from "../../scripts/build/definition";
import { dialogOf } from "../../scripts/build/dialog";
import { helpOf } from "../../scripts/build/help";
import { wordsOfNode } from "../../scripts/build/node-words";
import type { ConfigSource, NodeSource } from "../../scripts/build/sources";
import { language, SHARED, SOURCE } from "./build-fixtures";

const ACCOUNT: ConfigSource = {
  kind: "config",
  name: "account",
  description: {
    type: "vocu-account",
    settings: { retries: { kind: "count", default: 2, min: 0, max: 10, advanced: true } },
    references: { proxy: "http proxy" },
    credentials: ["apiKey"],
  },
};

interface Property {
  readonly value: unknown;
  readonly type?: string;
  readonly required?: boolean;
  readonly validate?: (...args: unknown[]) => unknown;
}

interface Definition {
  readonly category: string;
  readonly color: string;
  readonly icon: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly defaults: Readonly<Record<string, Property>>;
  readonly credentials?: Readonly<Record<string, { type: string }>>;
  readonly label: () => string;
}

const ABOUT = { keywords: "tts say" };

/** Runs a definition as the editor does and answers with what it registers. */
function registered(script: string): { type: string; definition: Definition } {
  const calls: [string, Definition][] = [];
  const RED = {
    nodes: { registerType: (type: string, definition: Definition) => calls.push([type, definition]) },
  };
  runInNewContext(script, { RED, vocuEditor: { describe: () => undefined } });
  const [call] = calls;
  assert.ok(call);
  return { type: call[0], definition: call[1] };
}

describe("the editor's definition of a node", () => {
  const { type, definition } = registered(definitionOf(SOURCE, ABOUT));

  it("is registered under the node's type", () => {
    assert.equal(type, "vocu-voice-create");
  });

  it("has category, colour, icon and ports of the description", () => {
    const { category, color, icon, inputs, outputs } = definition;
    assert.deepEqual(
      [category, color, icon, inputs, outputs],
      ["vocu_voices", "#87A980", "voice-create.svg", 1, 1],
    );
  });

  it("stores an input with its source", () => {
    const { name, nameType } = definition.defaults;
    assert.deepEqual([name?.value, nameType?.value], ["payload.name", "msg"]);
  });

  it("leaves an optional input blank, as a literal", () => {
    const { modelVersion, modelVersionType } = definition.defaults;
    assert.deepEqual([modelVersion?.value, modelVersionType?.value], ["", "str"]);
  });

  it("calls the node's own label `label` where an input is called `name`", () => {
    assert.equal(definition.defaults.label?.value, "");
    assert.equal(definition.label.call({ label: "My voice", name: "payload.name" } as never), "My voice");
  });

  it("needs an account", () => {
    const { type: account, required } = definition.defaults.account ?? {};
    assert.deepEqual([account, required], ["vocu-account", true]);
  });

  it("has validators of two parameters, which alone may answer with a sentence", () => {
    const lengths = Object.values(definition.defaults).flatMap(({ validate }) =>
      validate ? [validate.length] : [],
    );
    assert.deepEqual(lengths, [2, 2, 2, 2, 2]);
  });

  it("says everything as plain literals", () => {
    assert.doesNotMatch(definitionOf(SOURCE, ABOUT), /\.\.\./);
  });
});

describe("the editor's side of a node that needs no account", () => {
  const local: NodeSource = {
    ...SOURCE,
    description: { ...SOURCE.description, account: false, inputs: {}, settings: {} },
  };
  const bare = { ...SHARED, properties: { "reset (any)": "Stops." } };

  it("does not ask for one", () => {
    assert.equal("account" in registered(definitionOf(local, ABOUT)).definition.defaults, false);
    assert.doesNotMatch(dialogOf(local), /node-input-account/);
  });

  it("needs no word about how long the service may take", () => {
    assert.deepEqual(wordsOfNode(local, language({}, bare)).complaints, []);
  });

  it("explains no sources if it has no inputs", () => {
    const { words } = wordsOfNode(local, language({}, bare));
    assert.doesNotMatch(helpOf(local, words), /From anywhere/);
  });
});

describe("the editor's definition of the account", () => {
  const { definition } = registered(definitionOf(ACCOUNT, ABOUT));

  it("keeps the key with the credentials", () => {
    assert.equal(definition.credentials?.apiKey?.type, "password");
    assert.equal("apiKey" in definition.defaults, false);
  });

  it("does not need a proxy", () => {
    assert.equal(definition.defaults.proxy?.required, false);
  });
});

describe("the dialog of a node", () => {
  const dialog = dialogOf(SOURCE);

  it("has a row for each input, with the field of its source", () => {
    for (const name of Object.keys(SOURCE.description.inputs)) {
      assert.ok(
        dialog.includes(`id="node-input-${name}"`) && dialog.includes(`id="node-input-${name}Type"`),
        name,
      );
    }
  });

  it("labels the control of every row", () => {
    for (const html of [dialog, dialogOf(ACCOUNT)]) {
      const labelled = [...html.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id);
      const controls = [...html.matchAll(/<(?:input|select)(?! type="hidden")[^>]* id="([^"]+)"/g)].map(
        ([, id]) => id,
      );
      assert.ok(controls.length > 2);
      assert.deepEqual(labelled.toSorted(), controls.toSorted());
    }
  });

  it("has a row for each setting", () => {
    assert.ok(
      dialog.includes('type="checkbox" id="node-input-wait"') && dialog.includes('id="node-input-limit"'),
    );
  });

  it("has a setting that decides about inputs before them", () => {
    const inputs = { ...SOURCE.description.inputs, prompt: text({ when: { wait: "true" } }) };
    const deciding = dialogOf({ ...SOURCE, description: { ...SOURCE.description, inputs } });
    assert.match(deciding, /node-input-wait"[^]*node-input-name"[^]*node-input-limit"/);
  });

  it("has nothing to fold away if nothing is advanced", () => {
    assert.doesNotMatch(dialog, /vocu-advanced/);
  });

  it("folds advanced settings away", () => {
    assert.match(dialogOf(ACCOUNT), /vocu-advanced[^]*node-config-input-retries/);
    const { settings } = SOURCE.description;
    const advanced = { ...settings, limit: { kind: "count", default: 5, min: 1, max: 9, advanced: true } };
    const folded = dialogOf({
      ...SOURCE,
      description: { ...SOURCE.description, settings: advanced } as NodeSource["description"],
    });
    assert.match(folded, /node-input-wait"[^]*vocu-advanced[^]*node-input-limit"/);
  });

  it("has a button to unfold them that does not send the form", () => {
    assert.match(dialogOf(ACCOUNT), /<button type="button" class="vocu-fold">/);
  });

  it("names each group of folded rows by its heading", () => {
    const inputs = { temperature: text({ advanced: true }), flash: text({ advanced: true }) };
    const grouped = dialogOf({ ...SOURCE, description: { ...SOURCE.description, inputs } });
    const names = [...grouped.matchAll(/role="group" aria-labelledby="([^"]+)"/g)].map(([, id]) => id);
    assert.deepEqual(names, ["node-input-group-expression", "node-input-group-quality"]);
    for (const id of names) assert.ok(grouped.includes(`class="vocu-heading" id="${id}"`), id);
  });

  it("keeps the name of what was picked from a list", () => {
    const inputs = { voiceId: voice({ required: true }) };
    const picking = dialogOf({ ...SOURCE, description: { ...SOURCE.description, inputs } });
    assert.match(picking, /<input type="hidden" id="node-input-voiceIdName">/);
    assert.doesNotMatch(dialog, /node-input-nameName/);
  });

  it("asks for the words of a choice without dots, which i18next reads as a path", () => {
    const kind = { kind: "select", choices: ["vocu.ai"], default: "vocu.ai" } as const;
    const settings = { site: kind };
    assert.match(
      dialogOf({ ...ACCOUNT, description: { ...ACCOUNT.description, settings } }),
      /<option value="vocu\.ai" data-i18n="settings\.site\.choices\.vocu_ai">/,
    );
  });

  it("neither shows nor fills in the key", () => {
    const [field = ""] = /<input[^>]* id="node-config-input-apiKey"[^>]*>/.exec(dialogOf(ACCOUNT)) ?? [];
    assert.match(field, /type="password"/);
    assert.match(field, /autocomplete="off"/);
  });
});

describe("the help of a node", () => {
  const help = (details = ""): string =>
    helpOf(SOURCE, wordsOfNode(SOURCE, language({}, undefined, details)).words);

  it("is Markdown without leading white space", () => {
    assert.match(
      help(),
      /^<script type="text\/markdown" data-help-name="vocu-voice-create">\nMakes a voice\./,
    );
    assert.doesNotMatch(help(), /^[ \t]+\S/m);
  });

  it("reports which inputs are optional", () => {
    assert.match(help(), /<dt>Name <span class="property-type">name: string<\/span>/);
    assert.match(help(), /<dt class="optional">Model /);
  });

  it("calls an input optional that is asked for only in some settings", () => {
    const inputs = { name: text({ required: true, when: { wait: "true" } }) };
    const source = { ...SOURCE, description: { ...SOURCE.description, inputs } };
    assert.match(helpOf(source, wordsOfNode(source, language()).words), /<dt class="optional">Name /);
  });

  it("does not call an input optional that is needed unless another is given", () => {
    const inputs = { name: text({ requiredUnless: "prompt" }), prompt: text() };
    const source = { ...SOURCE, description: { ...SOURCE.description, inputs } };
    assert.match(helpOf(source, wordsOfNode(source, language()).words), /<dt>Name /);
  });

  it("says that a choice may be another word", () => {
    const inputs = { modelVersion: choice(["v3.0", "v4.0"], { open: true }) };
    const source = { ...SOURCE, description: { ...SOURCE.description, inputs } };
    assert.match(helpOf(source, wordsOfNode(source, language()).words), /\(V4\)\. Or others\./);
    assert.doesNotMatch(help(), /Or others/);
  });

  it("says that the service calls an endpoint old", () => {
    const source = { ...SOURCE, description: { ...SOURCE.description, legacy: true } };
    assert.match(helpOf(source, wordsOfNode(source, language()).words), /### Details\n\nOld\./);
    assert.doesNotMatch(help(), /Old\./);
  });

  it("reports choices with their meaning, and the default", () => {
    assert.match(
      help(),
      /One of <code>v3\.0<\/code> \(V3\), <code>v4\.0<\/code> \(V4\)\. Default: <code>v3\.0<\/code>\./,
    );
  });

  it("reports the range of a number", () => {
    assert.match(help(), /From 1 to 9\. Default: <code>5<\/code>\./);
  });

  it("escapes what HTML would take for a tag", () => {
    assert.match(help(), /1 &lt; 2/);
  });

  it("has details if there is prose", () => {
    assert.doesNotMatch(help(), /### Details/);
    assert.match(help("Read *this*."), /### Details\n\nRead \*this\*\./);
  });
});
