/** `npm run new`, and what the build reports about a node that is laid out but not finished. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawingFaults } from "../../scripts/build/sources";
import { layOut } from "../../scripts/new/main";

const ROOT = join(__dirname, "..", "..");

const DOCUMENT = `
paths:
  /api/voice/usage/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: getVoiceUsage
      parameters:
        - { $ref: "#/components/parameters/days" }
        - { name: unit, in: query, schema: { type: string, enum: [credits, seconds] } }
    post: { operationId: resetUsage, parameters: [{ $ref: "#/components/parameters/gone" }] }
components: { parameters: { days: { name: days, in: query, schema: { type: integer } } } }
`;

const SHARED = JSON.stringify({ inputs: { voiceId: { label: "Voice", help: "The voice." } } });

describe("npm run new", () => {
  let root: string;
  const read = (file: string): string => readFileSync(join(root, file), "utf8");

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "vocu-new-"));
    for (const folder of ["nodes", "icons", "sandbox", "locales/en-US", "locales/zh-CN"])
      mkdirSync(join(root, folder), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(root, "package.json"));
    writeFileSync(join(root, "sandbox/openapi.yaml"), DOCUMENT);
    for (const language of ["en-US", "zh-CN"])
      writeFileSync(join(root, `locales/${language}/shared.json`), SHARED);
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it("describes the node with the inputs that are documented", () => {
    layOut(["voice-usage", "GET", "/api/voice/usage/{id}"], root);
    const node = read("nodes/voice-usage.ts");
    assert.match(node, /import \{ choice, integer, operation, voice \} from "\.\.\/lib\/flow";/);
    assert.match(node, /operationId: "getVoiceUsage",/);
    assert.match(node, /request: \{ method: "GET", path: "\/api\/voice\/usage\/\{id\}" \},/);
    assert.match(
      node,
      /voiceId: voice\(\{ required: true, as: "id" \}\),\s+days: integer\(\),\s+unit: choice\(\["credits", "seconds"\]\),/,
    );
  });

  it("lays out empty words in every language, without those that all nodes share", () => {
    layOut(["voice-usage", "GET", "/api/voice/usage/{id}"], root);
    for (const language of ["en-US", "zh-CN"]) {
      const words = JSON.parse(read(`locales/${language}/voice-usage.json`)) as object;
      assert.deepEqual(words, {
        label: "",
        summary: "",
        inputs: {
          days: { label: "", help: "" },
          unit: { label: "", help: "", choices: { credits: "", seconds: "" } },
        },
        outputs: { 1: { properties: { "payload (object)": "" } } },
      });
    }
  });

  it("enters the node in package.json behind the others of its kind, and moves none", () => {
    const before = Object.keys(nodesIn(read("package.json")));
    layOut(["voice-usage", "GET", "/api/voice/usage/{id}"], root);
    const names = Object.keys(nodesIn(read("package.json")));
    assert.deepEqual(
      names.filter((name) => name !== "voice-usage"),
      before,
    );
    assert.match(names[names.indexOf("voice-usage") - 1] ?? "", /^voice-/);
  });

  it("overwrites nothing", () => {
    layOut(["voice-usage", "GET", "/api/voice/usage/{id}"], root);
    writeFileSync(join(root, "icons/voice-usage.svg"), "mine");
    assert.throws(
      () => layOut(["voice-usage", "GET", "/api/voice/usage/{id}"], root),
      /voice-usage\.ts.* exists: remove it or choose another name/,
    );
    assert.equal(read("icons/voice-usage.svg"), "mine");
  });

  it("reports what the document lacks, with file, key and remedy", () => {
    assert.throws(
      () => layOut(["voice-usage", "GET", "/api/nothing"], root),
      /sandbox\/openapi\.yaml: paths\."\/api\/nothing"\.get is missing: describe the operation there first/,
    );
    assert.throws(
      () => layOut(["usage-reset", "POST", "/api/voice/usage/{id}"], root),
      /\$ref #\/components\/parameters\/gone does not exist: correct it/,
    );
  });

  it("shows its usage for arguments that it does not accept", () => {
    for (const args of [
      [],
      ["Usage", "GET", "/x"],
      ["voice-usage", "get", "/x"],
      ["voice-usage", "GET", "x"],
    ])
      assert.throws(() => layOut(args, root), /npm run new -- voice-usage GET/);
  });
});

describe("the build on icons", () => {
  it("names the icon that another one is a copy of", () => {
    const drawing = '<svg><path d="M0 0"/></svg>';
    assert.deepEqual(
      drawingFaults({ "voice-get": drawing, "voice-usage": drawing, "voice-list": drawing + " " }),
      ["icons/voice-usage.svg is a copy of icons/voice-get.svg: draw a different one (icons/README.md)"],
    );
  });

  it("names an icon without a shape", () => {
    assert.deepEqual(drawingFaults({ "voice-usage": "<svg><!-- draw --></svg>" }), [
      "icons/voice-usage.svg is empty: draw it (icons/README.md)",
    ]);
  });
});

const nodesIn = (manifest: string): Record<string, string> =>
  (JSON.parse(manifest) as { "node-red": { nodes: Record<string, string> } })["node-red"].nodes;
