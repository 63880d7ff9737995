/** `npm run new`, and what the build says of a node that was laid out and not finished. */
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

describe("npm run new", () => {
  let root: string;
  const read = (file: string): string => readFileSync(join(root, file), "utf8");

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "vocu-new-"));
    for (const folder of ["nodes", "icons", "sandbox", "locales/en-US", "locales/zh-CN"])
      mkdirSync(join(root, folder), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(root, "package.json"));
    writeFileSync(join(root, "sandbox/openapi.yaml"), DOCUMENT);
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it("describes the node with the inputs that are documented", () => {
    layOut(["voice-usage", "GET", "/api/voice/usage/{id}"], root);
    const node = read("nodes/voice-usage.ts");
    assert.match(node, /import \{ choice, integer, operation, text \} from "\.\.\/lib\/flow";/);
    assert.match(node, /operationId: "getVoiceUsage",/);
    assert.match(node, /request: \{ method: "GET", path: "\/api\/voice\/usage\/\{id\}" \},/);
    assert.match(
      node,
      /id: text\(\{ required: true \}\),\s+days: integer\(\),\s+unit: choice\(\["credits","seconds"\]\),/,
    );
  });

  it("lays out words in every language, and enters the node in package.json in order", () => {
    const before = Object.keys(nodesIn(read("package.json")));
    layOut(["voice-usage", "GET", "/api/voice/usage/{id}"], root);
    for (const language of ["en-US", "zh-CN"]) {
      const words = JSON.parse(read(`locales/${language}/voice-usage.json`)) as { inputs: object };
      assert.deepEqual(Object.keys(words.inputs), ["id", "days", "unit"]);
    }
    const names = Object.keys(nodesIn(read("package.json")));
    assert.equal(names[0], "account");
    assert.deepEqual(names.slice(1), [...before.slice(1), "voice-usage"].sort());
  });

  it("overwrites nothing", () => {
    layOut(["voice-usage", "GET", "/api/voice/usage/{id}"], root);
    writeFileSync(join(root, "icons/voice-usage.svg"), "mine");
    assert.throws(
      () => layOut(["voice-usage", "GET", "/api/voice/usage/{id}"], root),
      /voice-usage\.ts.*there already/,
    );
    assert.equal(read("icons/voice-usage.svg"), "mine");
  });

  it("says what the document lacks, with file, key and remedy", () => {
    assert.throws(
      () => layOut(["voice-usage", "GET", "/api/nothing"], root),
      /sandbox\/openapi\.yaml: paths\."\/api\/nothing"\.get is missing: describe the operation there first/,
    );
    assert.throws(
      () => layOut(["usage-reset", "POST", "/api/voice/usage/{id}"], root),
      /\$ref #\/components\/parameters\/gone leads nowhere: correct it/,
    );
  });

  it("explains itself when the arguments make no sense", () => {
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
      ["icons/voice-usage.svg: the same as icons/voice-get.svg: draw one of its own"],
    );
  });

  it("names an icon that shows nothing", () => {
    assert.deepEqual(drawingFaults({ "voice-usage": "<svg><!-- draw --></svg>" }), [
      "icons/voice-usage.svg: shows nothing: draw it",
    ]);
  });
});

const nodesIn = (manifest: string): Record<string, string> =>
  (JSON.parse(manifest) as { "node-red": { nodes: Record<string, string> } })["node-red"].nodes;
