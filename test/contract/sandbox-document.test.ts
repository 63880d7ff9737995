import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { OpenApi, readDocument } from "../../sandbox/openapi";
import { call } from "./sandbox-caller";

interface OpenApiDocument {
  paths: Record<string, Record<string, { operationId?: string }>>;
}

const document = readDocument() as unknown as OpenApiDocument;
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, { operationId }]) =>
    operationId ? [{ operationId, method, path }] : [],
  ),
);

describe("the sandbox and its OpenAPI document", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  for (const { operationId, method, path } of operations) {
    it(`offers ${operationId}`, async () => {
      const reply = await call(sandbox, path.replaceAll(/\{\w+\}/g, "unknown"), {
        method: method.toUpperCase(),
        ...(method === "post" && { json: {} }),
      });
      const missing = `sandbox/routes: no route for ${method.toUpperCase()} ${path}: add it`;
      assert.notEqual(reply.json.message, "No such path", missing);
      assert.equal(reply.json.status, reply.status);
    });
  }

  it("answers an unknown path with an error in the usual form", async () => {
    const reply = await call(sandbox, "/api/nothing");
    assert.deepEqual([reply.status, reply.json.code], [404, "RESOURCE_NOT_FOUND"]);
  });

  it("records undocumented values, but answers", async () => {
    const query = { voiceId: voiceIds.english, text: "Hi", flash: "yes", volume: "3" };
    assert.equal((await call(sandbox, "/api/tts/simple-generate", { query })).status, 200);
    assert.equal(sandbox.violations.length, 2);
    assert.match(sandbox.violations.join("\n"), /query flash.*\n.*query volume is unknown/);
  });

  it("records unknown members at any depth of a body", async () => {
    const json = { contents: [{ type: "text", voiceId: voiceIds.english, text: "Hi", pitch: 3 }] };
    assert.equal((await call(sandbox, "/api/tts/generate", { json })).status, 200);
    assert.equal(sandbox.violations.length, 1);
    assert.match(sandbox.violations[0] ?? "", /contents\/0.*pitch/);
  });

  it("finds nothing to record in documented calls", async () => {
    await call(sandbox, "/api/voice", { query: { showMarket: "true", show: "full" } });
    await call(sandbox, "/api/tts/generate", { query: { limit: "5", stream: "1" } });
    await call(sandbox, "/api/tts/simple-generate.mp3", {
      query: { voiceId: voiceIds.english, text: "Hi", flash: "1", seed: "5", speechRate: "1.5" },
    });
    await call(sandbox, "/api/tts/simple-generate", {
      json: {
        voiceId: voiceIds.english,
        text: "Hi",
        seed: null,
        emo_switch: [0, 1, 2, 3, 4],
        direct_stream: true,
      },
    });
    assert.deepEqual(sandbox.violations, []);
  });

  it("answers malformed JSON with a documented error", async () => {
    const { request } = await import("undici");
    const reply = await request(`${sandbox.url}/api/tts/generate`, {
      method: "POST",
      headers: { authorization: `Bearer ${sandbox.apiKey}`, "content-type": "application/json" },
      body: "{",
    });
    assert.equal(((await reply.body.json()) as { code: string }).code, "VALIDATION_INVALID_FORMAT");
  });
});

describe("a broken OpenAPI document", () => {
  const folder = mkdtempSync(join(tmpdir(), "vocu-openapi-"));
  after(() => rmSync(folder, { recursive: true }));
  const reading = (yaml: string): (() => unknown) => {
    const file = join(folder, "openapi.yaml");
    writeFileSync(file, yaml);
    return () => readDocument(file);
  };

  it("is refused with the file, the key and the remedy of a dangling reference", () => {
    const yaml = 'paths: { /a/b: { get: { schema: { $ref: "#/components/schemas/Gone" } } } }\n';
    assert.throws(reading(yaml), {
      message: `${join(folder, "openapi.yaml")}: #/paths/~1a~1b/get/schema/$ref refers to #/components/schemas/Gone, which does not exist. Correct the $ref or add what it names.`,
    });
  });

  it("is refused for a reference to another document", () => {
    assert.throws(reading('a: { $ref: "other.yaml#/b" }\nb: {}\n'), /#\/a\/\$ref refers to other\.yaml#\/b/);
  });

  it("is refused when it is not YAML", () => {
    assert.throws(reading("a: [\n"), /openapi\.yaml cannot be read: /);
  });

  it("is refused for a schema that it does not have", () => {
    const openApi = new OpenApi("2026");
    assert.throws(() => openApi.checkSchema("Nothing", {}), /there is no #\/components\/schemas\/Nothing/);
  });

  it("may refer to empty schemas", () => {
    assert.doesNotThrow(reading('a: { $ref: "#/b" }\nb: {}\n'));
  });
});
