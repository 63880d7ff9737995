import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { frame, frameMs, framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import { bytesOf, type Message } from "./support/message";
import { keyed, onTab, sink, speechFlow, speechNode } from "./support/speech-flow";
import { useStage, type Call } from "./support/stage";

const ONE = Buffer.concat(framesOf(4));
const TWO = Buffer.concat(framesOf(3, { fill: 0x11 }));
const SILENT = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0]), Buffer.alloc(413)]);
const TEXT = "The washing machine is done. [pause 50ms] Please empty it.";

describe("speech-stream: pauses in the text", () => {
  const flows = useFlows();
  const stage = useStage();
  const userDir = useFolder();

  const load = (node: Record<string, unknown> = {}, account: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(speechFlow(stage().url, { node: { pauses: true, ...node }, account }), keyed(), {
      userDir: userDir(),
    });

  /** Answers the calls in order, one audio each. */
  const answer = async (...audios: Buffer[]): Promise<Call[]> => {
    const calls: Call[] = [];
    for (const audio of audios) {
      const call = await stage().calls.nth(calls.length);
      calls.push(call);
      call.end(audio);
    }
    return calls;
  };

  it("are sent to the service as text while the setting is off", async () => {
    const flow = await flows.load(speechFlow(stage().url), keyed());
    flow.input(TEXT);
    const call = await stage().calls.nth(0);
    assert.equal(call.asked.text, TEXT);
    call.end(ONE);
    await flow.at("summary").nth(0);
  });

  it("become silence between speeches of their own, in one sequence", async () => {
    const flow = await load();
    flow.input({ payload: TEXT, topic: "laundry" });
    const calls = await answer(ONE, TWO);
    const summary = await flow.at("summary").nth(0);
    const chunks = flow.at("chunks").entries;
    assert.deepEqual(
      calls.map(({ asked }) => asked.text),
      ["The washing machine is done.", "Please empty it."],
    );
    assert.deepEqual(bytesOf(chunks), Buffer.concat([ONE, SILENT, SILENT, TWO]));
    assert.deepEqual(
      chunks.map(({ parts }) => [parts?.index, parts?.count]),
      chunks.map((_, index) => [index, index + 1 === chunks.length ? chunks.length : undefined]),
    );
    assert.equal(new Set(chunks.map(({ parts }) => parts?.id)).size, 1);
    assert.ok(chunks.every(({ topic }) => topic === "laundry"));
    assert.equal(summary.vocu?.audioMs, Math.round(9 * frameMs()));
    assert.equal(summary.vocu.bytes, 9 * 417);
  });

  it("report the credits of all parts, and each part by itself", async () => {
    const flow = await load();
    flow.input(TEXT);
    for (const [index, audio] of [ONE, TWO].entries()) {
      const call = await stage().calls.nth(index);
      call.data = { id: `audio-${index}`, credit_used: 10 + index, srt: srtOf(index) };
      call.end(audio);
    }
    const { vocu = {} } = await flow.at("summary").nth(0);
    assert.deepEqual([vocu.creditsUsed, vocu.cached, vocu.audioId], [21, false, undefined]);
    const generations = vocu.generations as Record<string, unknown>[];
    assert.deepEqual(
      generations.map(({ text, atMs, audioId, creditsUsed, srt }) => [text, atMs, audioId, creditsUsed, srt]),
      [
        ["The washing machine is done.", 0, "audio-0", 10, undefined],
        ["Please empty it.", Math.round(6 * frameMs()), "audio-1", 11, undefined],
      ],
    );
    const second = `00:00:00,${Math.round(6 * frameMs()) + 10}`;
    assert.match(String(vocu.srt), new RegExp(`^1\\n00:00:00,010 --> .*\\nPart 0\\n\\n2\\n${second} --> `));
  });

  it("shift the subtitles also by the silence before the speech", async () => {
    const flow = await load({ silenceMs: "100", silenceMsType: "num" });
    flow.input(`One. [pause 10ms] Two.`);
    for (const index of [0, 1]) {
      const call = await stage().calls.nth(index);
      call.data = { srt: srtOf(index) };
      call.end(ONE);
    }
    const { vocu = {} } = await flow.at("summary").nth(0);
    assert.equal(vocu.silenceMs, 104);
    assert.match(String(vocu.srt), /^1\n00:00:00,114 -->/);
  });

  it("at the beginning and at the end are heard, too", async () => {
    const flow = await load({ output: "buffer" });
    flow.input("[pause 20ms] Hello. [pause 30ms]");
    const [call] = await answer(ONE);
    assert.equal(call?.asked.text, "Hello.");
    await flow.at("summary").nth(0);
    assert.deepEqual(flow.at("chunks").last?.payload, Buffer.concat([SILENT, ONE, SILENT, SILENT]));
  });

  it("are louder or quieter with the speech, between the silence around it", async () => {
    const flow = await load({
      silenceMs: "10",
      silenceMsType: "num",
      silenceAfterMs: "10",
      silenceAfterMsType: "num",
    });
    flow.input({ payload: "One. [pause 20ms] Two.", gain: -6 });
    await answer(ONE, TWO);
    const { vocu = {} } = await flow.at("summary").nth(0);
    const audio = bytesOf(flow.at("chunks").entries);
    assert.equal(audio.length, 10 * 417);
    assert.equal(vocu.gain, -6.02);
  });

  it("are reported if nothing is left to speak, before anything is paid", async () => {
    const flow = await load();
    flow.input("[pause 1s] … [pause 2s]");
    assert.equal((await flow.caught()).code, "PAUSES_ONLY");
    assert.equal(stage().calls.entries.length, 0);
  });

  it("of more than ten minutes are refused before anything is paid", async () => {
    const flow = await load();
    flow.input("One [pause 400s] two [pause 300s] three");
    assert.equal((await flow.caught()).code, "PAUSES_TOO_LONG");
    assert.equal(stage().calls.entries.length, 0);
  });

  it("alone in a member of a sequence are an empty member", async () => {
    const flow = await load();
    const parts = { id: "split", index: 1, count: 3 };
    const { chunks } = await flow.speak({ payload: "[pause 1s]", parts });
    assert.equal(chunks[0]?.vocu?.empty, true);
  });

  it("in a text beside source audio stay as they are", async () => {
    const flow = await load({ input_audio: "https://storage.example/a.mp3" });
    flow.input(TEXT);
    const [call] = await answer(ONE);
    assert.equal(call?.asked.text, TEXT);
    await flow.at("summary").nth(0);
  });

  it("join as one Buffer behind a core join", async () => {
    const nodes = speechFlow(stage().url, { node: { pauses: true, wires: [["join"], ["summary"]] } });
    const join = { ...onTab, id: "join", type: "join", mode: "auto", wires: [["whole"]] };
    const flow = await flows.load([...nodes, join, sink("whole")], keyed());
    flow.input(TEXT);
    await answer(ONE, TWO);
    const { payload } = await flow.at("whole").nth(0);
    assert.deepEqual(payload, Buffer.concat([ONE, SILENT, SILENT, TWO]));
  });

  describe("a part that fails", () => {
    it("takes back what was sent, and the error names the part and what was paid", async () => {
      const flow = await load();
      flow.input(TEXT);
      const first = await stage().calls.nth(0);
      first.data = { credit_used: 12 };
      first.end(ONE);
      const second = await stage().calls.nth(1);
      await second.audio(frame());
      second.cut();
      const { code, cause } = await flow.caught();
      assert.equal(code, "STREAM_CUT");
      assert.deepEqual([cause?.part, cause?.creditsUsed], [2, 12]);
      const { parts } = await flow.at("chunks").find(({ reset }) => reset === true);
      assert.deepEqual(parts, { id: flow.at("chunks").entries[0]?.parts?.id });
    });

    it("ends the part that was asked for ahead, which nobody will hear", async () => {
      const flow = await load();
      flow.input(TEXT);
      const first = await stage().calls.nth(0);
      await first.audio(ONE);
      const second = await stage().calls.nth(1);
      first.cut();
      assert.equal((await flow.caught()).cause?.part, 1);
      await second.closed;
      assert.ok(second.aborted);
    });

    it("that is not audio is an error as for any speech", async () => {
      const flow = await load();
      flow.input(TEXT);
      await answer(ONE, Buffer.from("This is not what a speech sounds like."));
      const { code, cause } = await flow.caught();
      assert.deepEqual([code, cause?.part], ["NOT_AUDIO", 2]);
    });

    it("costs only itself when the message is sent again", async () => {
      const flow = await load({}, { cacheEnabled: true });
      const first = flow.input(TEXT);
      (await stage().calls.nth(0)).end(ONE);
      (await stage().calls.nth(1)).cut();
      await flow.ended(first);
      flow.input(TEXT);
      const third = await stage().calls.nth(2);
      assert.equal(third.asked.text, "Please empty it.");
      third.end(TWO);
      const { vocu = {} } = await flow.at("summary").nth(0);
      assert.deepEqual(
        (vocu.generations as Message[]).map(({ cached }) => cached),
        [true, false],
      );
    });
  });

  describe("and the speech cache", () => {
    it("keep each part by itself, so that a part that was spoken before costs nothing", async () => {
      const flow = await load({}, { cacheEnabled: true });
      flow.input("Attention! [pause 20ms] The door is open. [pause 20ms] Attention!");
      await answer(ONE, TWO);
      const { vocu = {} } = await flow.at("summary").nth(0);
      assert.deepEqual(bytesOf(flow.at("chunks").entries), Buffer.concat([ONE, SILENT, TWO, SILENT, ONE]));
      assert.equal(vocu.cached, false);
      const again = await flow.speak("The door is open. [pause 40ms] Attention!");
      assert.equal(stage().calls.entries.length, 2);
      assert.deepEqual([again.summary.vocu?.cached, again.summary.vocu?.creditsUsed], [true, 0]);
      assert.deepEqual(bytesOf(again.chunks), Buffer.concat([TWO, SILENT, SILENT, ONE]));
      await flow.stop();
      const stored = await readdir(join(userDir(), "vocu-cache"));
      assert.equal(stored.filter((name) => name.endsWith(".mp3")).length, 2);
    });
  });

  describe("msg.reset", () => {
    it("in the first part asks for no other part", async () => {
      const flow = await load();
      const input = flow.input(`${"A long story. ".repeat(40)}[pause 1s] The end.`);
      const call = await stage().calls.nth(0);
      await call.audio(ONE);
      await flow.at("chunks").nth(0);
      flow.input({ reset: true });
      await call.closed;
      await flow.ended(input);
      flow.input("Fresh.");
      const next = await stage().calls.nth(1);
      assert.equal(next.asked.text, "Fresh.");
      next.end(ONE);
      await flow.at("summary").nth(0);
    });

    it("ends the part that was asked for ahead, too", async () => {
      const flow = await load();
      flow.input(TEXT);
      const first = await stage().calls.nth(0);
      await first.audio(ONE);
      const second = await stage().calls.nth(1);
      flow.input({ reset: true });
      await Promise.all([first.closed, second.closed]);
      assert.ok(first.aborted && second.aborted);
    });
  });

  it("ask for a part behind a short one before that has ended", async () => {
    const flow = await load();
    flow.input(TEXT);
    const first = await stage().calls.nth(0);
    await first.audio(ONE);
    const second = await stage().calls.nth(1);
    second.end(TWO);
    first.end();
    await flow.at("summary").nth(0);
    assert.deepEqual(bytesOf(flow.at("chunks").entries), Buffer.concat([ONE, SILENT, SILENT, TWO]));
  });

  it("need no second place among the generations of the account", async () => {
    const flow = await load({}, { maxConcurrent: 1 });
    flow.input(TEXT);
    await answer(ONE, TWO);
    await flow.at("summary").nth(0);
  });

  it("do not show that the next part waits for a place, because the speech has begun", async () => {
    const nodes = speechFlow(stage().url, { node: { pauses: true }, account: { maxConcurrent: 1 } });
    const other = speechNode({ id: "other", wires: [["chunks2"], ["summary2"]] });
    const flow = await flows.load([...nodes, other, sink("chunks2"), sink("summary2")], keyed());
    const waits = (id: string) => (message: Message) =>
      message.status?.fill === "yellow" && (message.status as { source?: { id: string } }).source?.id === id;
    const input = flow.input(TEXT);
    const first = await stage().calls.nth(0);
    await first.audio(ONE);
    flow.input("Something else.", "other");
    await flow.at("status").find(waits("other"));
    first.end();
    // The next part and the other message, one after the other.
    for (const index of [1, 2]) (await stage().calls.nth(index)).end(TWO);
    assert.equal((await flow.ended(input)).error, undefined);
    assert.equal(flow.at("status").entries.find(waits("speech")), undefined);
  });

  it("are paced with the speech", async () => {
    const flow = await load({ pace: "realtime", leadMs: 0 });
    flow.input("One. [pause 300ms] Two.");
    await answer(ONE, TWO);
    const { vocu = {} } = await flow.at("summary").nth(0);
    assert.ok(Number(vocu.totalMs) >= 350, String(vocu.totalMs));
  });

  it("do not let a message expire that has begun to be heard", async () => {
    const flow = await load({}, { maxConcurrent: 1 });
    const input = flow.input({ payload: TEXT, expires: 100 });
    const expiry = Date.now() + 110;
    const first = await stage().calls.nth(0);
    await first.audio(ONE);
    await flow.at("chunks").nth(0);
    while (Date.now() <= expiry) await new Promise((resolve) => setImmediate(resolve));
    first.end();
    (await stage().calls.nth(1)).end(TWO);
    assert.equal((await flow.ended(input)).error, undefined);
  });
});

const srtOf = (index: number): string => `1\n00:00:00,010 --> 00:00:00,090\nPart ${index}\n`;
