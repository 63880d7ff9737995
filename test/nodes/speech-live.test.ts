import assert from "node:assert/strict";
import { styleIds, voiceIds, type LiveFault, type RecordedRequest } from "../../sandbox";
import { useFlows, type Flow } from "./support/flows";
import { bytesOf, type Message } from "./support/message";
import { nodeFlow } from "./support/node-flow";
import { useSandbox } from "./support/sandbox";
import { keyed } from "./support/speech-flow";

const TEXT = "Somebody is at the door.";

/** What a segment says about its samples. */
interface Pcm {
  sampleRate: number;
  channels: number;
  bitsPerSample: number;
}

const pcmOf = (message: Message | undefined): Pcm => message?.vocu?.pcm as Pcm;

describe("speech-live", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  const load = (node: Record<string, unknown> = {}, account: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(
      nodeFlow(sandbox().url, "vocu-speech-live", {
        node: { voiceId: voiceIds.english, ...node },
        account,
      }),
      keyed(),
    );
  /** Says something and waits until the node has done with it; throws its error. */
  const say = async (flow: Flow, content: string | Message): Promise<Message[]> => {
    const before = flow.at("out").entries.length;
    const { error } = await flow.ended(flow.input(content, "node"));
    assert.equal(error, undefined, String(error));
    // Node-RED hands a message to the next node in a later tick than `done` reports it.
    await new Promise((resolve) => setImmediate(resolve));
    return flow.at("out").entries.slice(before);
  };
  const codeOf = async (flow: Flow, content: string | Message): Promise<unknown> =>
    ((await flow.ended(flow.input(content, "node"))).error as { code?: string } | undefined)?.code;
  const spokenTexts = (flow: Flow): unknown[] =>
    flow.at("second").entries.map(({ payload }) => (payload as { text: string }).text);
  const requests = (method: string): RecordedRequest[] =>
    sandbox().requests.filter((request) => request.method === method);
  const connections = (): RecordedRequest[] => requests("GET");
  /** Resolves when the first connection has ended. */
  const firstEnded = (): Promise<void> => {
    const [first] = connections();
    assert.ok(first, "there was no connection");
    return first.ended;
  };
  const askedFor = (): Record<string, unknown>[] =>
    requests("WS")
      .map(({ body }) => body as { type: string; data: Record<string, unknown> })
      .filter(({ type }) => type === "synthesis_request")
      .map(({ data }) => data);

  describe("the audio", () => {
    it("is speech in raw samples, as long as its facts say", async () => {
      const chunks = await say(await load(), TEXT);
      const { sampleRate, channels, bitsPerSample } = pcmOf(chunks[0]);
      assert.deepEqual([sampleRate, channels, bitsPerSample], [22050, 1, 16]);
      const samples = bytesOf(chunks);
      const { audioMs, bytes } = chunks.at(-1)?.vocu ?? {};
      assert.equal(bytes, samples.length);
      assert.equal(audioMs, Math.round((samples.length / 2 / 22050) * 1000));
      assert.ok(audioMs > 700 && audioMs < 6000);
      assert.ok(new Int16Array(samples.buffer, samples.byteOffset, 8000).some((each) => each > 1000));
    });

    it("is one sequence of whole samples, whose last chunk carries audio and the count", async () => {
      const chunks = await say(await load(), { payload: TEXT, topic: "door" });
      assert.ok(chunks.length > 5);
      const id = chunks[0]?.parts?.id;
      for (const [index, { parts, payload, topic }] of chunks.entries()) {
        const count = index === chunks.length - 1 ? { count: chunks.length } : {};
        assert.deepEqual(parts, { id, type: "buffer", ch: "", index, ...count });
        assert.ok((payload as Buffer).length > 0 && (payload as Buffer).length % 2 === 0);
        assert.equal(topic, "door");
      }
    });

    it("keeps the incoming sequence of a whole text for a later join", async () => {
      const parts = { id: "texts", type: "string", ch: "\n", index: 0, count: 2 };
      const [chunk] = await say(await load(), { payload: TEXT, parts });
      assert.deepEqual(chunk?.parts?.parts, { ...parts, type: "buffer", ch: "" });
    });

    it("is the same as a WAV behind a header that knows no end", async () => {
      const samples = bytesOf(await say(await load(), TEXT));
      const wav = bytesOf(await say(await load({ format: "wav" }), TEXT));
      assert.deepEqual(wav.subarray(44), samples);
      assert.equal(wav.toString("latin1", 0, 4) + wav.toString("latin1", 8, 12), "RIFFWAVE");
      assert.deepEqual([wav.readUInt32LE(4), wav.readUInt32LE(40)], [0xffffffff, 0xffffffff]);
      assert.deepEqual([wav.readUInt32LE(24), wav.readUInt16LE(34)], [22050, 16]);
    });

    it("is followed by a summary on the second output", async () => {
      const flow = await load();
      const chunks = await say(flow, { payload: TEXT, topic: "door" });
      const { payload, vocu, topic } = await flow.at("second").nth(0);
      assert.deepEqual(payload, { ...chunks.at(-1)?.vocu, chunks: chunks.length });
      assert.deepEqual([vocu, topic, vocu?.text], [payload, "door", TEXT]);
    });

    it("is taken at the top level too, between messages nobody knows, and without an end message", async () => {
      const flow = await load();
      const plain = bytesOf(await say(flow, TEXT));
      for (const live of ["top-level", "unknown-messages", "no-end-message"] satisfies LiveFault[]) {
        sandbox().fail({ live });
        const fresh = await load();
        assert.deepEqual(bytesOf(await say(fresh, TEXT)), plain, live);
      }
    });
  });

  describe("the connection", () => {
    it("is opened once for the voice and used for every message", async () => {
      const flow = await load();
      for (const text of [TEXT, "Again."]) await say(flow, text);
      assert.deepEqual(
        requests("POST").map(({ path, body }) => [path, body]),
        [["/api/tts/turbo/channel", { voiceId: voiceIds.english }]],
      );
      assert.equal(connections().length, 1);
    });

    it("carries what the node was given, under the API's names, and no more", async () => {
      const given = { promptId: styleIds.lively, preset: "stable", temperature: "0.5", top_k: "9" };
      const flow = await load({ ...given, top_p: "0.5", break_clone: "true", sharpen: "false" });
      await say(flow, TEXT);
      assert.deepEqual(askedFor(), [
        {
          text: TEXT,
          promptId: styleIds.lively,
          preset: "stable",
          temperature: 0.5,
          top_k: 9,
          top_p: 0.5,
          break_clone: true,
          sharpen: false,
        },
      ]);
    });

    it("is one for each voice", async () => {
      const flow = await load({ voiceId: "voice", voiceIdType: "msg" });
      for (const voice of [voiceIds.english, voiceIds.german, voiceIds.english])
        await say(flow, { payload: TEXT, voice });
      assert.equal(connections().length, 2);
    });

    it("of the voice that has been silent for longest is closed when there are too many", async () => {
      const flow = await load({ voiceId: "voice", voiceIdType: "msg" });
      const voices = [...new Set(Object.values(voiceIds))].slice(0, 5);
      for (const voice of voices) await flow.ended(flow.input({ payload: TEXT, voice }, "node"));
      assert.equal(connections().length, 5);
      await firstEnded();
      for (const voice of voices.slice(1)) await say(flow, { payload: TEXT, voice });
      assert.equal(connections().length, 5);
    });

    it("closes when it has been idle", async () => {
      const flow = await load({ idleSeconds: 1 });
      await say(flow, TEXT);
      await firstEnded();
      assert.deepEqual(requests("WS").at(-1)?.body, { type: "close" });
    });

    it("is made again after the service has dropped it", async () => {
      const flow = await load();
      await say(flow, TEXT);
      sandbox().advance(60_000);
      await firstEnded();
      await say(flow, TEXT);
      assert.equal(connections().length, 2);
    });

    for (const live of ["not-ready", "not-ready-text"] satisfies LiveFault[]) {
      it(`waits for a channel that is not ready yet: ${live}`, async () => {
        sandbox().fail({ live });
        await say(await load(), TEXT);
        assert.deepEqual([connections().length, requests("POST").length], [2, 1]);
      });
    }
  });

  describe("errors", () => {
    it("are a missing text or voice, before anything is sent", async () => {
      assert.equal(await codeOf(await load(), { payload: " " }), "INPUT_MISSING");
      assert.equal(await codeOf(await load({ voiceId: "" }), TEXT), "INPUT_MISSING");
      assert.deepEqual(sandbox().requests, []);
    });

    it("report that the server does not offer it", async () => {
      const on = { path: "/api/tts/turbo/channel" };
      sandbox().fail({ on, reply: { status: 404, json: { message: "Not Found" } } });
      const flow = await load();
      assert.equal(await codeOf(flow, TEXT), "LIVE_NOT_OFFERED");
    });

    it("report when a refused connection may be tried again", async () => {
      sandbox().fail({ on: { path: /^\/turbo\// }, error: { status: 429, headers: { "Retry-After": "2" } } });
      const flow = await load();
      flow.input(TEXT, "node");
      const { code, cause } = await flow.caught();
      assert.deepEqual([cause?.statusCode, cause?.retryAfter], [429, 2]);
      assert.equal(code, "RATE_LIMIT_EXCEEDED");
    });

    for (const live of ["odd-hex", "not-hex"] satisfies LiveFault[]) {
      it(`are invalid audio: ${live}`, async () => {
        sandbox().fail({ live });
        assert.equal(await codeOf(await load(), TEXT), "LIVE_PROTOCOL");
      });
    }

    it("take back what was sent of a speech that breaks off", async () => {
      sandbox().fail({ live: "cut" });
      const flow = await load();
      assert.equal(await codeOf(flow, TEXT), "STREAM_CUT");
      const [chunk, retraction] = await flow.at("out").reach(2);
      assert.deepEqual([retraction?.reset, retraction?.parts], [true, { id: chunk?.parts?.id }]);
      assert.deepEqual(askedFor().length, 1);
    });

    it("are a speech that falls silent", async () => {
      sandbox().fail({ live: "stall" });
      assert.equal(await codeOf(await load({}, { stallTimeout: 0.2 }), TEXT), "STREAM_STALLED");
    });

    it("do not keep the next text from being spoken", async () => {
      sandbox().fail({ live: "cut" });
      const flow = await load();
      await codeOf(flow, TEXT);
      const chunks = await say(flow, TEXT);
      assert.ok(chunks.at(-1)?.parts?.count);
    });
  });

  describe("stopping", () => {
    const stalled = async (): Promise<{ flow: Flow; first: Message }> => {
      sandbox().fail({ live: "stall" });
      const flow = await load();
      const first = flow.input(TEXT, "node");
      await flow.at("out").nth(0);
      return { flow, first };
    };

    it("closes the connection immediately, takes back what was sent, and forgets what waits", async () => {
      const { flow, first } = await stalled();
      const next = flow.input("Next.", "node");
      await flow.at("status").find(({ status }) => status?.fill === "yellow");
      flow.input({ reset: true }, "node");
      for (const input of [first, next]) assert.equal((await flow.ended(input)).error, undefined);
      await firstEnded();
      const sent = await flow.at("out").reach(2);
      assert.equal(sent.at(-1)?.reset, true);
      assert.deepEqual(askedFor().length, 1);
    });

    it("lets the next text be spoken over a channel of its own", async () => {
      const { flow } = await stalled();
      flow.input({ reset: true }, "node");
      const chunks = await say(flow, "Next.");
      assert.ok(chunks.at(-1)?.parts?.count);
      assert.equal(requests("POST").length, 2);
    });

    it("happens when the node goes away, and nothing is left open", async () => {
      const { flow } = await stalled();
      await flow.stop();
      await firstEnded();
      assert.deepEqual(
        flow.inputs.map(({ ended }) => ended),
        [1],
      );
    });

    it("closes an idle connection when the node is deployed again", async () => {
      const flow = await load();
      await say(flow, TEXT);
      await load();
      await firstEnded();
    });
  });

  describe("text in pieces", () => {
    const PIECES = { input: "pieces" };
    const type = async (flow: Flow, pieces: readonly (string | Message)[]): Promise<void> => {
      const inputs = pieces.map((piece) => flow.input(piece, "node"));
      for (const input of inputs) assert.equal((await flow.ended(input)).error, undefined);
      await new Promise((resolve) => setImmediate(resolve));
    };

    it("is spoken by the sentence, as soon as each has ended", async () => {
      const flow = await load(PIECES);
      await type(flow, ["The door", " is open.", " Plea", "se close it!", "\n", "No"]);
      assert.deepEqual(spokenTexts(flow), ["The door is open.", "Please close it!"]);
      assert.equal(new Set(flow.at("out").entries.map(({ parts }) => parts?.id)).size, 2);
    });

    it("takes many more pieces than may wait", async () => {
      const flow = await load(PIECES, { maxWaiting: 1 });
      await type(flow, "This is a rather long sentence, letter by letter, which is no burden. ".split(""));
      assert.equal(spokenTexts(flow).length, 1);
    });

    it("is spoken to its end by a flush, of a message with text or without", async () => {
      const flow = await load(PIECES);
      await type(flow, ["The door", { payload: " is open", flush: true }, { flush: true }]);
      await type(flow, ["Close it", { flush: true }]);
      assert.deepEqual(spokenTexts(flow), ["The door is open", "Close it"]);
    });

    it("is spoken to its end with the last piece of a sequence, apart from other sequences", async () => {
      const flow = await load(PIECES);
      const piece = (id: string, index: number, payload: string): Message => ({
        payload,
        parts: { id, type: "string", ch: "", index, count: 2 },
      });
      await type(flow, [
        piece("a", 0, "One "),
        piece("b", 0, "Three "),
        piece("a", 1, "two"),
        piece("b", 1, "four"),
      ]);
      assert.deepEqual(spokenTexts(flow), ["One two", "Three four"]);
      assert.deepEqual(flow.at("out").entries[0]?.parts?.parts, undefined);
    });

    it("has what it was split at between its pieces", async () => {
      const flow = await load(PIECES);
      const pieces = ["The door", "is open.", "Please", "close it"];
      const parts = { id: "words", type: "string", ch: " ", count: pieces.length };
      await type(
        flow,
        pieces.map((payload, index) => ({ payload, parts: { ...parts, index } })),
      );
      assert.deepEqual(spokenTexts(flow), ["The door is open.", "Please close it"]);
    });

    it("is forgotten at a reset", async () => {
      const flow = await load(PIECES);
      await type(flow, ["Never spoken "]);
      await type(flow, [{ reset: true }]);
      await type(flow, [{ payload: "Spoken", flush: true }]);
      assert.deepEqual(spokenTexts(flow), ["Spoken"]);
    });

    it("is forgotten at a reset that comes with it", async () => {
      const flow = await load(PIECES);
      await type(flow, ["Never spoken", { reset: true }, { payload: "Spoken", flush: true }]);
      assert.deepEqual(spokenTexts(flow), ["Spoken"]);
    });

    it("waits for its end as long as it takes, while many other sequences begin and end", async () => {
      const flow = await load(PIECES);
      const parts = { type: "string", ch: "", count: 2 };
      await type(flow, [{ payload: "One ", parts: { ...parts, id: "slow", index: 0 } }]);
      const others = Array.from({ length: 40 }, (_, n) => ({
        payload: " ",
        parts: { ...parts, id: `other ${n}`, index: 1 },
      }));
      await type(flow, others);
      await type(flow, [{ payload: "two", parts: { ...parts, id: "slow", index: 1 } }]);
      assert.deepEqual(spokenTexts(flow), ["One two"]);
    });

    it("does not speak what has nothing to say", async () => {
      const flow = await load(PIECES);
      await type(flow, [{ payload: " … ", flush: true }]);
      assert.deepEqual(sandbox().requests, []);
    });
  });

  describe("behind prepare text", () => {
    const ANSWER = "**Dr. Smith** is here. It is 3 km away 😀. See https://example.com now! Bye";
    const SENTENCES = ["Doctor Smith is here.", "It is 3 kilometres away.", "See now!", "Bye"];
    const loadBehind = (input: "whole" | "pieces"): Promise<Flow> => {
      const prepare = {
        ...{ id: "prepare", z: "tab", type: "vocu-text-prepare", name: "", wires: [["node"]] },
        ...{ split: "sentences", units: true, language: "en", languageType: "str" },
      };
      const live = nodeFlow(sandbox().url, "vocu-speech-live", {
        node: { voiceId: voiceIds.english, input, minLength: 1 },
      });
      return flows.load([...live, prepare], keyed());
    };

    for (const input of ["whole", "pieces"] as const) {
      it(`speaks each prepared sentence as it comes, with text that arrives ${input}`, async () => {
        const flow = await loadBehind(input);
        flow.input({ payload: ANSWER }, "prepare");
        await flow.at("second").nth(SENTENCES.length - 1);
        assert.deepEqual(spokenTexts(flow), SENTENCES);
      });
    }
  });
});
