import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { request } from "undici";
import { installPeers } from "../../scripts/test/peers";
import { parseFrameHeader } from "../../lib/audio";
import { voiceIds } from "../../sandbox";
import { useFlows, type Flow } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { useSandbox } from "../nodes/support/sandbox";
import { serveNodes, webUrl } from "../nodes/support/web";
import { DECODERS } from "../unit/decoders";
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

  /** 16-bit samples of one channel at 24 kHz, as loud at every moment as another decoder finds the speech. */
  const assertSounds = async (samples: Buffer): Promise<void> => {
    const mp3 = await speech();
    const rate = parseFrameHeader(mp3, mp3.indexOf(0xff))?.sampleRate ?? NaN;
    const [expected = new Float32Array()] = (await DECODERS["mpg123-decoder"]?.(mp3, 1)) ?? [];
    const found = Float32Array.from(
      { length: samples.length / 2 },
      (_, at) => samples.readInt16LE(2 * at) / 32768,
    );
    assert.ok(Math.abs(found.length / 24000 - expected.length / rate) < 0.1);
    for (let second = 0; second + 0.25 < found.length / 24000; second += 0.25) {
      const one = loudness(found.subarray(second * 24000, (second + 0.25) * 24000));
      const other = loudness(expected.subarray(second * rate, (second + 0.25) * rate));
      assert.ok(Math.abs(one - other) < 0.01, `${second} s: ${one}, not ${other}`);
    }
  };

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

    it("gets a WAV of 16-bit samples", async () => {
      await start();
      const answer = await create({ response_format: "wav" });
      assert.equal(answer.headers.get("content-type"), "audio/wav");
      const wav = Buffer.from(await answer.arrayBuffer());
      assert.equal(wav.toString("latin1", 0, 4), "RIFF");
      assert.deepEqual([wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)], [1, 24000, 16]);
      await assertSounds(wav.subarray(44));
    });

    it("gets the samples that OpenAI calls pcm, without a header", async () => {
      await start();
      const answer = await create({ response_format: "pcm" });
      assert.equal(answer.headers.get("content-type"), "audio/pcm");
      await assertSounds(Buffer.from(await answer.arrayBuffer()));
    });

    it("throws its own error for a format that is not offered", async () => {
      await start();
      await assert.rejects(create({ response_format: "flac" }), { status: 400, code: "unsupported_format" });
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

  describe("with curl", () => {
    const curl = async (own: Record<string, unknown> = {}): Promise<Buffer> => {
      await start();
      const headers = [`Authorization: Bearer ${TOKEN}`, "Content-Type: application/json"];
      const asked = JSON.stringify({ model: "tts-1", voice: voiceIds.english, input: TEXT, ...own });
      const args = [
        "-sS",
        "--noproxy",
        "*",
        ...headers.flatMap((header) => ["-H", header]),
        "-d",
        asked,
        url(),
      ];
      return (await promisify(execFile)("curl", args, { encoding: "buffer" })).stdout;
    };

    it("speaks", async () => assert.deepEqual(await curl(), await speech()));

    it("gets samples", async () => assertSounds(await curl({ response_format: "pcm" })));

    it("gets a WAV", async () => {
      const wav = await curl({ response_format: "wav" });
      assert.equal(wav.toString("latin1", 8, 12), "WAVE");
      await assertSounds(wav.subarray(44));
    });
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

  it("waits for the whole speech, with a length, if the request does not want a stream", async () => {
    await start();
    const { headers, body } = await ask({ input: TEXT, stream: false });
    assert.equal(headers["content-length"], String(body.length));
    assert.deepEqual(body, await speech());
  });

  for (const [format, type, header] of [
    ["wav", "audio/wav", 44],
    ["pcm", "audio/pcm", 0],
  ] as const) {
    it(`gives a whole ${format} its length`, async () => {
      await start();
      const { headers, body } = await ask({ input: TEXT, stream: false, response_format: format });
      assert.equal(headers["content-type"], type);
      assert.equal(headers["content-length"], String(body.length));
      if (header > 0) assert.equal(body.readUInt32LE(40), body.length - header);
      await assertSounds(body.subarray(header));
    });

    it(`sends the first ${format} samples while the rest is still being generated`, async () => {
      sandbox().fail({ stallAfter: 6000, responseData: "absent" });
      await start();
      const answer = await request(url(), {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify({ input: `${TEXT} And so has the dryer.`, response_format: format }),
      });
      let bytes = 0;
      for await (const piece of answer.body) {
        bytes += (piece as Buffer).length;
        if (bytes > 1000) break;
      }
      assert.ok(bytes > 1000);
    });

    it(`cuts a ${format} whose speech breaks after its first words`, async () => {
      sandbox().fail({ stallAfter: 6000, responseData: "absent" });
      await start(TOKEN, { stallTimeout: 1 });
      const asked = { input: `${TEXT} And so has the dryer, long before it.`, response_format: format };
      await assert.rejects(ask(asked));
    });
  }

  for (const [what, asked, status, code] of [
    ["no text", {}, 400, "missing_input"],
    ["a blank text", { input: " " }, 400, "missing_input"],
    ["another format", { input: TEXT, response_format: "opus" }, 400, "unsupported_format"],
    ["a format that is none", { input: TEXT, response_format: 7 }, 400, "unsupported_format"],
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

const loudness = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
