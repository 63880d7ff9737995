import assert from "node:assert/strict";
import { voiceIds, type Fault, type RecordedRequest } from "../../sandbox";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { bytesOf } from "./support/message";
import { useSandbox } from "./support/sandbox";
import { KEY, keyed, speechFlow } from "./support/speech-flow";

const TEXT = "It is raining.";

/** More characters than a URL of 6 KB holds. */
const LONG_TEXT = "All work and no play makes a dull story. ".repeat(160);

describe("speech-stream: requests", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  const load = (node: Record<string, unknown> = {}, account: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(speechFlow(sandbox().url, { node, account }), keyed());

  /** The requests that one speech took. */
  const requestsFor = async (node: Record<string, unknown>, text = TEXT): Promise<RecordedRequest[]> => {
    const flow = await load(node);
    await flow.speak(text);
    return sandbox().requests;
  };

  it("go by GET with the key in the header and nowhere else", async () => {
    const [request, ...others] = await requestsFor({});
    assert.deepEqual(others, []);
    assert.equal(request?.method, "GET");
    assert.equal(request.path, "/api/tts/simple-generate");
    assert.equal(request.headers.authorization, `Bearer ${KEY}`);
    assert.deepEqual(request.query, { text: TEXT, voiceId: voiceIds.english });
  });

  it("carry every parameter that GET takes, under its own name", async () => {
    const [request] = await requestsFor({
      promptId: "default",
      preset: "stable",
      speechRate: "1.5",
      break_clone: "false",
      flash: "true",
      seed: "7",
      infinite_mode: "false",
      post_processing: "studio",
    });
    assert.deepEqual(request?.query, {
      text: TEXT,
      voiceId: voiceIds.english,
      promptId: "default",
      preset: "stable",
      speechRate: "1.5",
      break_clone: "false",
      flash: "true",
      seed: "7",
      infinite_mode: "false",
      post_processing: "studio",
    });
  });

  const postOnly: [string, Record<string, unknown>, unknown][] = [
    ["language", { language: "en-us" }, "en-us"],
    ["vivid", { vivid: "true" }, true],
    ["emo_switch", { emo_switch: "[0,9,0,0,1]" }, [0, 9, 0, 0, 1]],
  ];
  for (const [name, node, value] of postOnly) {
    it(`go by POST when ${name} is given, with its JSON type`, async () => {
      const [request, ...others] = await requestsFor({ speechRate: "1.5", ...node });
      assert.deepEqual(others, []);
      assert.equal(request?.method, "POST");
      assert.deepEqual(request.query, {});
      assert.deepEqual(request.body, {
        text: TEXT,
        voiceId: voiceIds.english,
        speechRate: 1.5,
        [name]: value,
        stream: true,
        direct_stream: true,
      });
    });
  }

  it("carry nothing of what the node does itself", async () => {
    const flow = await load();
    const silence = { silenceMs: 50, silenceAfterMs: 50, silenceBetweenMs: 50 };
    await flow.speak({ payload: TEXT, ...silence, gain: -6, keep: true, jobId: "7" });
    assert.deepEqual(sandbox().requests[0]?.query, { text: TEXT, voiceId: voiceIds.english });
  });

  it("go by POST when the text is too long for a URL", async () => {
    sandbox().fail({ audio: Buffer.concat(framesOf(3)) });
    const [request] = await requestsFor({}, LONG_TEXT);
    assert.equal(request?.method, "POST");
    assert.equal((request.body as { text: string }).text, LONG_TEXT);
  });

  it("stream by POST as by GET", async () => {
    const flow = await load({ language: "en-us", chunkBytes: 400 });
    const { chunks, summary } = await flow.speak(TEXT);
    const wanted = await sandbox().speech({ voiceId: voiceIds.english, text: TEXT, language: "en-us" });
    assert.deepEqual(bytesOf(chunks), wanted);
    assert.ok(chunks.length > 3);
    assert.equal(summary.vocu?.creditsUsed, TEXT.length);
  });

  it("speak other scripts and signs unharmed", async () => {
    const text = "50 % & mehr: grün? 你好 #1 + 1 = 2";
    const [request] = await requestsFor({}, text);
    assert.equal(request?.query.text, text);
  });

  it("are sent once for each message, and are paid once", async () => {
    const spent = sandbox().account.spent;
    const flow = await load();
    await flow.speak(TEXT);
    await flow.speak(TEXT);
    assert.equal(sandbox().requests.length, 2);
    assert.equal(sandbox().account.spent - spent, 2 * TEXT.length);
  });

  it("are repeated when the service reports that it is busy, and the message reports how often", async () => {
    sandbox().fail({ error: { status: 503, headers: { "Retry-After": "0" } } });
    const flow = await load({}, { retries: 1 });
    const { summary } = await flow.speak(TEXT);
    assert.equal(summary.vocu?.attempts, 2);
  });

  it("wait no longer for the first byte than msg.requestTimeout allows", async () => {
    sandbox().fail({ hangBeforeHeaders: true });
    const flow = await load();
    flow.input({ payload: TEXT, requestTimeout: 30 });
    const { code, cause } = await flow.caught();
    assert.equal(code, "FIRST_BYTE_TIMEOUT");
    assert.equal(cause?.timeoutMs, 30);
  });

  it("wait no longer than “Give up after”, which msg.requestTimeout comes before, and which is not sent", async () => {
    sandbox().fail({ hangBeforeHeaders: true });
    const flow = await load({ requestTimeout: "40", requestTimeoutType: "num" });
    flow.input({ payload: TEXT });
    assert.equal((await flow.caught(0)).cause?.timeoutMs, 40);
    sandbox().fail({ hangBeforeHeaders: true });
    flow.input({ payload: TEXT, requestTimeout: 30 });
    assert.equal((await flow.caught(1)).cause?.timeoutMs, 30);
    for (const asked of sandbox().requests) assert.doesNotMatch(JSON.stringify(asked), /requestTimeout/);
  });
});

describe("speech-stream: response headers", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  const spokenWith = async (fault: Fault): Promise<Record<string, unknown>> => {
    sandbox().fail(fault);
    const flow = await flows.load(speechFlow(sandbox().url), keyed());
    const { chunks, summary } = await flow.speak(TEXT);
    assert.deepEqual(bytesOf(chunks), await sandbox().speech({ voiceId: voiceIds.english, text: TEXT }));
    return summary.vocu ?? {};
  };

  for (const form of ["plain", "latin1-utf8", "percent", "huge"] as const) {
    it(`are understood in the form "${form}"`, async () => {
      const vocu = await spokenWith({ responseData: form });
      assert.equal(vocu.creditsUsed, TEXT.length);
      assert.ok(String(vocu.streamUrl).startsWith(sandbox().storageUrl));
    });
  }

  it("may hold other than ASCII characters", async () => {
    for (const form of ["latin1-utf8", "percent"] as const) {
      const { billing } = await spokenWith({ responseData: form });
      assert.deepEqual(billing, { note: "语音合成 – Zeichen für Zeichen" });
    }
  });

  for (const form of ["absent", "malformed", "not-json-object"] as const) {
    it(`may be of no use ("${form}"): the audio comes, with the id it has`, async () => {
      const vocu = await spokenWith({ responseData: form });
      assert.match(String(vocu.audioId), /^[0-9a-f-]{36}$/);
      assert.equal("creditsUsed" in vocu, false);
      assert.equal("streamUrl" in vocu, false);
    });
  }

  it("may have figures and addresses of a wrong type", async () => {
    const vocu = await spokenWith({
      creditsLie: "many",
      urlsLie: { audio: 7, streamUrl: "javascript:alert(1)" },
    });
    for (const name of ["creditsUsed", "audioUrl", "streamUrl"]) assert.equal(name in vocu, false, name);
  });

  it("may be missing altogether", async () => {
    const vocu = await spokenWith({ responseData: "absent", audioIdLie: null });
    assert.equal("audioId" in vocu, false);
    assert.equal(typeof vocu.bytes, "number");
  });

  for (const type of ["application/octet-stream", "audio/mp3", "binary/octet-stream"]) {
    it(`may call the audio ${type}`, async () => {
      await spokenWith({ audioContentType: type });
    });
  }
});

describe("speech-stream: the 2025 edition of the API", () => {
  const flows = useFlows();
  const sandbox = useSandbox({ edition: "2025" });

  it("gets the key as token after it has refused the header, and the speech comes whole", async () => {
    const flow = await flows.load(speechFlow(sandbox().url), keyed());
    const { chunks } = await flow.speak(TEXT);
    assert.deepEqual(bytesOf(chunks), await sandbox().speech({ voiceId: voiceIds.english, text: TEXT }));
    const [refused, taken] = sandbox().requests;
    assert.equal(refused?.status, 401);
    assert.equal(taken?.query.token, KEY);
    assert.equal(taken.headers.authorization, undefined);
  });

  it("is remembered for the next speech of the account", async () => {
    const flow = await flows.load(speechFlow(sandbox().url), keyed());
    await flow.speak(TEXT);
    sandbox().requests.length = 0;
    await flow.speak(TEXT);
    assert.deepEqual(
      sandbox().requests.map(({ status, query }) => ({ status, token: query.token })),
      [{ status: 200, token: KEY }],
    );
  });

  it("gets the header by POST", async () => {
    const flow = await flows.load(speechFlow(sandbox().url, { node: { vivid: "true" } }), keyed());
    await flow.speak(TEXT);
    assert.deepEqual(
      sandbox().requests.map(({ method, status }) => ({ method, status })),
      [{ method: "POST", status: 200 }],
    );
  });

  it("has errors without codes, which are told by their status", async () => {
    sandbox().fail({ error: { status: 404, message: "No such voice" } });
    const flow = await flows.load(speechFlow(sandbox().url), keyed());
    flow.input(TEXT);
    const { code, cause } = await flow.caught();
    assert.equal(code, "HTTP_404");
    assert.equal(cause?.statusCode, 404);
    assert.equal(cause.serverMessage, "No such voice");
  });
});
