import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { useSandbox } from "./support/sandbox";
import { keyed, speechFlow } from "./support/speech-flow";
import { useStage } from "./support/stage";

const TEXT = "Somebody is at the door.";

describe("speech-stream: messages", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  const load = (node: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(speechFlow(sandbox().url, { node }), keyed());

  /** Frames in 100-byte pieces, so that there are several chunks. */
  const inPieces = (): void => sandbox().fail({ audio: Buffer.concat(framesOf(6)), sliceBytes: 500 });

  describe("chunks", () => {
    it("are one sequence of Buffers with a fresh id and rising indexes", async () => {
      inPieces();
      const flow = await load({ chunkBytes: 300 });
      const { chunks } = await flow.speak({ payload: TEXT, _msgid: "given" });
      const id = chunks[0]?.parts?.id;
      assert.notEqual(id, "given");
      assert.deepEqual(
        chunks.map(({ parts }) => parts),
        chunks.map((_, index) => ({
          id,
          type: "buffer",
          ch: "",
          index,
          ...(index === chunks.length - 1 ? { count: chunks.length } : {}),
        })),
      );
      assert.ok(chunks.length > 3);
    });

    it("of two messages are two sequences", async () => {
      const flow = await load();
      const first = await flow.speak(TEXT);
      const second = await flow.speak(TEXT);
      assert.notEqual(first.chunks[0]?.parts?.id, second.chunks[0]?.parts?.id);
    });

    it("carry the other properties of the message", async () => {
      inPieces();
      const flow = await load();
      const { chunks } = await flow.speak({ payload: TEXT, topic: "door", room: { name: "hall" } });
      for (const { topic, room } of chunks)
        assert.deepEqual({ topic, room }, { topic: "door", room: { name: "hall" } });
    });

    it("share nothing with each other, so that a flow can change one of them", async () => {
      inPieces();
      const flow = await load();
      const parts = { id: "sentences", type: "array", index: 0, count: 1 };
      const { chunks } = await flow.speak({ payload: TEXT, room: { name: "hall" }, parts });
      const objects = chunks.flatMap((chunk) => [
        chunk,
        chunk.room,
        chunk.parts,
        chunk.parts?.parts,
        chunk.vocu,
        chunk.vocu?.billing,
      ]);
      assert.equal(new Set(objects).size, 6 * chunks.length);
    });

    it("never carry msg.complete, which would end an outer join", async () => {
      const flow = await load();
      const { chunks, summary } = await flow.speak(TEXT);
      for (const message of [...chunks, summary]) assert.equal("complete" in message, false);
    });

    it("never carry msg.reset, which empties a join even when it is false", async () => {
      const flow = await load();
      const { chunks, summary } = await flow.speak({ payload: TEXT, reset: false });
      for (const message of [...chunks, summary]) assert.equal("reset" in message, false);
    });

    it("are never empty", async () => {
      inPieces();
      const flow = await load();
      const { chunks } = await flow.speak(TEXT);
      for (const { payload } of chunks) assert.ok((payload as Buffer).length > 0);
    });

    it("keep the sequence that the message came in, as audio", async () => {
      const flow = await load();
      const outer = { id: "sentences", type: "string", ch: "\n", index: 1, count: 3 };
      const { chunks, summary } = await flow.speak({ payload: TEXT, parts: outer });
      const sequence = { id: "sentences", index: 1, count: 3 };
      for (const { parts } of chunks) assert.deepEqual(parts?.parts, { ...sequence, type: "buffer", ch: "" });
      assert.deepEqual(summary.parts, { ...sequence, type: "array" });
    });

    it("keep sequences within sequences", async () => {
      const flow = await load();
      const inner = { id: "lines", type: "array", index: 0, count: 2 };
      const outer = { id: "words", type: "array", index: 1, count: 2, parts: inner };
      const { chunks } = await flow.speak({ payload: TEXT, parts: outer });
      assert.deepEqual(chunks[0]?.parts?.parts, outer);
    });

    it("leave the message that came in as it was, so that Complete and Catch get it whole", async () => {
      const flow = await load();
      await flow.speak({ payload: TEXT, topic: "door" });
      const { payload, topic } = await flow.at("complete").nth(0);
      assert.deepEqual({ payload, topic }, { payload: TEXT, topic: "door" });
    });
  });

  describe("one Buffer", () => {
    it("has the incoming sequence, and none of its own", async () => {
      const flow = await load({ output: "buffer" });
      const outer = { id: "sentences", type: "array", index: 1, count: 3 };
      const { chunks } = await flow.speak({ payload: TEXT, parts: outer });
      assert.deepEqual(chunks[0]?.parts, outer);
    });

    it("carries all figures", async () => {
      const flow = await load({ output: "buffer" });
      const { chunks, summary } = await flow.speak(TEXT);
      const { chunks: count, ...figures } = summary.vocu ?? {};
      assert.equal(count, 1);
      assert.deepEqual(chunks[0]?.vocu, figures);
    });
  });

  describe("msg.vocu", () => {
    it("says on the first chunk what is known of the speech", async () => {
      inPieces();
      const flow = await load();
      const { chunks } = await flow.speak(TEXT);
      const { audioId, audioUrl, streamUrl, requestId, position, ...others } = chunks[0]?.vocu ?? {};
      assert.equal(position, (chunks[0]?.payload as Buffer).length);
      assert.deepEqual(others, {
        operation: "speech-stream",
        status: 200,
        attempts: 1,
        creditsUsed: TEXT.length,
        billing: {},
        cached: false,
      });
      assert.match(String(audioId), /^[0-9a-f-]{36}$/);
      assert.match(String(requestId), /^[0-9a-f-]{36}$/);
      assert.ok(String(audioUrl).startsWith(`${sandbox().storageUrl}/`));
      assert.ok(String(streamUrl).startsWith(`${sandbox().storageUrl}/`));
    });

    it("says on the last chunk, and only there, how much it was and how long it took", async () => {
      inPieces();
      const flow = await load();
      const { chunks } = await flow.speak(TEXT);
      const figures = ["bytes", "audioMs", "firstAudioMs", "totalMs"];
      for (const { vocu } of chunks.slice(0, -1))
        for (const name of figures) assert.equal(vocu?.[name], undefined);
      const last = chunks.at(-1)?.vocu ?? {};
      for (const name of figures) assert.equal(typeof last[name], "number", name);
      assert.ok(Number(last.firstAudioMs) <= Number(last.totalMs));
    });

    it("is the payload of the summary", async () => {
      const flow = await load();
      const { summary } = await flow.speak({ payload: TEXT, topic: "door" });
      assert.deepEqual(summary.payload, summary.vocu);
      assert.equal(summary.topic, "door");
    });
  });

  describe("inputs", () => {
    it("take voice, style and pace from the message if the node is set so", async () => {
      const flow = await load({
        voiceId: "voice",
        voiceIdType: "msg",
        promptId: "mood.style",
        promptIdType: "msg",
        speechRate: "rate",
        speechRateType: "msg",
      });
      await flow.speak({ payload: TEXT, voice: voiceIds.german, mood: { style: "default" }, rate: "1.2" });
      const { query } = await sandbox().waitForRequest(() => true);
      assert.deepEqual(query, {
        text: TEXT,
        voiceId: voiceIds.german,
        promptId: "default",
        speechRate: "1.2",
      });
    });

    it("take the text from a JSONata expression", async () => {
      const flow = await load({ text: "'It is ' & payload & ' degrees'", textType: "jsonata" });
      await flow.speak({ payload: 21 });
      const { query } = await sandbox().waitForRequest(() => true);
      assert.equal(query.text, "It is 21 degrees");
    });

    it("speak numbers and Buffers as text", async () => {
      const flow = await load();
      await flow.speak({ payload: 42 });
      await flow.speak({ payload: Buffer.from("Grüße") });
      assert.deepEqual(
        sandbox().requests.map(({ query }) => query.text),
        ["42", "Grüße"],
      );
    });

    it("are not sent when they are blank", async () => {
      const flow = await load({ promptId: "", preset: "", speechRate: "", language: "", seed: "" });
      await flow.speak(TEXT);
      const { query } = await sandbox().waitForRequest(() => true);
      assert.deepEqual(query, { text: TEXT, voiceId: voiceIds.english });
    });

    it("are spoken in the order the messages came", async () => {
      const flow = await load({ text: "payload", textType: "jsonata" });
      const inputs = ["One.", "Two.", "Three."].map((text) => flow.input(text));
      for (const input of inputs) await flow.ended(input);
      assert.deepEqual(
        sandbox().requests.map(({ query }) => query.text),
        ["One.", "Two.", "Three."],
      );
    });
  });

  describe("ends", () => {
    it("complete each message once", async () => {
      const flow = await load();
      await flow.speak(TEXT);
      await flow.speak(TEXT);
      assert.equal((await flow.at("complete").reach(2)).length, 2);
      assert.deepEqual(flow.at("catch").entries, []);
    });

    it("complete a message whose output goes nowhere", async () => {
      const flow = await load({ wires: [[], []] });
      await flow.ended(flow.input(TEXT));
      await flow.at("complete").nth(0);
    });
  });

  describe("status", () => {
    it("is blue while it connects and speaks, and green with figures when it is done", async () => {
      const flow = await load();
      await flow.speak(TEXT);
      const green = await flow.at("status").find(({ status }) => status?.fill === "green");
      assert.deepEqual(
        flow.at("status").entries.map(({ status }) => status?.fill),
        ["blue", "blue", "green"],
      );
      assert.match(String(green.status?.text), /spoken/);
    });

    it("is red after an error, until the next message speaks", async () => {
      const flow = await load();
      flow.input("");
      await flow.at("status").find(({ status }) => status?.fill === "red");
      await flow.speak(TEXT);
      await flow.at("status").find(({ status }) => status?.fill === "green");
    });
  });
});

describe("speech-stream: messages while the speech is generated", () => {
  const flows = useFlows();
  const stage = useStage();

  it("report the first chunk before the speech is complete", async () => {
    const flow = await flows.load(speechFlow(stage().url), keyed());
    const input = flow.input(TEXT);
    const call = await stage().calls.nth(0);
    await call.audio(Buffer.concat(framesOf(2)));
    await flow.at("chunks").nth(0);
    assert.equal(flow.inputs.find(({ message }) => message === input)?.ended, 0);
    call.end();
    await flow.ended(input);
  });

  it("show as status that it speaks", async () => {
    const flow = await flows.load(speechFlow(stage().url), keyed());
    flow.input(TEXT);
    const call = await stage().calls.nth(0);
    await call.audio(Buffer.concat(framesOf(2)));
    await flow.at("status").find(({ status }) => /speaking/.test(status?.text ?? ""));
    call.end();
    await flow.at("summary").nth(0);
  });
});
