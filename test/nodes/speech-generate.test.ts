import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { voiceIds } from "../../sandbox";
import { useFlows, type Flow } from "./support/flows";
import { bytesOf, factsOf } from "./support/message";
import { nodeFlow } from "./support/node-flow";
import { useSandbox } from "./support/sandbox";
import { keyed } from "./support/speech-flow";

const TEXT = "Somebody is at the door.";
const voiceId = voiceIds.english;

describe("speech-generate", () => {
  const sandbox = useSandbox();
  const flows = useFlows();

  const load = (node: Record<string, unknown> = {}, account: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(
      nodeFlow(sandbox().url, "vocu-speech-generate", { node: { voiceId, ...node }, account }),
      keyed(),
    );

  it("gives what the service answers, and the facts by the names that stream speech uses", async () => {
    const flow = await load();
    flow.input({ payload: TEXT, topic: "hall" }, "node");
    const out = await flow.at("out").nth(0);
    const result = out.payload as Record<string, unknown>;
    assert.equal(result.credit_used, TEXT.length);
    assert.equal(out.topic, "hall");
    const { operation, status, audioId, audioUrl, streamUrl, creditsUsed } = factsOf(out);
    assert.deepEqual([operation, status], ["speech-generate", 200]);
    assert.deepEqual(
      [audioId, audioUrl, streamUrl, creditsUsed],
      [result.id, result.audio, result.streamUrl, result.credit_used],
    );
  });

  it("sends every parameter under its name with its JSON type, and nothing that was left blank", async () => {
    const parameters = {
      promptId: "default",
      preset: "creative",
      speechRate: 0.8,
      language: "en-us",
      break_clone: false,
      vivid: true,
      emo_switch: [0, 10, 0, 0, 0],
      flash: false,
      seed: 3,
      infinite_mode: true,
      post_processing: "chain",
      srt: true,
      stream: true,
    };
    const node = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [
        name,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    const flow = await load(node);
    flow.input({ payload: TEXT }, "node");
    await flow.at("out").nth(0);
    assert.deepEqual(sandbox().requests[0]?.body, { text: TEXT, voiceId, ...parameters });
  });

  it("sends text and voice only when nothing else is filled in", async () => {
    const flow = await load();
    flow.input({ payload: TEXT }, "node");
    await flow.at("out").nth(0);
    assert.deepEqual(sandbox().requests[0]?.body, { text: TEXT, voiceId });
  });

  for (const stream of ["", "true"]) {
    it(`downloads the audio as one Buffer if asked (stream: ${stream || "blank"})`, async () => {
      const flow = await load({ download: true, stream });
      flow.input({ payload: TEXT, topic: "hall" }, "node");
      const out = await flow.at("out").nth(0);
      assert.deepEqual(bytesOf([out]), await sandbox().speech({ voiceId, text: TEXT }));
      assert.equal(out.topic, "hall");
      const { audioId, audioUrl, creditsUsed, bytes } = factsOf(out);
      assert.deepEqual([typeof audioId, typeof audioUrl], ["string", "string"]);
      assert.deepEqual([creditsUsed, bytes], [TEXT.length, (out.payload as Buffer).length]);
    });
  }

  it("never shows the key to the host of the audio", async () => {
    const flow = await load({ download: true });
    flow.input({ payload: TEXT }, "node");
    await flow.at("out").nth(0);
    const download = sandbox().requests.find(({ host }) => host === "storage");
    assert.ok(download);
    assert.equal(download.headers.authorization, undefined);
  });

  it("reports which audio was paid for when its download fails", async () => {
    sandbox().fail({ on: { host: "storage" }, times: Infinity, reply: { status: 404, text: "gone" } });
    const flow = await load({ download: true });
    flow.input({ payload: TEXT }, "node");
    const { code, cause } = await flow.caught();
    assert.equal(code, "HTTP_404");
    assert.equal(typeof cause?.audioId, "string");
    assert.equal(cause?.creditsUsed, TEXT.length);
  });

  it("passes on an answer without any address when it should download: it has been paid for", async () => {
    const data = { id: "audio", credit_used: 3, base64: "…" };
    sandbox().fail({ reply: { status: 200, json: { status: 200, data } } });
    const flow = await load({ download: true });
    flow.input({ payload: TEXT }, "node");
    const out = await flow.at("out").nth(0);
    assert.deepEqual(out.payload, data);
    const { audioId, creditsUsed } = factsOf(out);
    assert.deepEqual([audioId, creditsUsed], ["audio", 3]);
    assert.deepEqual(flow.at("catch").entries, []);
  });

  it("has no facts that the service did not answer, not even empty ones", async () => {
    sandbox().fail({ reply: { status: 200, json: { status: 200, data: { id: "audio" } } } });
    const flow = await load();
    flow.input({ payload: TEXT }, "node");
    const names = Object.keys(factsOf(await flow.at("out").nth(0)));
    assert.deepEqual(names.sort(), ["attempts", "audioId", "durationMs", "operation", "requestId", "status"]);
  });

  for (const download of [true, false]) {
    it(`takes audio for the answer where the server streams without being asked (download: ${download})`, async () => {
      const audio = await sandbox().speech({ voiceId, text: TEXT });
      const streaming = createServer((_request, response) => {
        response.writeHead(200, { "Content-Type": "audio/mpeg" }).end(audio);
      });
      await new Promise<void>((resolve) => streaming.listen(0, "127.0.0.1", resolve));
      try {
        const { port } = streaming.address() as AddressInfo;
        const flow = await load({ download }, { baseUrl: `http://127.0.0.1:${port}` });
        flow.input({ payload: TEXT }, "node");
        assert.deepEqual((await flow.at("out").nth(0)).payload, audio);
      } finally {
        streaming.close();
      }
    });
  }

  for (const [where, dataOf] of Object.entries<(url: string) => object>({
    stream_url: (stream_url) => ({ stream_url }),
    "metadata.audio": (audio) => ({ metadata: { audio } }),
    "its only block": (audio) => ({ metadata: { contents: [{ audio }] } }),
  })) {
    it(`downloads the audio from ${where}`, async () => {
      const flow = await load({ download: true });
      flow.input({ payload: TEXT }, "node");
      const { audioUrl } = factsOf(await flow.at("out").nth(0));
      const data = { id: "audio", ...dataOf(String(audioUrl)) };
      sandbox().fail({ reply: { status: 200, json: { status: 200, data } } });
      flow.input({ payload: TEXT }, "node");
      const out = await flow.at("out").nth(1);
      assert.deepEqual(bytesOf([out]), await sandbox().speech({ voiceId, text: TEXT }));
    });
  }

  it("passes on a member that says nothing as audio does, so that a join puts nothing between the others", async () => {
    const flow = await load({ download: true });
    const parts = { id: "lines", type: "string", ch: "\n", index: 0, count: 2 };
    flow.input({ payload: "---", parts }, "node");
    const out = await flow.at("out").nth(0);
    assert.deepEqual(out.payload, Buffer.alloc(0));
    assert.deepEqual(out.parts, { id: "lines", type: "buffer", ch: "", index: 0, count: 2 });
  });

  it("is not sent again when the connection broke: it may have been billed", async () => {
    sandbox().fail({ resetBeforeHeaders: true });
    const flow = await load({}, { retries: 3 });
    flow.input({ payload: TEXT }, "node");
    assert.equal((await flow.caught()).code, "CONNECTION_LOST");
    assert.equal(sandbox().requests.length, 1);
  });

  it("takes turns with the account's other speeches", async () => {
    sandbox().fail({ hangBeforeHeaders: true });
    const flow = await load({}, { maxConcurrent: 1 });
    const first = flow.input({ payload: TEXT }, "node");
    await sandbox().waitForRequest(() => true);
    const second = flow.input({ payload: "Next." }, "node");
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(sandbox().requests.length, 1);
    flow.input({ reset: true }, "node");
    await Promise.all([flow.ended(first), flow.ended(second)]);
  });

  it("gives its turn back when it has ended, also with an error", async () => {
    const flow = await load({}, { maxConcurrent: 1 });
    sandbox().fail({ error: { status: 404 } });
    for (const payload of ["One.", "Two.", "Three."]) await flow.ended(flow.input({ payload }, "node"));
    assert.equal(sandbox().requests.length, 3);
  });

  for (const [code, node, status] of [
    ["VOICE_NOT_FOUND", { voiceId: "nobody" }, 404],
    ["VOICE_INSTRUCT_PATH_ONLY", { voiceId: voiceIds.controllable }, 400],
  ] as const) {
    it(`passes the service's ${code} on`, async () => {
      const flow = await load(node);
      flow.input({ payload: TEXT }, "node");
      const { code: caught, cause } = await flow.caught();
      assert.deepEqual([caught, cause?.statusCode], [code, status]);
    });
  }
});
