import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { call } from "./sandbox-caller";

interface OpenApiDocument {
  paths: Record<string, Record<string, { operationId?: string }>>;
}

const document = parse(
  readFileSync(join(__dirname, "../../sandbox/openapi.yaml"), "utf8"),
) as OpenApiDocument;
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
      assert.notEqual(reply.json.message, "No such path");
      assert.equal(reply.json.status, reply.status);
    });
  }

  it("answers an unknown path with an error in the usual form", async () => {
    const reply = await call(sandbox, "/api/nothing");
    assert.deepEqual([reply.status, reply.json.code], [404, "RESOURCE_NOT_FOUND"]);
  });

  it("records what no exact client sends, but answers it", async () => {
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
