import assert from "node:assert/strict";
import { choice, text, type PaletteDescription } from "../../lib/schema/description";
import { descriptionFaults, readDocumented } from "../../scripts/build/description-faults";

const documented = { sections: new Set(["C.6"]), operationIds: new Set(["getVoice"]) };

const described = (own: object): PaletteDescription => ({
  type: "vocu-voice-get",
  family: "voices",
  reference: "C.6",
  operationId: "getVoice",
  inputs: { voiceId: text({ as: "id" }) },
  outputs: 1,
  ...own,
});

const faults = (own: object): string[] => descriptionFaults(described(own), documented);

describe("a description at build time", () => {
  it("has no fault if everything that it names exists", () => {
    const own = {
      request: { method: "GET", path: "/api/voice/{id}" },
      settings: { shape: { kind: "select", choices: ["a", "b"], default: "a" } },
      inputs: {
        voiceId: text({ as: "id" }),
        other: choice(["x"], { when: { shape: "b" }, requiredUnless: "voiceId" }),
      },
    };
    assert.deepEqual(faults(own), []);
  });

  const cases: [string, object, RegExp][] = [
    [
      "a section that is not in the API reference",
      { reference: "C.6, Z.9" },
      /^nodes\/voice-get\.ts: reference names Z\.9/,
    ],
    ["an empty section", { reference: "" }, /^nodes\/voice-get\.ts: reference is empty: enter the section/],
    [
      "an input that is named as a property of every node",
      { inputs: { id: text() } },
      /^nodes\/voice-get\.ts: id is a property that Node-RED uses itself: choose another name, with as: "id"/,
    ],
    [
      "a setting that is named as a property of every node",
      { settings: { type: { kind: "check", default: true } } },
      /^nodes\/voice-get\.ts: type is a property that Node-RED uses itself/,
    ],
    [
      "an operation that is not in the OpenAPI document",
      { operationId: "getVice" },
      /operationId getVice is not in/,
    ],
    [
      "a place in the path without an input",
      { request: { path: "/api/{voice}" } },
      /request\.path contains \{voice\}/,
    ],
    [
      "a condition on an unknown setting",
      { inputs: { tone: text({ when: { mode: "a" } }) } },
      /inputs\.tone\.when names mode/,
    ],
    [
      "a condition that a setting never meets",
      {
        settings: { mode: { kind: "select", choices: ["a"], default: "a" } },
        inputs: { tone: text({ when: { mode: "c" } }) },
      },
      /inputs\.tone\.when requires mode to be c/,
    ],
    [
      "a voice that is not an input",
      { inputs: { tone: text({ of: "voice" }) } },
      /inputs\.tone\.of names voice/,
    ],
    [
      "an alternative that is not an input",
      { inputs: { tone: text({ requiredUnless: "y" }) } },
      /requiredUnless names y/,
    ],
    [
      "a form field of an unknown input",
      {
        request: { path: "/api" },
        settings: { f: { kind: "line", default: "f", replaces: { field: "file" } } },
      },
      /settings\.f\.replaces\.field names file/,
    ],
    ["a silent input that is not an input", { silentInput: "text" }, /silentInput names text/],
  ];
  for (const [what, own, said] of cases) {
    it(`is refused for ${what}, with file, key and remedy`, () => {
      const [first = "", ...more] = faults(own);
      assert.match(first, said);
      assert.match(first, /: .*: /);
      assert.deepEqual(more, []);
    });
  }

  it("can be compared with the documents of this project", () => {
    const { sections, operationIds } = readDocumented();
    assert.ok(sections.has("D.4") && operationIds.has("simpleGenerateStream"));
  });
});
