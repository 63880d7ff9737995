/** Requests without a body that carry a Content-Type, as several clients send them (API reference 9.1). */
import assert from "node:assert/strict";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { call, dataOf } from "./sandbox-caller";

const JSON_TYPE = { "content-type": "application/json" };
const block = { type: "text", voiceId: voiceIds.english, text: "Hi" };

describe("the sandbox and empty bodies", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  /** Calls with these headers and without a body. */
  const bare = (method: string, path: string, headers: Record<string, string> = JSON_TYPE) =>
    call(sandbox, path, { method, headers });
  const idOf = async (path: string, json: object): Promise<string> =>
    (dataOf(await call(sandbox, path, { json })) as { id: string }).id;

  const deletions: [string, () => Promise<string>][] = [
    [
      "a task",
      async () => {
        const path = `/api/tts/generate/${await idOf("/api/tts/generate", { contents: [block] })}`;
        await call(sandbox, path);
        return path;
      },
    ],
    ["a voice", () => Promise.resolve(`/api/voice/${voiceIds.german}`)],
    [
      "a template",
      async () => `/api/template/${await idOf("/api/template", { name: "a", contents: [block] })}`,
    ],
    [
      "a splitter",
      async () =>
        `/api/splitter/${await idOf("/api/splitter", {
          name: "a",
          config: { fallbackConfig: { voiceId: voiceIds.english } },
        })}`,
    ],
  ];
  for (const [what, make] of deletions) {
    it(`deletes ${what}`, async () => {
      const path = await make();
      const reply = await bare("DELETE", path);
      assert.deepEqual([reply.status, reply.json], [200, { status: 200 }]);
      assert.equal((await call(sandbox, path)).status, 404);
      assert.deepEqual(sandbox.violations, []);
    });
  }

  it("reads a list", async () => {
    assert.equal((await bare("GET", "/api/voice")).status, 200);
  });

  it("makes a POST whose body is optional", async () => {
    const id = await idOf("/api/tts/generate", { contents: [block] });
    await call(sandbox, `/api/tts/generate/${id}`);
    assert.equal((await bare("POST", `/api/tts/generate/${id}/regenerate`)).status, 200);
    assert.deepEqual(sandbox.violations, []);
  });

  for (const type of [
    "application/json",
    "application/json; charset=utf-8",
    "multipart/form-data",
    "text/plain",
  ]) {
    it(`misses the fields of a POST that needs some: ${type}`, async () => {
      const reply = await bare("POST", "/api/template", { "content-type": type });
      assert.deepEqual([reply.status, reply.json.code], [400, "VALIDATION_MISSING_FIELD"]);
      assert.deepEqual(sandbox.violations, ["POST /api/template: body is missing"]);
    });
  }

  it("refuses a body of blanks, which is one", async () => {
    const reply = await call(sandbox, "/api/template", { method: "POST", headers: JSON_TYPE, text: " " });
    assert.deepEqual([reply.status, reply.json.code], [400, "VALIDATION_INVALID_FORMAT"]);
  });

  it("takes query flags without a value for absent", async () => {
    const id = await idOf("/api/tts/generate", { contents: [block] });
    assert.equal((await bare("GET", `/api/tts/generate/${id}?stream`)).status, 200);
    assert.equal((await bare("GET", "/api/tts/voice?from")).status, 200);
  });
});
