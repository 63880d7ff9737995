import assert from "node:assert/strict";
import { request } from "undici";
import { startSandbox, voiceIds, type Fault, type ResponseDataForm, type Sandbox } from "../../sandbox";
import { call, type Reply } from "./sandbox-caller";

const query = { voiceId: voiceIds.english, text: "Hello there, this is a test of what can go wrong." };
const path = "/api/tts/simple-generate";

describe("the sandbox's faults", () => {
  let sandbox: Sandbox;
  let whole: Buffer;
  beforeEach(async () => {
    sandbox = await startSandbox();
    whole = await sandbox.speech(query);
  });
  afterEach(() => sandbox.close());

  const stream = (): Promise<Reply> => call(sandbox, path, { query });

  /** The bytes that arrived, and the error that ended them if any. */
  async function received(address: string, headers = {}): Promise<{ bytes: Buffer; error?: unknown }> {
    const parts: Buffer[] = [];
    try {
      const reply = await request(address, { headers });
      for await (const part of reply.body) parts.push(part as Buffer);
    } catch (error) {
      return { bytes: Buffer.concat(parts), error };
    }
    return { bytes: Buffer.concat(parts) };
  }
  const receivedSpeech = () =>
    received(`${sandbox.url}${path}?${new URLSearchParams(query).toString()}`, {
      authorization: `Bearer ${sandbox.apiKey}`,
    });

  it("answers a documented error, in the edition's form, once", async () => {
    sandbox.fail({ error: { status: 503 } });
    assert.deepEqual([(await stream()).json.code, (await stream()).status], ["NO_WORKER_AVAILABLE", 200]);
  });

  it("answers a code that the operation lists", async () => {
    for (const status of [400, 403, 404, 500]) sandbox.fail({ error: { status } });
    const codes = [await stream(), await stream(), await stream(), await stream()].map(
      ({ json }) => json.code,
    );
    assert.deepEqual(codes, [
      "VALIDATION_INVALID_VALUE",
      "BILLING_INSUFFICIENT_CREDIT",
      "VOICE_NOT_FOUND",
      "TTS_GENERATE_FAILED",
    ]);
  });

  it("answers as a server that lacks the operation", async () => {
    sandbox.fail({ on: { path: "/api/voice" }, error: { status: 404, code: null, message: "Not Found" } });
    const reply = await call(sandbox, "/api/voice");
    assert.deepEqual([reply.status, reply.json], [404, { status: 404, message: "Not Found" }]);
  });

  it("sends a JSON reply byte by byte", async () => {
    sandbox.fail({ on: { path: "/api/account/info" }, dripMs: 1 });
    const reply = await request(`${sandbox.url}/api/account/info`, {
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
    });
    const parts: Buffer[] = [];
    for await (const part of reply.body) parts.push(part as Buffer);
    assert.ok(parts.length > 20, `${parts.length} parts`);
    const body = Buffer.concat(parts);
    assert.equal((JSON.parse(body.toString()) as { status: number }).status, 200);
    assert.equal(sandbox.requests[0]?.bytesSent, body.length);
  });

  it("stops dripping when the client leaves", async () => {
    sandbox.fail({ on: { path: "/api/account/info" }, dripMs: 1 });
    const reply = await request(`${sandbox.url}/api/account/info`, {
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
    });
    reply.body.on("error", () => undefined).destroy();
    assert.ok((await sandbox.waitForRequest(({ aborted }) => aborted)).bytesSent < 400);
  });

  for (const bodyStatus of [true, "", "200", null]) {
    it(`succeeds with the body's status ${JSON.stringify(bodyStatus)}`, async () => {
      sandbox.fail({ bodyStatus });
      const reply = await call(sandbox, path, { json: query });
      assert.deepEqual([reply.status, reply.json.status], [200, bodyStatus]);
      assert.ok((reply.json.data as { audio: string }).audio);
      assert.deepEqual(sandbox.violations, []);
    });
  }

  it("lists the first page whatever the offset", async () => {
    for (const name of ["a", "b", "c"]) {
      await call(sandbox, "/api/template", { json: { name, contents: [] } });
    }
    const names = async () => {
      const reply = await call(sandbox, "/api/template", { query: { limit: "2", offset: "2" } });
      return (reply.json.data as { name: string }[]).map(({ name }) => name);
    };
    sandbox.fail({ on: { path: "/api/template" }, ignoreOffset: true });
    assert.deepEqual([await names(), await names()], [["c", "b"], ["a"]]);
    assert.equal(sandbox.requests.at(-1)?.query["offset"], "2");
  });

  it("continues with the bytes of another audio", async () => {
    const { headers } = await stream();
    const { audio } = JSON.parse(String(headers["x-reecho-response-data"])) as { audio: string };
    const otherBytes = Buffer.alloc(whole.length, "other");
    sandbox.fail({ on: { host: "storage" }, otherBytes, times: 2 });
    const all = await call(sandbox, audio, { key: null });
    const rest = await call(sandbox, audio, { key: null, headers: { range: "bytes=1000-" } });
    assert.ok(all.bytes.equals(whole), "without Range it is the true audio");
    assert.equal(rest.status, 206);
    assert.equal(rest.headers["etag"], all.headers["etag"]);
    assert.ok(rest.bytes.equals(otherBytes.subarray(1000)));
  });

  it("sends Retry-After with 429, unless told another", async () => {
    sandbox.fail({ error: { status: 429 } });
    sandbox.fail({ error: { status: 429, headers: { "Retry-After": "7" } } });
    assert.equal((await stream()).headers["retry-after"], "1");
    assert.equal((await stream()).headers["retry-after"], "7");
  });

  it("answers whatever reply it is given", async () => {
    sandbox.fail({ reply: { status: 502, text: "<html>Bad Gateway", contentType: "text/html" } });
    const reply = await stream();
    assert.deepEqual([reply.status, reply.bytes.toString()], [502, "<html>Bad Gateway"]);
    assert.deepEqual(sandbox.violations, []);
  });

  it("redirects", async () => {
    sandbox.fail({ redirect: { to: "http://elsewhere.example/", status: 307 } });
    const reply = await stream();
    assert.deepEqual([reply.status, reply.headers["location"]], [307, "http://elsewhere.example/"]);
  });

  it("stays armed as often as it is told, and until it is cleared", async () => {
    sandbox.fail({ error: { status: 500 }, times: Infinity });
    assert.deepEqual([(await stream()).status, (await stream()).status], [500, 500]);
    sandbox.clearFaults();
    assert.equal((await stream()).status, 200);
  });

  it("concerns only the requests it names", async () => {
    sandbox.fail({ on: { path: /^\/api\/voice/, method: "GET" }, error: { status: 500 } });
    assert.equal((await stream()).status, 200);
    assert.equal((await call(sandbox, "/api/voice")).status, 500);
  });

  it("resets the connection before any byte", async () => {
    sandbox.fail({ resetBeforeHeaders: true });
    await assert.rejects(stream(), { code: "ECONNRESET" });
    assert.equal(sandbox.requests[0]?.aborted, false);
    assert.equal(sandbox.account.spent, 0);
  });

  it("never answers, and notices when the client gives up", async () => {
    sandbox.fail({ hangBeforeHeaders: true });
    const giveUp = new AbortController();
    const hanging = request(`${sandbox.url}${path}`, { query, signal: giveUp.signal });
    const rejected = assert.rejects(hanging);
    const recorded = await sandbox.waitForRequest(() => true);
    giveUp.abort();
    await rejected;
    await recorded.ended;
    assert.deepEqual([recorded.aborted, recorded.status], [true, undefined]);
  });

  it("delays the reply", async () => {
    sandbox.fail({ headersDelayMs: 40 });
    const start = performance.now();
    await stream();
    assert.ok(performance.now() - start >= 39);
  });

  it("cuts the connection after the given number of bytes of audio", async () => {
    sandbox.fail({ cutAfter: 5000 });
    const { bytes, error } = await receivedSpeech();
    assert.ok(error instanceof Error);
    assert.ok(bytes.equals(whole.subarray(0, 5000)));
  });

  it("ends early in good order", async () => {
    sandbox.fail({ endAfter: 5000 });
    const { bytes, error } = await receivedSpeech();
    assert.equal(error, undefined);
    assert.ok(bytes.equals(whole.subarray(0, 5000)));
  });

  it("falls silent with the connection open", async () => {
    sandbox.fail({ stallAfter: 3000 });
    const reply = await request(`${sandbox.url}${path}`, {
      query,
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
    });
    let bytes = 0;
    for await (const part of reply.body) {
      bytes += (part as Buffer).length;
      if (bytes === 3000) break;
    }
    const [recorded] = sandbox.requests;
    await recorded?.ended;
    assert.deepEqual([recorded?.bytesSent, recorded?.aborted], [3000, true]);
  });

  it("sends the audio in slices without changing it", async () => {
    sandbox.fail({ sliceBytes: 7, endAfter: 2000 });
    assert.ok((await receivedSpeech()).bytes.equals(whole.subarray(0, 2000)));
  });

  it("overwrites bytes on the wire only", async () => {
    sandbox.fail({ corrupt: { at: 100, bytes: Buffer.from("xyz") }, sliceBytes: 101 });
    const reply = await stream();
    assert.equal(reply.bytes.toString("latin1", 100, 103), "xyz");
    const { audio } = JSON.parse(String(reply.headers["x-reecho-response-data"])) as { audio: string };
    assert.ok((await call(sandbox, audio, { key: null })).bytes.equals(whole));
  });

  it("generates other audio, and replays the same", async () => {
    const audio = Buffer.from("no mp3 at all");
    sandbox.fail({ audio });
    const reply = await stream();
    const { streamUrl } = JSON.parse(String(reply.headers["x-reecho-response-data"])) as {
      streamUrl: string;
    };
    assert.ok(reply.bytes.equals(audio));
    assert.ok((await call(sandbox, streamUrl, { key: null })).bytes.equals(audio));
  });

  it("lies about type, cost, id and addresses", async () => {
    sandbox.fail({
      audioContentType: "application/octet-stream",
      creditsLie: "many",
      audioIdLie: null,
      urlsLie: { audio: 5 },
    });
    const { headers } = await stream();
    const data = JSON.parse(String(headers["x-reecho-response-data"])) as Record<string, unknown>;
    assert.equal(headers["content-type"], "application/octet-stream");
    assert.equal(headers["x-reecho-audio-id"], undefined);
    assert.deepEqual([data["credit_used"], data["audio"]], ["many", 5]);
  });

  const forms: [ResponseDataForm, (header: string) => boolean][] = [
    ["latin1-utf8", (header) => Buffer.from(header, "latin1").toString("utf8").includes("语音")],
    ["percent", (header) => decodeURIComponent(header).includes("语音")],
    ["base64", (header) => Buffer.from(header, "base64").toString().includes('"语音')],
    ["base64url", (header) => Buffer.from(header, "base64url").toString().includes('"语音')],
    ["envelope", (header) => "audio" in (JSON.parse(header) as { data: object }).data],
    ["nested", (header) => Array.isArray(levels(header, 4999))],
    ["malformed", (header) => header.startsWith("{") && !header.endsWith("}")],
    ["huge", (header) => header.length > 12_000],
    ["not-json-object", (header) => Array.isArray(JSON.parse(header))],
  ];
  /** What is found so many arrays deep in the data's `billing`. */
  function levels(header: string, depth: number): unknown {
    let found = (JSON.parse(header) as { billing: unknown }).billing;
    for (let level = 0; level < depth; level++) found = (found as unknown[])[0];
    return found;
  }
  for (const [responseData, isRight] of forms) {
    it(`sends X-Reecho-Response-Data in the form ${responseData}`, async () => {
      sandbox.fail({ responseData });
      assert.ok(isRight(String((await stream()).headers["x-reecho-response-data"])));
    });
  }

  it("leaves X-Reecho-Response-Data out", async () => {
    sandbox.fail({ responseData: "absent" });
    assert.equal((await stream()).headers["x-reecho-response-data"], undefined);
  });

  it("works on the storage host too", async () => {
    const { headers } = await stream();
    const { audio } = JSON.parse(String(headers["x-reecho-response-data"])) as { audio: string };
    const fault: Fault = { on: { host: "storage" }, cutAfter: 1000 };
    sandbox.fail(fault);
    const { bytes, error } = await received(audio);
    assert.deepEqual([bytes.length, error instanceof Error], [1000, true]);
  });
});

describe("the sandbox's storage host", () => {
  let sandbox: Sandbox;
  let audio: string;
  let streamUrl: string;
  let whole: Buffer;
  beforeEach(async () => {
    sandbox = await startSandbox();
    whole = await sandbox.speech(query);
    const { headers } = await call(sandbox, path, { query });
    ({ audio, streamUrl } = JSON.parse(String(headers["x-reecho-response-data"])) as Record<
      "audio" | "streamUrl",
      string
    >);
  });
  afterEach(() => sandbox.close());
  const fetched = (headers: Record<string, string>, method = "GET"): Promise<Reply> =>
    call(sandbox, audio, { key: null, headers, method });

  const ranges: [string, number, (bytes: Buffer) => Buffer][] = [
    ["bytes=100-", 206, (bytes) => bytes.subarray(100)],
    ["bytes=0-0", 206, (bytes) => bytes.subarray(0, 1)],
    ["bytes=-50", 206, (bytes) => bytes.subarray(-50)],
    ["bytes=-9999999", 206, (bytes) => bytes],
    ["bytes=100-9999999", 206, (bytes) => bytes.subarray(100)],
    ["bytes=9999999-", 416, () => Buffer.alloc(0)],
    ["bytes=5-2", 200, (bytes) => bytes],
    ["lines=1-2", 200, (bytes) => bytes],
  ];
  for (const [range, status, expected] of ranges) {
    it(`answers Range ${range} with ${status}`, async () => {
      const reply = await fetched({ range });
      assert.equal(reply.status, status);
      assert.ok(reply.bytes.equals(expected(whole)));
    });
  }

  it("reports which bytes it sends", async () => {
    assert.equal(
      (await fetched({ range: "bytes=10-19" })).headers["content-range"],
      `bytes 10-19/${whole.length}`,
    );
    assert.equal(
      (await fetched({ range: "bytes=9999999-" })).headers["content-range"],
      `bytes */${whole.length}`,
    );
    const last = whole.length - 1;
    for (const [range, sent] of [
      ["bytes=100-9999999", `bytes 100-${last}`],
      ["bytes=-9999999", `bytes 0-${last}`],
    ] as const) {
      assert.equal((await fetched({ range })).headers["content-range"], `${sent}/${whole.length}`, range);
    }
  });

  it("sends everything when If-Range names another version", async () => {
    const etag = String((await fetched({})).headers["etag"]);
    assert.equal((await fetched({ range: "bytes=1-", "if-range": etag })).status, 206);
    assert.equal((await fetched({ range: "bytes=1-", "if-range": '"other"' })).status, 200);
  });

  it("answers HEAD with the length alone", async () => {
    const reply = await fetched({}, "HEAD");
    assert.deepEqual([reply.headers["content-length"], reply.bytes.length], [String(whole.length), 0]);
  });

  it("opens a stream address only with its permission", async () => {
    const wrong = new URL(streamUrl);
    wrong.searchParams.set("auth", "guess");
    assert.equal((await call(sandbox, wrong.href, { key: null })).status, 403);
  });

  it("records a key that is sent to it", async () => {
    await call(sandbox, audio);
    assert.deepEqual(sandbox.violations.length, 1);
    assert.match(sandbox.violations[0] ?? "", /key was sent to the storage host/);
  });
});

describe("the sandbox's pace", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ pace: { bytesPerSecond: 40_000 } });
  });
  afterEach(() => sandbox.close());
  const ask = () =>
    request(`${sandbox.url}${path}`, { query, headers: { authorization: `Bearer ${sandbox.apiKey}` } });

  it("streams while it is still generating", async () => {
    const asked = performance.now();
    const reply = await ask();
    let parts = 0;
    let bytes = 0;
    for await (const part of reply.body) {
      parts += 1;
      bytes += (part as Buffer).length;
    }
    assert.ok(parts > 1);
    const expectedMs = (bytes / 40_000) * 1000;
    const tookMs = performance.now() - asked;
    assert.ok(tookMs > 0.8 * expectedMs, `${bytes} bytes came in ${tookMs} ms`);
  });

  it("continues generating when the client leaves, and replays from the beginning, billed once", async () => {
    const reply = await ask();
    const { audio, streamUrl } = JSON.parse(String(reply.headers["x-reecho-response-data"])) as Record<
      "audio" | "streamUrl",
      string
    >;
    reply.body.on("error", () => undefined).destroy();
    assert.equal((await call(sandbox, audio, { key: null })).status, 404);
    const replay = await call(sandbox, streamUrl, { key: null, headers: { range: "bytes=100-" } });
    assert.deepEqual([replay.status, replay.headers["transfer-encoding"]], [200, "chunked"]);
    assert.ok(replay.bytes.equals(await sandbox.speech(query)));
    assert.equal((await call(sandbox, audio, { key: null })).status, 200);
    assert.equal(sandbox.account.spent, query.text.length);
  });

  it("records the client's abort", async () => {
    const reply = await ask();
    reply.body.on("error", () => undefined).destroy();
    const aborted = await sandbox.waitForRequest((each) => each.aborted);
    assert.ok(aborted.bytesSent < (await sandbox.speech(query)).length);
  });
});
