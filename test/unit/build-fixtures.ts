/** A small node and its words for the tests of the build. */
import type { NodeSource } from "../../scripts/build/sources";
import type { Language, WordTree } from "../../scripts/build/words";
import { choice, file, text } from "../../lib/schema/description";

/** A node with an input called `name`, which the API has and Node-RED's label would take. */
export const SOURCE: NodeSource = {
  kind: "node",
  name: "voice-create",
  description: {
    type: "vocu-voice-create",
    family: "voices",
    reference: "C.1",
    inputs: {
      name: text({ required: true, from: "msg.payload.name" }),
      modelVersion: choice(["v3.0", "v4.0"], { default: "v3.0" }),
      prompt: file({ file: { media: "audio", maxBytes: 1024, wire: "dataUrl" } }),
    },
    settings: {
      wait: { kind: "check", default: false },
      limit: { kind: "count", default: 5, min: 1, max: 9 },
    },
    outputs: 1,
  },
};

const field = (label: string): WordTree => ({ label, help: `About ${label}: 1 < 2.` });

/** The words that all nodes share. */
export const SHARED: WordTree = {
  family: { speech: "Speech", voices: "Voices", library: "Library" },
  inputs: {
    name: field("Name"),
    modelVersion: { ...field("Model"), choices: { "v3.0": "V3", "v4.0": "V4" } },
    prompt: field("Sample"),
  },
  settings: { wait: field("Wait"), limit: field("Limit") },
  properties: { "reset (any)": "Stops.", "requestTimeout (number)": "Waits." },
  outputs: { "payload (object)": "The answer.", "vocu (object)": "Facts.", "1": { label: "result" } },
  errors: { INPUT_INVALID: "“__label__” must be $t(wanted.__wanted__)" },
  wanted: {},
  status: {},
  dialog: {},
  help: {
    inputs: "Inputs",
    outputs: "Outputs",
    settings: "Settings",
    details: "Details",
    references: "References",
    sources: "From anywhere.",
    oneOf: "One of __value__.",
    meaning: "__code__ (__value__)",
    comma: ", ",
    semicolon: "; ",
    range: "From __min__ to __max__.",
    length: "A list of __value__.",
    default: "Default: __value__.",
    open: "Or others.",
    legacy: "Old.",
    docs: "Docs",
    console: "Console",
  },
};

/** A language with these words of the node's own. */
export const language = (words: WordTree = {}, shared: WordTree = SHARED, details = ""): Language => ({
  code: "en-US",
  shared,
  own: { "voice-create": { words: { label: "create voice", summary: "Makes a voice.", ...words }, details } },
});
