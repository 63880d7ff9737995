import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { voiceIds, type Fault } from "../../sandbox";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { bytesOf, type CaughtError } from "./support/message";
import { useSandbox } from "./support/sandbox";
import { keyed, speechFlow } from "./support/speech-flow";
import { useStage } from "./support/stage";

const TEXT = "The window is open.";

describe("speech-stream: bad input", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  interface Case {
    what: string;
    node?: Record<string, unknown>;
    account?: Record<string, unknown>;
    key?: string | null;
    payload?: unknown;
    code: string;
    field?: string;
  }
  const cases: Case[] = [
    { what: "no account", node: { account: "" }, code: "NO_ACCOUNT" },
    { what: "an account that is not there", node: { account: "gone" }, code: "NO_ACCOUNT" },
    { what: "a node that is no account", node: { account: "chunks" }, code: "NO_ACCOUNT" },
    { what: "no key", key: null, code: "NO_API_KEY" },
    { what: "a blank key", key: "  ", code: "NO_API_KEY" },
    { what: "a key from a variable that is not set", key: "${VOCU_NO_SUCH_KEY}", code: "NO_API_KEY" },
    {
      what: "a base URL that is none",
      account: { baseUrl: "vocu at home" },
      code: "BAD_BASE_URL",
      field: "baseUrl",
    },
    { what: "no base URL", account: { baseUrl: "" }, code: "BAD_BASE_URL", field: "baseUrl" },
    { what: "no text", payload: undefined, code: "INPUT_MISSING", field: "text" },
    { what: "an empty text", payload: "", code: "INPUT_MISSING", field: "text" },
    { what: "a blank text", payload: " \n ", code: "INPUT_MISSING", field: "text" },
    { what: "an empty Buffer", payload: Buffer.alloc(0), code: "INPUT_MISSING", field: "text" },
    { what: "an object as text", payload: { say: TEXT }, code: "INPUT_INVALID", field: "text" },
    { what: "a list as text", payload: [TEXT], code: "INPUT_INVALID", field: "text" },
    { what: "no voice", node: { voiceId: "" }, code: "INPUT_MISSING", field: "voiceId" },
    {
      what: "a voice that the message lacks",
      node: { voiceId: "voice.id", voiceIdType: "msg" },
      code: "INPUT_MISSING",
      field: "voiceId",
    },
    {
      what: "a rate out of range",
      node: { speechRate: "3" },
      code: "INPUT_OUT_OF_RANGE",
      field: "speechRate",
    },
    {
      what: "a rate that is no number",
      node: { speechRate: "fast" },
      code: "INPUT_INVALID",
      field: "speechRate",
    },
    { what: "a seed that is not whole", node: { seed: "1.5" }, code: "INPUT_INVALID", field: "seed" },
    {
      what: "too few emotions",
      node: { emo_switch: "[1,2]" },
      code: "INPUT_WRONG_LENGTH",
      field: "emo_switch",
    },
    {
      what: "emotions that are no JSON",
      node: { emo_switch: "[1," },
      code: "INPUT_INVALID",
      field: "emo_switch",
    },
    {
      what: "an expression that cannot be evaluated",
      node: { text: "$number('x')", textType: "jsonata" },
      code: "INPUT_UNREADABLE",
      field: "text",
    },
    {
      what: "a misspelt path into the message",
      node: { text: "payload[", textType: "msg" },
      code: "INPUT_UNREADABLE",
      field: "text",
    },
    {
      what: "half a character in an ID",
      node: { voiceId: "\ud800", voiceIdType: "str" },
      code: "INPUT_INVALID",
      field: "voiceId",
    },
    {
      what: "a setting that there is not",
      node: { busy: "sometimes" },
      code: "INPUT_NOT_A_CHOICE",
      field: "busy",
    },
  ];
  for (const { what, node, account, key, code, field, ...own } of cases) {
    const payload = "payload" in own ? own.payload : TEXT;
    it(`is refused with ${code}: ${what}`, async () => {
      const flow = await flows.load(
        speechFlow(sandbox().url, { node, account }),
        key === null ? {} : keyed(key),
      );
      flow.input({ payload });
      const error = await flow.caught();
      assert.equal(error.code, code);
      assert.equal(error.cause?.operation, "speech-stream");
      assert.equal(error.cause.retryable, false);
      assert.equal(error.cause.field, field);
      assert.deepEqual(sandbox().requests, []);
    });
  }

  it("is reported once, without harm to the next message", async () => {
    const flow = await flows.load(speechFlow(sandbox().url), keyed());
    for (const payload of ["", {}, undefined]) flow.input({ payload });
    await flow.speak(TEXT);
    assert.equal(flow.at("catch").entries.length, 3);
    assert.equal(flow.at("complete").entries.length, 1);
  });
});

describe("speech-stream: bad servers", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const elsewhere = useStage();

  const wanted = (): Promise<Buffer> => sandbox().speech({ voiceId: voiceIds.english, text: TEXT });

  /** Speaks into a fault, checks that it is caught once, and that the next message is spoken whole. */
  const failing = async (
    fault: Fault,
    account: Record<string, unknown> = {},
  ): Promise<{ error: CaughtError; flow: Flow }> => {
    const flow = await flows.load(speechFlow(sandbox().url, { account }), keyed());
    sandbox().fail({ ...fault, times: Infinity });
    flow.input({ payload: TEXT, topic: "first" });
    const error = await flow.caught();
    sandbox().clearFaults();
    await flow.speak({ payload: TEXT, topic: "second" });
    const spoken = flow.at("chunks").entries.filter(({ topic }) => topic === "second");
    assert.deepEqual(bytesOf(spoken), await wanted());
    assert.equal(flow.at("catch").entries.length, 1);
    return { error, flow };
  };

  const documented: [number, string, boolean][] = [
    [400, "TTS_TEXT_EMPTY", false],
    [401, "AUTH_UNAUTHORIZED", false],
    [403, "BILLING_INSUFFICIENT_CREDIT", false],
    [404, "VOICE_NOT_FOUND", false],
    [409, "VOICE_CREATING", true],
    [413, "UPLOAD_TOO_LARGE", false],
    [429, "RATE_LIMIT_CONCURRENT", true],
    [500, "SYSTEM_INTERNAL_ERROR", true],
    [503, "NO_WORKER_AVAILABLE", true],
  ];
  for (const [status, code, retryable] of documented) {
    it(`that answer ${status} give an error with the service's code`, async () => {
      const { error } = await failing({
        error: { status, code, message: "As documented", headers: { "Retry-After": "0" } },
      });
      assert.equal(error.code, code);
      assert.equal(error.cause?.statusCode, status);
      assert.equal(error.cause.serverMessage, "As documented");
      assert.equal(typeof error.cause.requestId, "string");
      assert.equal(error.cause.retryable, retryable);
    });

    it(`that answer ${status} without JSON give an error with the status`, async () => {
      const { error } = await failing({ reply: { status, text: "Sorry", contentType: "text/plain" } });
      assert.equal(error.code, status === 404 ? "OPERATION_NOT_OFFERED" : `HTTP_${status}`);
      assert.equal(error.cause?.statusCode, status);
    });
  }

  it("that ask to wait have their wish on the error", async () => {
    sandbox().fail({ error: { status: 429, headers: { "Retry-After": "17" } } });
    const flow = await flows.load(speechFlow(sandbox().url), keyed());
    flow.input(TEXT);
    assert.equal((await flow.caught()).cause?.retryAfter, 17);
  });

  it("that answer with an error page give its status, not its markup", async () => {
    const text = "<html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>";
    const { error } = await failing({ reply: { status: 502, text, contentType: "text/html" } });
    assert.equal(error.code, "HTTP_502");
    assert.doesNotMatch(JSON.stringify(error), /<h1>/);
  });

  const notAudio: [string, Fault, string][] = [
    [
      "an error in a body that HTTP calls a success",
      { reply: { status: 200, json: { status: 403, code: "TTS_PAID_ONLY", message: "Paid accounts only" } } },
      "TTS_PAID_ONLY",
    ],
    [
      "a page",
      { reply: { status: 200, text: "<html>Log in</html>", contentType: "text/html" } },
      "NOT_AUDIO",
    ],
    [
      "JSON without audio",
      { reply: { status: 200, json: { status: 200, message: "OK", data: {} } } },
      "NOT_AUDIO",
    ],
    ["nothing", { reply: { status: 200, text: "", contentType: "application/octet-stream" } }, "NOT_AUDIO"],
    [
      "JSON that is called audio",
      { audio: Buffer.from('{"status":403,"code":"TTS_PAID_ONLY"}'), audioContentType: "audio/mpeg" },
      "TTS_PAID_ONLY",
    ],
    ["bytes that are no mp3", { audio: Buffer.alloc(4000, 7), audioContentType: "audio/mpeg" }, "NOT_AUDIO"],
  ];
  for (const [what, fault, code] of notAudio) {
    it(`that answer 200 with ${what} give ${code}`, async () => {
      const { error, flow } = await failing(fault);
      assert.equal(error.code, code);
      assert.deepEqual(
        flow.at("chunks").entries.filter(({ topic }) => topic === "first"),
        [],
      );
    });
  }

  it("that reset the connection before they answer give CONNECTION_LOST, which may have been billed", async () => {
    const { error } = await failing({ resetBeforeHeaders: true });
    assert.equal(error.code, "CONNECTION_LOST");
    assert.equal(error.cause?.retryable, false);
  });

  it("that never answer give FIRST_BYTE_TIMEOUT", async () => {
    const { error } = await failing({ hangBeforeHeaders: true }, { firstByteTimeout: 0.1 });
    assert.equal(error.code, "FIRST_BYTE_TIMEOUT");
    assert.equal(error.cause?.timeoutMs, 100);
  });

  it("that cut the speech give STREAM_CUT, after what was sent has been taken back", async () => {
    const { error, flow } = await failing({ cutAfter: 3000, responseData: "absent" });
    assert.equal(error.code, "STREAM_CUT");
    assert.equal(error.cause?.bytes, 3000);
    assert.equal(error.cause.retryable, false);
    const [first] = flow.at("chunks").entries;
    const retraction = flow.at("chunks").entries.find(({ reset }) => reset === true);
    assert.deepEqual(retraction?.parts, { id: first?.parts?.id });
  });

  it("that fall silent in the middle of a speech give STREAM_STALLED", async () => {
    const { error } = await failing({ stallAfter: 3000, responseData: "absent" }, { stallTimeout: 0.1 });
    assert.equal(error.code, "STREAM_STALLED");
    assert.equal(error.cause?.bytes, 3000);
  });

  it("that end a speech inside a frame, and cannot be asked for the rest, give STREAM_INCOMPLETE", async () => {
    const { error } = await failing({ endAfter: 3000, responseData: "absent" });
    assert.equal(error.code, "STREAM_INCOMPLETE");
  });

  for (const [what, fault] of [
    ["cut", { cutAfter: 3000 }],
    ["end too early", { endAfter: 3000 }],
  ] as [string, Fault][]) {
    it(`that ${what} a speech are asked for the rest, which is neither missed nor paid twice`, async () => {
      const spent = sandbox().account.spent;
      sandbox().fail(fault);
      const flow = await flows.load(speechFlow(sandbox().url), keyed());
      const { chunks, summary } = await flow.speak(TEXT);
      assert.deepEqual(bytesOf(chunks), await wanted());
      assert.equal(summary.vocu?.resumes, 1);
      assert.equal(sandbox().account.spent - spent, TEXT.length);
    });
  }

  it("that redirect to another host are not followed, so that the key stays here", async () => {
    const { error } = await failing({ redirect: { to: `${elsewhere().url}/api/tts/simple-generate` } });
    assert.equal(error.code, "REDIRECT_REFUSED");
    assert.equal(error.cause?.host, new URL(elsewhere().url).host);
    assert.equal(elsewhere().connections, 0);
  });

  describe("that cannot be reached", () => {
    const unreachable = async (baseUrl: string): Promise<CaughtError> => {
      const flow = await flows.load(speechFlow(baseUrl), keyed());
      for (const index of [0, 1]) {
        flow.input(TEXT);
        await flow.caught(index);
      }
      return flow.caught();
    };

    it("give CONNECTION_REFUSED if nobody listens", async () => {
      const { code, cause } = await unreachable(await nobodyAt());
      assert.equal(code, "CONNECTION_REFUSED");
      assert.equal(cause?.retryable, true);
      assert.match(String(cause.host), /^127\.0\.0\.1/);
    });

    it("give HOST_NOT_FOUND for a name that does not exist", async () => {
      const { code, cause } = await unreachable("http://vocu.invalid");
      assert.equal(code, "HOST_NOT_FOUND");
      assert.equal(cause?.host, "vocu.invalid");
    });

    it("give TLS_FAILED where https is not spoken", async () => {
      const { code } = await unreachable(sandbox().url.replace("http:", "https:"));
      assert.equal(code, "TLS_FAILED");
    });
  });

  it("that send rubbish between frames do no harm to the frames", async () => {
    const audio = Buffer.concat([...framesOf(2), Buffer.alloc(50, 3), ...framesOf(2)]);
    sandbox().fail({ audio, sliceBytes: 417 });
    const flow = await flows.load(speechFlow(sandbox().url), keyed());
    const { chunks } = await flow.speak(TEXT);
    assert.deepEqual(bytesOf(chunks), audio);
  });
});

/** The address of a port that was free a moment ago. */
async function nobodyAt(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
