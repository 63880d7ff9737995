import assert from "node:assert/strict";
import { request } from "undici";
import { startSandbox, styleIds, voiceIds, SESSION_TOKEN, type Sandbox } from "../../sandbox/index";

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  json: { status: number; code?: string; data?: Record<string, unknown>; message?: string };
}

const text = "Hello there. This sentence is here so that there is more than one.";

describe("the sandbox's simple generation", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(async () => {
    await sandbox.close();
  });

  async function call(
    url: string,
    options: { key?: string | null; headers?: object; body?: unknown } = {},
  ): Promise<Reply> {
    const key = options.key === undefined ? sandbox.apiKey : options.key;
    const reply = await request(url, {
      method: options.body === undefined ? "GET" : "POST",
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(options.body !== undefined && { "content-type": "application/json" }),
        ...options.headers,
      },
      body: options.body === undefined ? null : JSON.stringify(options.body),
    });
    const bytes = Buffer.from(await reply.body.arrayBuffer());
    return {
      status: reply.statusCode,
      headers: reply.headers,
      bytes,
      get json() {
        return JSON.parse(bytes.toString()) as Reply["json"];
      },
    };
  }
  const stream = (query: Record<string, string>, options = {}) =>
    call(`${sandbox.url}/api/tts/simple-generate.mp3?${new URLSearchParams(query).toString()}`, options);
  const post = (body: unknown, options = {}) =>
    call(`${sandbox.url}/api/tts/simple-generate`, { body, ...options });

  it("streams real mp3 speech: MPEG-2 Layer III frames from the first byte", async () => {
    const reply = await stream({ voiceId: voiceIds.english, text });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers["content-type"], "audio/mpeg");
    assert.equal(reply.bytes.readUInt16BE(0) & 0xfffe, 0xfff2);
    assert.ok(reply.bytes.length > 16_000, "more than two seconds");
  });

  it("speaks the same words with the same bytes, in both path forms and by POST", async () => {
    const expected = await sandbox.speech({ voiceId: voiceIds.english, text });
    const query = new URLSearchParams({ voiceId: voiceIds.english, text }).toString();
    const replies = await Promise.all([
      call(`${sandbox.url}/api/tts/simple-generate?${query}`),
      call(`${sandbox.url}/api/tts/simple-generate.mp3?${query}`),
      post({ voiceId: voiceIds.english, text, direct_stream: true }),
    ]);
    for (const reply of replies) assert.ok(reply.bytes.equals(expected));
  });

  it("tells the id, the addresses and the cost in the response headers", async () => {
    const reply = await stream({ voiceId: voiceIds.english, text });
    const data = JSON.parse(String(reply.headers["x-reecho-response-data"])) as Record<string, unknown>;
    assert.equal(data["id"], reply.headers["x-reecho-audio-id"]);
    assert.equal(data["credit_used"], text.length);
    assert.ok(String(data["streamUrl"]).startsWith(sandbox.storageUrl));
  });

  it("answers a POST with the addresses of the audio", async () => {
    const { data } = (await post({ voiceId: voiceIds.german, text: "Guten Tag" })).json;
    const audio = await call(String(data?.["audio"]), { key: null });
    assert.ok(audio.bytes.equals(await sandbox.speech({ voiceId: voiceIds.german, text: "Guten Tag" })));
  });

  it("charges a character a credit, once", async () => {
    await stream({ voiceId: voiceIds.english, text: "Hello" });
    assert.deepEqual(
      { ...sandbox.account, userId: undefined },
      { credits: 99_995, spent: 5, userId: undefined },
    );
  });

  it("speaks slower with a larger speechRate", async () => {
    const normal = await sandbox.speech({ voiceId: voiceIds.english, text });
    const slow = await sandbox.speech({ voiceId: voiceIds.english, text, speechRate: 2 });
    assert.ok(slow.length > 1.7 * normal.length);
  });

  it("sounds different in another style, language of text and seed", async () => {
    const plain = await sandbox.speech({ voiceId: voiceIds.english, text });
    const others = await Promise.all([
      sandbox.speech({ voiceId: voiceIds.english, text, promptId: styleIds.lively }),
      sandbox.speech({ voiceId: voiceIds.english, text, seed: 5 }),
      sandbox.speech({ voiceId: voiceIds.english, text, language: "de" }),
    ]);
    for (const other of others) assert.ok(!other.equals(plain));
  });

  const refusals: [string, object, number, string][] = [
    ["without a voice", { text }, 400, "VALIDATION_MISSING_FIELD"],
    ["without a text", { voiceId: voiceIds.english }, 400, "TTS_TEXT_EMPTY"],
    ["for an unknown voice", { voiceId: "nobody", text }, 404, "VOICE_NOT_FOUND"],
    [
      "for an unknown style",
      { voiceId: voiceIds.english, promptId: "nostyle", text },
      404,
      "RESOURCE_NOT_FOUND",
    ],
    ["for a voice in training", { voiceId: voiceIds.training, text }, 400, "VOICE_NOT_TTS_READY"],
    [
      "for a v4.0 voice without instruct_mode",
      { voiceId: voiceIds.controllable, text },
      400,
      "VOICE_INSTRUCT_PATH_ONLY",
    ],
    [
      "with too few emotions",
      { voiceId: voiceIds.english, text, emo_switch: [1, 2] },
      400,
      "VALIDATION_INVALID_VALUE",
    ],
    [
      "beyond the balance",
      { voiceId: voiceIds.english, text: "a".repeat(100_001) },
      403,
      "BILLING_INSUFFICIENT_CREDIT",
    ],
  ];
  for (const [title, body, status, code] of refusals) {
    it(`refuses a call ${title} with ${status} ${code} and charges nothing`, async () => {
      const reply = await post(body);
      assert.deepEqual([reply.status, reply.json.status, reply.json.code], [status, status, code]);
      assert.equal(sandbox.account.spent, 0);
    });
  }

  it("refuses a wrong key, a key in the query alone, and a session token", async () => {
    const asked = { voiceId: voiceIds.english, text };
    assert.equal((await stream(asked, { key: "sk-wrong" })).json.code, "AUTH_UNAUTHORIZED");
    assert.equal((await stream({ ...asked, token: sandbox.apiKey }, { key: null })).status, 401);
    assert.equal((await stream(asked, { key: SESSION_TOKEN })).json.code, "TTS_SESSION_TOKEN_NOT_ALLOWED");
  });
});
