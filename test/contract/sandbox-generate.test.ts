import assert from "node:assert/strict";
import { request } from "undici";
import { startSandbox, styleIds, voiceIds, SESSION_TOKEN, type Sandbox } from "../../sandbox";
import { call, dataOf, dataUrl, wav, type Reply } from "./sandbox-caller";

const text = "Hello there. This sentence is here so that there is more than one.";

interface Generated {
  id: string;
  audio: string;
  streamUrl: string;
  credit_used: number;
}

describe("the sandbox's simple generation", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(async () => {
    await sandbox.close();
  });

  const stream = (query: Record<string, string>, options = {}): Promise<Reply> =>
    call(sandbox, "/api/tts/simple-generate.mp3", { query, ...options });
  const post = (json: unknown, options = {}): Promise<Reply> =>
    call(sandbox, "/api/tts/simple-generate", { json, ...options });
  const headerData = (reply: Reply): Generated =>
    JSON.parse(String(reply.headers["x-reecho-response-data"])) as Generated;

  it("streams real mp3 speech: MPEG-2 Layer III frames from the first byte", async () => {
    const reply = await stream({ voiceId: voiceIds.english, text });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers["content-type"], "audio/mpeg");
    assert.equal(reply.headers["transfer-encoding"], "chunked");
    assert.ok(reply.bytes.length > 16_000, "more than two seconds");
    const frameBytes = (72 * 64_000) / 24_000;
    assert.equal(reply.bytes.length % frameBytes, 0);
    for (let at = 0; at < reply.bytes.length; at += frameBytes) {
      assert.equal(reply.bytes.readUInt32BE(at) >>> 8, 0xfff384, "64 kbit/s, 24 kHz");
    }
  });

  it("speaks the same words with the same bytes, in both path forms and by POST", async () => {
    const expected = await sandbox.speech({ voiceId: voiceIds.english, text });
    const query = { voiceId: voiceIds.english, text };
    const replies = await Promise.all([
      call(sandbox, "/api/tts/simple-generate", { query }),
      stream(query),
      post({ ...query, direct_stream: true }),
    ]);
    for (const reply of replies) assert.ok(reply.bytes.equals(expected));
  });

  it("reports the id, the addresses and the cost in the response headers", async () => {
    const reply = await stream({ voiceId: voiceIds.english, text });
    const data = headerData(reply);
    assert.equal(data.id, reply.headers["x-reecho-audio-id"]);
    assert.equal(data.credit_used, text.length);
    assert.ok(data.streamUrl.startsWith(`${sandbox.storageUrl}/`));
    assert.match(String(reply.headers["x-vocu-app-request-id"]), /^[0-9a-f-]{36}$/);
  });

  it("answers a POST with the addresses of the audio", async () => {
    const data = dataOf(await post({ voiceId: voiceIds.german, text: "Guten Tag" })) as Generated;
    const expected = await sandbox.speech({ voiceId: voiceIds.german, text: "Guten Tag" });
    for (const address of [data.audio, data.streamUrl]) {
      assert.ok((await call(sandbox, address, { key: null })).bytes.equals(expected));
    }
  });

  it("answers a POST with `stream` with a stream address instead of the finished audio's", async () => {
    const data = dataOf(
      await post({ voiceId: voiceIds.german, text: "Guten Tag", stream: true }),
    ) as Generated;
    assert.equal(data.audio, data.streamUrl);
  });

  it("charges a character a credit, once, and nothing for control markers", async () => {
    await stream({ voiceId: voiceIds.controllable, text: "{{calm}}Hello", instruct_mode: "true" });
    assert.deepEqual({ ...sandbox.account }, { credits: 99_995, spent: 5 });
  });

  it("speaks slower with a larger speechRate, and ignores one out of range", async () => {
    const normal = await sandbox.speech({ voiceId: voiceIds.english, text });
    const slow = await sandbox.speech({ voiceId: voiceIds.english, text, speechRate: 2 });
    assert.ok(slow.length > 1.7 * normal.length);
    assert.ok(normal.equals(await sandbox.speech({ voiceId: voiceIds.english, text, speechRate: 5 })));
  });

  it("sounds different in another style, language and seed", async () => {
    const plain = await sandbox.speech({ voiceId: voiceIds.english, text });
    const others = await Promise.all([
      sandbox.speech({ voiceId: voiceIds.english, text, promptId: styleIds.lively }),
      sandbox.speech({ voiceId: voiceIds.english, text, seed: 5 }),
      sandbox.speech({ voiceId: voiceIds.english, text, language: "de" }),
    ]);
    for (const other of others) assert.ok(!other.equals(plain));
  });

  it("takes the beginning of a style's id in the query, but not in a body", async () => {
    const promptId = styleIds.lively.slice(0, 15);
    const whole = await sandbox.speech({ voiceId: voiceIds.english, text, promptId: styleIds.lively });
    assert.ok((await stream({ voiceId: voiceIds.english, text, promptId })).bytes.equals(whole));
    assert.equal((await post({ voiceId: voiceIds.english, text, promptId })).status, 400);
  });

  it("sends the whole of an instruct_mode reply immediately, with Range", async () => {
    const query = { voiceId: voiceIds.controllable, text, instruct_mode: "1" };
    const whole = await stream(query);
    assert.equal(Number(whole.headers["content-length"]), whole.bytes.length);
    const part = await stream(query, { headers: { range: "bytes=100-199" } });
    assert.equal(part.status, 206);
    assert.ok(part.bytes.equals(whole.bytes.subarray(100, 200)));
  });

  it("says its own speech again in another voice, charged by duration", async () => {
    const { audio } = dataOf(await post({ voiceId: voiceIds.english, text: "Hello" })) as Generated;
    const before = sandbox.account.spent;
    const converted = await stream({ voiceId: voiceIds.german, input_audio: audio });
    assert.ok(!converted.bytes.equals(await sandbox.speech({ voiceId: voiceIds.english, text: "Hello" })));
    assert.equal(sandbox.account.spent - before, 1);
  });

  it("converts uploaded audio", async () => {
    const { url } = dataOf(
      await call(sandbox, "/api/tts/upload-audio", { json: { audio: dataUrl(wav(1)) } }),
    ) as { url: string };
    const reply = await stream({ voiceId: voiceIds.german, input_audio: url });
    assert.equal(reply.bytes.readUInt16BE(0) & 0xfffe, 0xfff2);
  });

  it("makes subtitles when asked, but not with low latency", async () => {
    const asked = { voiceId: voiceIds.english, text, srt: true };
    const { srt } = dataOf(await post(asked)) as { srt: string };
    assert.match(srt, /^1\n00:00:00,000 --> 00:00:0\d,\d{3}\nHello there\.\n\n2\n/);
    assert.equal("srt" in (dataOf(await post({ ...asked, flash: true })) as object), false);
  });

  it("replays an audio by its id", async () => {
    const { id } = dataOf(await post({ voiceId: voiceIds.german, text: "Guten Tag" })) as Generated;
    const replay = await call(sandbox, `/api/tts/stream/${id}`);
    assert.ok(replay.bytes.equals(await sandbox.speech({ voiceId: voiceIds.german, text: "Guten Tag" })));
    assert.equal(sandbox.account.spent, 9);
  });

  const refusals: [string, object, number, string][] = [
    ["without a voice", { text }, 400, "VALIDATION_INVALID_VALUE"],
    ["without a text", { voiceId: voiceIds.english }, 400, "VALIDATION_INVALID_VALUE"],
    ["for an unknown voice", { voiceId: "nobody", text }, 404, "VOICE_NOT_FOUND"],
    [
      "for an unknown style",
      { voiceId: voiceIds.english, promptId: "x", text },
      400,
      "VALIDATION_INVALID_VALUE",
    ],
    ["for a voice in training", { voiceId: voiceIds.training, text }, 400, "VOICE_NOT_TTS_READY"],
    ["for a v4.0 voice", { voiceId: voiceIds.controllable, text }, 400, "VOICE_INSTRUCT_PATH_ONLY"],
    [
      "with too few emotions",
      { voiceId: voiceIds.english, text, emo_switch: [1] },
      400,
      "VALIDATION_INVALID_VALUE",
    ],
    [
      "beyond the balance",
      { voiceId: voiceIds.english, text: "a".repeat(100_001) },
      403,
      "BILLING_INSUFFICIENT_CREDIT",
    ],
    [
      "to convert a foreign audio",
      { voiceId: voiceIds.english, input_audio: "https://x.example/a.mp3" },
      400,
      "TTS_INPUT_AUDIO_INVALID",
    ],
  ];
  for (const [title, body, status, code] of refusals) {
    it(`refuses a call ${title} with ${status} ${code} and charges nothing`, async () => {
      const reply = await post(body);
      assert.deepEqual([reply.status, reply.json.status, reply.json.code], [status, status, code]);
      assert.equal(sandbox.account.spent, 0);
    });
  }

  it("answers a body that is not JSON with a code that the operation lists", async () => {
    const reply = await call(sandbox, "/api/tts/simple-generate", {
      method: "POST",
      headers: { "content-type": "application/json" },
      text: "{",
    });
    assert.deepEqual([reply.status, reply.json.code], [400, "VALIDATION_INVALID_VALUE"]);
  });

  it("refuses a wrong key, a key in the query alone, and a session token", async () => {
    const asked = { voiceId: voiceIds.english, text };
    assert.equal((await stream(asked, { key: "sk-wrong" })).json.code, "AUTH_UNAUTHORIZED");
    assert.equal((await stream({ ...asked, token: sandbox.apiKey }, { key: null })).status, 401);
    assert.equal((await stream(asked, { key: SESSION_TOKEN })).json.code, "TTS_SESSION_TOKEN_NOT_ALLOWED");
  });
});

describe("the sandbox's account and editions", () => {
  const open: Sandbox[] = [];
  const start = async (options: Parameters<typeof startSandbox>[0]): Promise<Sandbox> => {
    const sandbox = await startSandbox(options);
    open.push(sandbox);
    return sandbox;
  };
  afterEach(() => Promise.all(open.splice(0).map((sandbox) => sandbox.close())));
  const query = { voiceId: voiceIds.english, text: "Hi" };

  it("refuses simple generation to an account that has never paid", async () => {
    const sandbox = await start({ paid: false });
    assert.equal((await call(sandbox, "/api/tts/simple-generate", { query })).json.code, "TTS_PAID_ONLY");
  });

  for (const edition of ["2025", "2026"] as const) {
    it(`refuses every form of simple generation to it in the ${edition} edition, and nothing else`, async () => {
      const sandbox = await start({ paid: false, edition });
      const path = "/api/tts/simple-generate";
      const key: Record<string, string> = edition === "2025" ? { token: sandbox.apiKey } : {};
      const replies = [
        await call(sandbox, path, { query: { ...query, ...key } }),
        await call(sandbox, `${path}.mp3`, { query: { ...query, ...key } }),
        await call(sandbox, path, { json: query }),
      ];
      assert.deepEqual(
        replies.map(({ status, json }) => [status, json.message]),
        replies.map(() => [403, "Only for paid accounts"]),
      );
      const contents = [{ type: "text", ...query }];
      assert.equal((await call(sandbox, "/api/tts/generate", { json: { contents } })).status, 200);
      assert.equal((await call(sandbox, "/api/voice")).status, 200);
    });
  }

  for (const edition of ["2025", "2026"] as const) {
    it(`refuses every form of simple generation to a web session in the ${edition} edition`, async () => {
      const sandbox = await start({ edition });
      const path = "/api/tts/simple-generate";
      const token: Record<string, string> = edition === "2025" ? { token: SESSION_TOKEN } : {};
      const replies = [
        await call(sandbox, path, { query: { ...query, ...token }, key: SESSION_TOKEN }),
        await call(sandbox, `${path}.mp3`, { query: { ...query, ...token }, key: SESSION_TOKEN }),
        await call(sandbox, path, { json: query, key: SESSION_TOKEN }),
      ];
      assert.deepEqual(
        replies.map(({ status, json }) => [status, json.message]),
        replies.map(() => [403, "Use an API key"]),
      );
    });
  }

  it("takes the streaming key only as token in the 2025 edition", async () => {
    const sandbox = await start({ edition: "2025" });
    const path = "/api/tts/simple-generate";
    assert.equal((await call(sandbox, path, { query })).status, 401);
    const reply = await call(sandbox, path, { query: { ...query, token: sandbox.apiKey }, key: null });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers["content-type"], "application/octet-stream");
    assert.deepEqual(sandbox.violations, []);
  });

  for (const [missing, wrong] of [
    [400, 403],
    [401, 401],
    [403, 403],
  ] as const) {
    it(`answers a key that is only in the header with ${missing} and without a code where it is told so`, async () => {
      const sandbox = await start({ edition: "2025", tokenMissing: missing });
      const path = "/api/tts/simple-generate";
      const inHeader = await call(sandbox, path, { query });
      assert.equal(inHeader.status, missing);
      assert.deepEqual(Object.keys(inHeader.json), ["status", "message"]);
      const token = (key: string) => call(sandbox, path, { query: { ...query, token: key }, key: null });
      assert.deepEqual(
        [(await token("sk-wrong")).status, (await token(sandbox.apiKey)).status],
        [wrong, 200],
      );
      assert.equal((await call(sandbox, "/api/voice", { key: null })).status, 401, "other operations");
    });
  }

  it("refuses unknown languages of a task only in the 2026 edition, which documents it", async () => {
    const block = { type: "text", voiceId: voiceIds.english, text: "Hi" };
    const statuses: Record<string, number[]> = {};
    for (const edition of ["2025", "2026"] as const) {
      const sandbox = await start({ edition });
      for (const language of ["fr", "fr-fr", "xx"]) {
        const json = { contents: [{ ...block, language }] };
        (statuses[language] ??= []).push((await call(sandbox, "/api/tts/generate", { json })).status);
      }
    }
    assert.deepEqual(statuses, { fr: [200, 400], "fr-fr": [200, 200], xx: [200, 400] });
  });

  for (const edition of ["2025", "2026"] as const) {
    it(`shows a balance whose parts add up in the ${edition} edition`, async () => {
      for (const credits of [1000, 30]) {
        const sandbox = await start({ edition, credits });
        const { user } = (await call(sandbox, "/api/account/info")).json as { user?: Record<string, number> };
        const [credit = NaN, bonus = NaN] = [user?.["credit"], user?.["credits"]];
        assert.equal(credit + bonus, credits);
        assert.ok(credit >= 0 && bonus > 0, `${credit} and ${bonus}`);
        assert.equal("bonusCredit" in (user ?? {}), edition === "2026");
      }
    });
  }

  it("gives errors without a code in the 2025 edition", async () => {
    const sandbox = await start({ edition: "2025" });
    const { json } = await call(sandbox, "/api/voice/nobody");
    assert.deepEqual(Object.keys(json), ["status", "message"]);
  });

  it("answers the newer operations in the 2025 edition with an error that is not JSON", async () => {
    const sandbox = await start({ edition: "2025" });
    const reply = await call(sandbox, "/api/tts/presets");
    assert.equal(reply.status, 404);
    assert.equal(reply.headers["content-type"], "text/html");
  });

  it("reports the balance under `user`", async () => {
    const sandbox = await start({ credits: 500 });
    const { user } = (await call(sandbox, "/api/account/info")).json as unknown as {
      user: {
        credit: number;
        bonusCredit: number;
        quota: { syncBaseConcurrent: number; syncPaidConcurrent: number };
      };
    };
    assert.equal(user.credit + user.bonusCredit, 500);
    assert.equal(user.quota.syncBaseConcurrent + user.quota.syncPaidConcurrent, 3);
  });

  it("queues calls over the concurrency and refuses the one that waits too long", async () => {
    const sandbox = await start({ concurrency: 1, queueMs: 1, pace: { bytesPerSecond: 2000 } });
    const first = call(sandbox, "/api/tts/simple-generate", {
      query: { ...query, text: "A first long sentence." },
    });
    await sandbox.waitForRequest(({ status }) => status === 200);
    const second = await call(sandbox, "/api/tts/simple-generate", { query });
    assert.deepEqual([second.status, second.json.code], [429, "RATE_LIMIT_CONCURRENT"]);
    assert.ok(second.headers["retry-after"]);
    await sandbox.close();
    await assert.rejects(first);
  });

  it("does not charge a queued call whose client has left, and gives its turn to the next one", async () => {
    // Beyond what the clock is advanced by: the call that was left is still waiting when its turn comes.
    const sandbox = await start({ concurrency: 1, queueMs: 2e9, pace: { bytesPerSecond: 1 } });
    const ask = (text: string, signal?: AbortSignal) =>
      request(`${sandbox.url}/api/tts/simple-generate`, {
        query: { ...query, text },
        headers: { authorization: `Bearer ${sandbox.apiKey}` },
        signal,
      }).then(({ body }) => body.on("error", () => undefined).resume());
    const leave = new AbortController();
    await ask("First");
    const second = assert.rejects(ask("Second", leave.signal));
    const queued = await sandbox.waitForRequest(({ query: { text } }) => text === "Second");
    leave.abort();
    await queued.ended;
    const third = ask("Third");
    sandbox.advance(1_000_000_000);
    await Promise.all([second, third]);
    assert.equal(sandbox.account.spent, "First".length + "Third".length);
  });

  it("gives a queued call its turn", async () => {
    const sandbox = await start({ concurrency: 1 });
    const replies = await Promise.all(
      [1, 2, 3].map(() => call(sandbox, "/api/tts/simple-generate", { query })),
    );
    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 200, 200],
    );
  });
});
