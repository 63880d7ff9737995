import assert from "node:assert/strict";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import type { Message } from "./support/message";
import { keyed, sink, speechFlow, speechNode } from "./support/speech-flow";
import { useStage, type Call } from "./support/stage";

const FRAMES = framesOf(4);
const [first, second, third, fourth] = FRAMES as [Buffer, Buffer, Buffer, Buffer];

/** What each text's chunks say, in the order they left. */
const spokenTexts = (flow: Flow): unknown[] => flow.at("chunks").entries.map(({ topic }) => topic);
const asked = ({ asked: { text } }: Call): unknown => text;

describe("speech-stream: one speech after the other", () => {
  const flows = useFlows();
  const stage = useStage();

  const load = (node: Record<string, unknown> = {}, account: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(speechFlow(stage().url, { node, account }), keyed());
  const say = (flow: Flow, text: string, own: Record<string, unknown> = {}): Message =>
    flow.input({ payload: text, topic: text, ...own });
  const call = (index: number): Promise<Call> => stage().calls.nth(index);
  const whole = Buffer.concat(FRAMES);
  const waiting = (flow: Flow): Promise<Message> =>
    flow.at("status").find(({ status }) => status?.fill === "yellow");

  describe("queue", () => {
    it("is how a fresh node treats messages: the next is asked for when the former has ended", async () => {
      const flow = await load();
      say(flow, "One.");
      say(flow, "Two.");
      const one = await call(0);
      await one.audio(Buffer.concat([first, second]));
      await waiting(flow);
      await one.audio(third);
      assert.equal(stage().calls.entries.length, 1);
      one.end(fourth);
      const two = await call(1);
      assert.ok(one.finished);
      two.end(whole);
      await flow.at("summary").reach(2);
      assert.deepEqual([...new Set(spokenTexts(flow))], ["One.", "Two."]);
      assert.deepEqual(spokenTexts(flow), [...spokenTexts(flow)].sort());
    });

    it("keeps the order of the messages", async () => {
      const flow = await load();
      const texts = ["1", "2", "3", "4", "5"];
      for (const text of texts) say(flow, text);
      for (const index of texts.keys()) (await call(index)).end(whole);
      await flow.at("summary").reach(5);
      assert.deepEqual(stage().calls.entries.map(asked), texts);
    });

    it("shows how many wait", async () => {
      const flow = await load();
      for (const text of ["1", "2", "3"]) say(flow, text);
      await waiting(flow);
      for (const index of [0, 1, 2]) (await call(index)).end(whole);
      await flow.at("summary").reach(3);
      const fills = flow.at("status").entries.map(({ status }) => status?.fill);
      assert.ok(fills.includes("yellow"));
      await flow.at("status").find((message) => message.status?.fill === "green");
    });

    it("continues after a speech that failed", async () => {
      const flow = await load();
      say(flow, "");
      say(flow, "Two.");
      (await call(0)).end(whole);
      const { topic } = await flow.at("summary").nth(0);
      assert.equal(topic, "Two.");
      assert.equal((await flow.caught()).code, "INPUT_MISSING");
    });

    it("lets a message with higher msg.priority go before those that wait, and equals in their order", async () => {
      const flow = await load();
      say(flow, "running");
      const running = await call(0);
      say(flow, "plain");
      say(flow, "urgent", { priority: 5 });
      say(flow, "urgent too", { priority: "5" });
      say(flow, "idle", { priority: -1 });
      await flow.at("status").find(({ status }) => status?.fill === "yellow");
      running.end(whole);
      for (const index of [1, 2, 3, 4]) (await call(index)).end(whole);
      await flow.at("summary").reach(5);
      assert.deepEqual(stage().calls.entries.map(asked), [
        "running",
        "urgent",
        "urgent too",
        "plain",
        "idle",
      ]);
    });

    it("does not speak what has waited longer than msg.expires, and reports it", async () => {
      const flow = await load();
      say(flow, "running");
      const running = await call(0);
      const late = say(flow, "late", { expires: 5 });
      const { code, cause } = await flow.caught();
      assert.equal(code, "EXPIRED");
      assert.equal(cause?.retryable, false);
      running.end(whole);
      say(flow, "next");
      (await call(1)).end(whole);
      await flow.at("summary").reach(2);
      assert.deepEqual(stage().calls.entries.map(asked), ["running", "next"]);
      assert.equal((await flow.ended(late)).error?.message, "EXPIRED");
    });

    it("takes msg.expires as a point in time too", async () => {
      const flow = await load();
      say(flow, "late", { expires: Date.now() - 1 });
      assert.equal((await flow.caught()).code, "EXPIRED");
      say(flow, "early", { expires: Date.now() + 3_600_000 });
      (await call(0)).end(whole);
      await flow.at("summary").nth(0);
    });
  });

  describe("replace", () => {
    it("ends the running speech immediately and speaks the new one", async () => {
      const flow = await load({ busy: "replace" });
      const old = say(flow, "old");
      const oldCall = await call(0);
      await oldCall.audio(Buffer.concat([first, second]));
      await flow.at("chunks").nth(0);
      say(flow, "new");
      await oldCall.closed;
      assert.ok(oldCall.aborted);
      (await call(1)).end(whole);
      const { topic } = await flow.at("summary").nth(0);
      assert.equal(topic, "new");
      const { error, ended } = await flow.ended(old);
      assert.deepEqual({ error, ended }, { error: undefined, ended: 1 });
    });

    it("takes back what was sent of the old speech before the new one begins", async () => {
      const flow = await load({ busy: "replace" });
      say(flow, "old");
      await (await call(0)).audio(Buffer.concat([first, second]));
      const { parts } = await flow.at("chunks").nth(0);
      say(flow, "new");
      (await call(1)).end(whole);
      await flow.at("summary").nth(0);
      const [, retraction, ...rest] = flow.at("chunks").entries;
      assert.equal(retraction?.reset, true);
      assert.deepEqual(retraction.parts, { id: parts?.id });
      assert.ok(rest.length > 0);
      for (const chunk of rest) assert.equal(chunk.topic, "new");
    });

    it("speaks the latest of several messages that come at once", async () => {
      const flow = await load({ busy: "replace" });
      for (const text of ["1", "2", "3"]) say(flow, text);
      (await stage().calls.find(({ asked: { text } }) => text === "3")).end(whole);
      const { topic } = await flow.at("summary").nth(0);
      assert.equal(topic, "3");
      await flow.at("complete").reach(3);
    });
  });

  describe("parallel", () => {
    it("speaks side by side", async () => {
      const flow = await load({ busy: "parallel" });
      say(flow, "One.");
      say(flow, "Two.");
      const calls = [await call(0), await call(1)];
      for (const one of calls) await one.audio(Buffer.concat([first, second]));
      await flow.at("chunks").reach(2);
      for (const one of calls) one.end(third);
      await flow.at("summary").reach(2);
      assert.equal(new Set(flow.at("chunks").entries.map(({ parts }) => parts?.id)).size, 2);
    });

    it("sends no more calls at once than the account allows", async () => {
      const flow = await load({ busy: "parallel" }, { maxConcurrent: 2 });
      for (const text of ["1", "2", "3"]) say(flow, text);
      const [one, two] = [await call(0), await call(1)];
      await one.audio(Buffer.concat([first, second]));
      await two.audio(Buffer.concat([first, second]));
      await flow.at("chunks").reach(2);
      assert.equal(stage().calls.entries.length, 2);
      two.end(third);
      (await call(2)).end(whole);
      assert.equal(one.finished, false);
      one.end(third);
      await flow.at("summary").reach(3);
    });
  });

  describe("drop", () => {
    it("ignores messages while a speech runs, without an error", async () => {
      const flow = await load({ busy: "drop" });
      say(flow, "running");
      const running = await call(0);
      const dropped = say(flow, "dropped");
      const { error } = await flow.ended(dropped);
      assert.equal(error, undefined);
      running.end(whole);
      await flow.at("summary").nth(0);
      say(flow, "next");
      (await call(1)).end(whole);
      await flow.at("summary").reach(2);
      assert.deepEqual(stage().calls.entries.map(asked), ["running", "next"]);
    });
  });

  describe("several nodes", () => {
    const two = (maxConcurrent: number): Promise<Flow> =>
      flows.load(
        [
          ...speechFlow(stage().url, { account: { maxConcurrent } }),
          speechNode({ id: "other", wires: [["otherChunks"], []] }),
          sink("otherChunks"),
        ],
        keyed(),
      );

    it("speak at the same time", async () => {
      const flow = await two(2);
      flow.input("Here.", "speech");
      flow.input("There.", "other");
      const calls = [await call(0), await call(1)];
      for (const one of calls) one.end(whole);
      await flow.at("chunks").nth(0);
      await flow.at("otherChunks").nth(0);
    });

    it("share the account's limit", async () => {
      const flow = await two(1);
      const inputs = [flow.input("Here.", "speech"), flow.input("There.", "other")];
      const one = await call(0);
      await one.audio(Buffer.concat([first, second]));
      await flow.at("chunks").nth(0);
      assert.equal(stage().calls.entries.length, 1);
      one.end(third);
      (await call(1)).end(whole);
      for (const input of inputs) await flow.ended(input);
    });
  });
});
