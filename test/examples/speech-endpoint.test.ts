import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { request } from "undici";
import { installPeers } from "../../scripts/test/peers";
import { voiceIds } from "../../sandbox";
import { useFlows, type Flow } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { useSandbox } from "../nodes/support/sandbox";
import { serveNodes, webUrl } from "../nodes/support/web";
import { runExample, type Example } from "./example";

const TOKEN = "a token of the endpoint alone";
const TEXT = "The washing machine is done.";

/** The part of the official client that is used here. */
interface OpenAi {
  new (options: { apiKey: string; baseURL: string; maxRetries: number }): {
    readonly audio: { readonly speech: { create(asked: Record<string, unknown>): Promise<Response> } };
  };
}

describe("A speech endpoint for other programs", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();
  let example: Example;
  let flow: Flow;

  const env = [
    { name: "VOICE", value: voiceIds.english, type: "str" },
    { name: "VOICES", value: JSON.stringify({ nova: voiceIds.chinese }), type: "json" },
  ];
  const start = async (token = TOKEN, account: Record<string, unknown> = {}): Promise<void> => {
    process.env.SPEECH_TOKEN = token;
    example = await runExample(
      "A speech endpoint for other programs",
      sandbox(),
      flows,
      folder(),
      ({ type }) => {
        if (type === "vocu-account") return account;
        return type === "tab" ? { env } : {};
      },
    );
    ({ flow } = example);
    serveNodes();
  };
  afterEach(() => {
    delete process.env.SPEECH_TOKEN;
  });
  const url = (): string => `${webUrl()}/v1/audio/speech`;
  const ask = async (asked: unknown, token = TOKEN) => {
    const answer = await request(url(), {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(asked),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: Buffer.from(await answer.body.arrayBuffer()),
    };
  };
  const reason = (body: Buffer): string =>
    (JSON.parse(body.toString()) as { error: { code: string; message: string } }).error.code;
  const speech = (own: Record<string, unknown> = {}): Promise<Buffer> =>
    sandbox().speech({ voiceId: voiceIds.english, text: TEXT, ...own });

  describe("with the official client", () => {
    let OpenAi: OpenAi;
    before(async function () {
      this.timeout(180_000);
      await installPeers();
      const load = createRequire(join(__dirname, "../peers/package.json"));
      OpenAi = (load("openai") as { default: OpenAi }).default;
    });
    const create = (asked: Record<string, unknown>, apiKey = TOKEN): Promise<Response> =>
      new OpenAi({ apiKey, baseURL: `${webUrl()}/v1`, maxRetries: 0 }).audio.speech.create({
        model: "tts-1",
        voice: "alloy",
        input: TEXT,
        ...asked,
      });

    it("speaks", async () => {
      await start();
      const answer = await create({});
      assert.equal(answer.headers.get("content-type"), "audio/mpeg");
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await speech());
    });

    it("takes a voice by the name that the flow gives it, and a speed", async () => {
      await start();
      const answer = await create({ voice: "nova", speed: 1.25 });
      assert.equal(answer.status, 200);
      await answer.arrayBuffer();
      const { query } = sandbox().requests.at(-1) as unknown as { query: Record<string, string> };
      assert.equal(query.voiceId, voiceIds.chinese);
      assert.equal(Number(query.speechRate), 0.8);
    });

    it("throws its own error for a wrong token", async () => {
      await start();
      await assert.rejects(create({}, "wrong"), { status: 401, code: "invalid_api_key" });
    });
  });

  it("answers curl", async () => {
    await start();
    const { stdout } = await promisify(execFile)(
      "curl",
      [
        ...[
          "-sS",
          "--noproxy",
          "*",
          "-H",
          `Authorization: Bearer ${TOKEN}`,
          "-H",
          "Content-Type: application/json",
        ],
        ...["-d", JSON.stringify({ model: "tts-1", voice: voiceIds.english, input: TEXT }), url()],
      ],
      { encoding: "buffer" },
    );
    assert.deepEqual(stdout, await speech());
  });

  it("sends the first audio while the rest is still being generated", async () => {
    sandbox().fail({ stallAfter: 6000, responseData: "absent" });
    await start();
    const answer = await request(url(), {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ input: `${TEXT} And so has the dryer.` }),
    });
    assert.equal(answer.statusCode, 200);
    for await (const piece of answer.body) {
      assert.ok((piece as Buffer).length > 0);
      break;
    }
  });

  it("waits for the whole speech, with a length, where the request does not want a stream", async () => {
    await start();
    const { headers, body } = await ask({ input: TEXT, stream: false });
    assert.equal(headers["content-length"], String(body.length));
    assert.deepEqual(body, await speech());
  });

  for (const [what, asked, status, code] of [
    ["no text", {}, 400, "missing_input"],
    ["a blank text", { input: " " }, 400, "missing_input"],
    ["another format", { input: TEXT, response_format: "opus" }, 400, "unsupported_format"],
    ["wav", { input: TEXT, response_format: "wav" }, 400, "unsupported_format"],
    ["a speed that Vocu does not have", { input: TEXT, speed: 4 }, 400, "invalid_speed"],
    ["a speed that is none", { input: TEXT, speed: "fast" }, 400, "invalid_speed"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await start();
      const answer = await ask(asked);
      assert.deepEqual([answer.status, reason(answer.body)], [status, code]);
      assert.equal(sandbox().requests.length, 0);
    });
  }

  for (const token of ["", "wrong", `${TOKEN} `.repeat(2), TOKEN.slice(1)]) {
    it(`refuses the token "${token}"`, async () => {
      await start();
      const answer = await ask({ input: TEXT }, token);
      assert.deepEqual([answer.status, reason(answer.body)], [401, "invalid_api_key"]);
      assert.equal(sandbox().requests.length, 0);
    });
  }

  for (const token of [undefined, ""]) {
    it(`is closed without a token of its own: ${String(token)}`, async () => {
      await start("");
      if (token === undefined) delete process.env.SPEECH_TOKEN;
      const answer = await ask({ input: TEXT }, "");
      assert.deepEqual([answer.status, reason(answer.body)], [503, "no_token"]);
    });
  }

  it("answers an error of the service with its reason", async () => {
    sandbox().fail({ error: { status: 403, code: "BILLING_INSUFFICIENT_CREDIT" } });
    await start();
    const { status, body } = await ask({ input: TEXT });
    assert.deepEqual([status, reason(body)], [502, "BILLING_INSUFFICIENT_CREDIT"]);
  });

  it("cuts the answer, and gives no second one, when the speech breaks after its first words", async () => {
    sandbox().fail({ stallAfter: 6000, responseData: "absent" });
    await start(TOKEN, { stallTimeout: 1 });
    await assert.rejects(ask({ input: `${TEXT} And so has the dryer, long before it.` }));
    await flow.at(example.id("function", "Only if nothing was sent")).nth(0);
    assert.equal(flow.at(example.id("http response", "Error")).entries.length, 0);
  });
});
