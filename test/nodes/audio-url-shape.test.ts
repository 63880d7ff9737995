import assert from "node:assert/strict";
import { chunk, frames, PCM } from "./support/chunks";
import { useFlows, type Flow, type FlowNode } from "./support/flows";
import type { Message } from "./support/message";
import { observers, onTab, sink, tab } from "./support/speech-flow";
import { fetchAll, listenTo, serveNodes, webUrl } from "./support/web";

const SPEECH = Buffer.concat(frames(4));
const SILENT = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0]), Buffer.alloc(413)]);

describe("audio-url: silence and gain", () => {
  const flows = useFlows();
  let flow: Flow;

  const start = async (own: Record<string, unknown> = {}): Promise<void> => {
    const node = { ...onTab, id: "url", type: "vocu-audio-url", name: "", publicUrl: webUrl(), ...own };
    const url: FlowNode = { ...node, wires: [["out"]] };
    flow = await flows.load([tab, url, sink("out"), ...observers(["url"])]);
    serveNodes();
  };
  const silence = (ms: number): Record<string, unknown> => ({ silenceMs: String(ms), silenceMsType: "num" });
  const publish = async (message: Message): Promise<{ answer: Message; body: Buffer }> => {
    const index = flow.at("out").entries.length;
    assert.equal((await flow.ended(flow.input(message, "url"))).error, undefined);
    const answer = await flow.at("out").nth(index);
    return { answer, body: (await fetchAll(String(answer.payload))).body };
  };

  for (const growing of ["chunked", "wait"]) {
    it(`puts silence around the speech and reports it (${growing})`, async () => {
      await start({ ...silence(50), silenceAfterMs: "20", silenceAfterMsType: "num", growing });
      const { answer, body } = await publish({ payload: SPEECH });
      assert.deepEqual(body, Buffer.concat([SILENT, SILENT, SPEECH, SILENT]));
      assert.equal((answer.vocu as { silenceMs?: number }).silenceMs, 52);
    });
  }

  it("gives the silence to a listener as soon as the speech begins", async () => {
    await start(silence(50));
    flow.input(chunk("a", 0, SPEECH), "url");
    const listener = await listenTo(String((await flow.at("out").nth(0)).payload));
    const heard = await listener.heard(2 * SILENT.length);
    assert.deepEqual(heard.subarray(0, 2 * SILENT.length), Buffer.concat([SILENT, SILENT]));
    flow.input(chunk("a", 1, SPEECH, true), "url");
    assert.deepEqual(await listener.whole, Buffer.concat([SILENT, SILENT, SPEECH, SPEECH]));
  });

  it("shifts the subtitles that come with the speech", async () => {
    await start(silence(50));
    const srt = "1\n00:00:01,000 --> 00:00:02,000\nHello\n";
    const { answer } = await publish({ payload: SPEECH, vocu: { srt } });
    assert.match(String((answer.vocu as { srt?: string }).srt), /^1\n00:00:01,052 --> 00:00:02,052\n/);
  });

  it("takes silence and gain from the message", async () => {
    await start(silence(50));
    const { body } = await publish({ payload: SPEECH, silenceMs: 0, gain: -6 });
    assert.equal(body.length, SPEECH.length);
    assert.notDeepEqual(body, SPEECH);
  });

  it("serves what is not mp3 unchanged", async () => {
    await start(silence(500));
    const samples = Buffer.alloc(320, 7);
    const { answer, body } = await publish({ payload: samples, vocu: { pcm: PCM }, gain: -6 });
    assert.deepEqual(body.subarray(44), samples);
    assert.equal((answer.vocu as { silenceMs?: number }).silenceMs, undefined);
  });

  it("leaves the silence out while the speaker is awake", async () => {
    await start({ ...silence(20), silenceUnlessWithin: 60 });
    const [first, second] = [await publish({ payload: SPEECH }), await publish({ payload: SPEECH })];
    assert.deepEqual([first.body, second.body], [Buffer.concat([SILENT, SPEECH]), SPEECH]);
  });
});
