import assert from "node:assert/strict";
import { frameMs, framesOf } from "../unit/audio-fixtures";
import { useFlows } from "./support/flows";
import { bytesOf, type Message } from "./support/message";
import { useSandbox } from "./support/sandbox";
import { keyed, speechFlow } from "./support/speech-flow";

const FRAMES = framesOf(20);
const AUDIO = Buffer.concat(FRAMES);
/** Is still heard when a slow machine comes to the next speech. */
const LONG = Buffer.concat(framesOf(2000));
const SILENT = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0]), Buffer.alloc(413)]);

describe("speech-stream: silence and gain", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  const speak = async (
    node: Record<string, unknown>,
    message: Record<string, unknown> = {},
  ): Promise<{ chunks: Message[]; vocu: Record<string, unknown> }> => {
    sandbox().fail({ audio: AUDIO });
    const flow = await flows.load(speechFlow(sandbox().url, { node }), keyed());
    const { chunks } = await flow.speak({ payload: "The door is open.", ...message });
    return { chunks, vocu: chunks.at(-1)?.vocu ?? {} };
  };

  it("are not in the audio of a fresh node", async () => {
    const { chunks, vocu } = await speak({});
    assert.deepEqual(bytesOf(chunks), AUDIO);
    assert.deepEqual([vocu.silenceMs, vocu.gain], [undefined, undefined]);
  });

  it("puts silence around the speech, counted in audioMs", async () => {
    const { chunks, vocu } = await speak({
      silenceMs: "50",
      silenceMsType: "num",
      silenceAfterMs: "20",
      silenceAfterMsType: "num",
    });
    assert.deepEqual(bytesOf(chunks), Buffer.concat([SILENT, SILENT, AUDIO, SILENT]));
    assert.equal(vocu.silenceMs, 52);
    assert.equal(vocu.audioMs, Math.round(23 * frameMs()));
    assert.equal(vocu.bytes, 23 * 417);
  });

  it("takes the silence that the message asks for", async () => {
    const { chunks } = await speak({ silenceMs: "50", silenceMsType: "num" }, { silenceMs: 20 });
    assert.deepEqual(bytesOf(chunks), Buffer.concat([SILENT, AUDIO]));
  });

  it("changes the gain of each frame, and reports it", async () => {
    const { chunks, vocu } = await speak({}, { gain: -6 });
    const audio = bytesOf(chunks);
    assert.equal(audio.length, AUDIO.length);
    assert.ok(!audio.equals(AUDIO));
    assert.equal(vocu.gain, -6.02);
  });

  it("refuses a gain beyond its bounds before anything is paid", async () => {
    const flow = await flows.load(speechFlow(sandbox().url), keyed());
    flow.input({ payload: "Loud.", gain: 40 });
    assert.equal((await flow.caught()).code, "INPUT_OUT_OF_RANGE");
  });

  const LONGEST_MS = 60_000;
  for (const [name, value, refused] of [
    ["silenceMs", LONGEST_MS + 1, -1],
    ["silenceAfterMs", LONGEST_MS + 1, -1],
    ["silenceBetweenMs", LONGEST_MS + 1, -1],
    ["gain", 12.1, -60.1],
  ] as const) {
    it(`refuses ${name} of ${value} and of ${refused}`, async () => {
      const flow = await flows.load(speechFlow(sandbox().url), keyed());
      for (const each of [value, refused]) {
        const { error } = await flow.ended(flow.input({ payload: "Hello.", [name]: each }));
        assert.equal((error as Error & { code?: string }).code, "INPUT_OUT_OF_RANGE");
      }
      assert.equal(sandbox().requests.length, 0);
    });
  }

  it("takes a minute of silence", async () => {
    const { vocu } = await speak({}, { silenceMs: LONGEST_MS });
    assert.ok(Number(vocu.silenceMs) >= LONGEST_MS);
  });

  it("refuses to take a speaker for awake for more than a day", async () => {
    const node = { silenceUnlessWithin: 86_401 };
    const flow = await flows.load(speechFlow(sandbox().url, { node }), keyed());
    flow.input("Hello.");
    assert.equal((await flow.caught()).code, "INPUT_OUT_OF_RANGE");
  });

  it("puts silence between two speeches, the second of which begins while the first is heard", async () => {
    const node = { silenceBetweenMs: "50", silenceBetweenMsType: "num" };
    const flow = await flows.load(speechFlow(sandbox().url, { node }), keyed());
    const spoken: Buffer[] = [];
    for (const text of ["One.", "Two.", "Three."]) {
      sandbox().fail({ audio: LONG });
      spoken.push(bytesOf((await flow.speak(text)).chunks));
    }
    const after = Buffer.concat([SILENT, SILENT, LONG]);
    assert.deepEqual(spoken, [LONG, after, after]);
  });

  it("puts the longer silence before a speech that follows another one", async () => {
    for (const [before, between] of [
      [20, 50],
      [50, 20],
    ]) {
      const flow = await flows.load(speechFlow(sandbox().url), keyed());
      const asked = { silenceMs: before, silenceBetweenMs: between };
      sandbox().fail({ audio: LONG });
      const first = await flow.speak({ payload: "One.", ...asked });
      sandbox().fail({ audio: LONG });
      const second = await flow.speak({ payload: "Two.", ...asked });
      assert.equal(first.summary.vocu?.silenceMs, before === 20 ? 26 : 52);
      assert.equal(second.summary.vocu?.silenceMs, 52);
      assert.equal(first.chunks[0]?.silenceBetweenMs, undefined);
    }
  });

  it("puts silence between two speeches also where the speaker is awake", async () => {
    const node = {
      silenceMs: "500",
      silenceMsType: "num",
      silenceBetweenMs: "20",
      silenceBetweenMsType: "num",
      silenceUnlessWithin: 60,
    };
    const flow = await flows.load(speechFlow(sandbox().url, { node }), keyed());
    sandbox().fail({ audio: LONG });
    await flow.speak("One.");
    sandbox().fail({ audio: LONG });
    assert.deepEqual(bytesOf((await flow.speak("Two.")).chunks), Buffer.concat([SILENT, LONG]));
  });

  it("leaves the silence out while the speaker is awake", async () => {
    sandbox().fail({ audio: AUDIO });
    const node = { silenceMs: "20", silenceMsType: "num", silenceUnlessWithin: 60 };
    const flow = await flows.load(speechFlow(sandbox().url, { node }), keyed());
    const first = await flow.speak("One.");
    sandbox().fail({ audio: AUDIO });
    const second = await flow.speak("Two.");
    assert.deepEqual(bytesOf(first.chunks), Buffer.concat([SILENT, AUDIO]));
    assert.deepEqual(bytesOf(second.chunks), AUDIO);
  });
});
