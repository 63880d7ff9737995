import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { frames, PCM, sequence } from "./support/chunks";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import type { Message } from "./support/message";
import { usePlayers } from "./support/players";
import { account, keyed, observers, onTab, sink, speechNode, tab } from "./support/speech-flow";
import { useSandbox } from "./support/sandbox";
import { frame, frameMs } from "../unit/audio-fixtures";

const SPEECH = Buffer.concat(frames(4));
const SILENT = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0]), Buffer.alloc(413)]);

describe("audio-play: silence and gain", () => {
  // Before the flows: a flow is taken down before its players are looked for.
  const folder = useFolder();
  const flows = useFlows();
  const players = usePlayers();
  const sandbox = useSandbox();
  let flow: Flow;

  const playNode = (own: Record<string, unknown> = {}): Record<string, unknown> => ({
    ...onTab,
    id: "play",
    type: "vocu-audio-play",
    name: "",
    wires: [["out"]],
    ...players().command("listen"),
    ...own,
  });
  const start = async (own: Record<string, unknown> = {}): Promise<void> => {
    const node = playNode(own) as never;
    flow = await flows.load([tab, node, sink("out"), ...observers(["play"])]);
  };
  const silence = (ms: number): Record<string, unknown> => ({ silenceMs: String(ms), silenceMsType: "num" });
  const play = async (message: Message): Promise<Error | undefined> =>
    (await flow.ended(flow.input(message, "play"))).error;
  const heard = (): Buffer[] => players().started.entries.map(({ audio }) => audio);
  const facts = async (): Promise<Record<string, unknown>> =>
    (await flow.at("out").nth(0)).payload as Record<string, unknown>;

  it("plays the audio unchanged if no shape is set", async () => {
    await start();
    await play({ payload: SPEECH });
    assert.deepEqual(heard(), [SPEECH]);
    const { silenceMs, gain } = await facts();
    assert.deepEqual([silenceMs, gain], [undefined, undefined]);
  });

  it("puts silence around a sequence, counted in audioMs", async () => {
    await start({ ...silence(50), silenceAfterMs: "20", silenceAfterMsType: "num" });
    const messages = sequence("a", frames(4)).map((message) => flow.input(message, "play"));
    assert.equal((await flow.ended(messages.at(-1) as Message)).error, undefined);
    assert.deepEqual(heard(), [Buffer.concat([SILENT, SILENT, SPEECH, SILENT])]);
    const { silenceMs, audioMs } = await facts();
    assert.deepEqual([silenceMs, audioMs], [52, Math.round(7 * frameMs())]);
  });

  it("takes silence and gain from the message", async () => {
    await start(silence(50));
    await play({ payload: SPEECH, silenceMs: 20, gain: -6 });
    const [audio = Buffer.alloc(0)] = heard();
    assert.equal(audio.length, SPEECH.length + SILENT.length);
    assert.deepEqual(audio.subarray(0, SILENT.length), SILENT);
    assert.notDeepEqual(audio.subarray(SILENT.length), SPEECH);
    assert.equal((await facts()).gain, -6.02);
  });

  it("puts silence between speeches that are played one after another", async () => {
    await start({ silenceBetweenMs: "50", silenceBetweenMsType: "num" });
    const inputs = ["one", "two"].map(() => flow.input({ payload: SPEECH }, "play"));
    for (const input of inputs) assert.equal((await flow.ended(input)).error, undefined);
    assert.deepEqual(heard(), [SPEECH, Buffer.concat([SILENT, SILENT, SPEECH])]);
  });

  it("plays what is not mp3 unchanged, and claims no gain", async () => {
    await start(silence(500));
    const samples = Buffer.alloc(320, 7);
    await play({ payload: samples, vocu: { pcm: PCM }, gain: -6 });
    assert.deepEqual(heard()[0]?.subarray(44), samples);
    const { silenceMs, gain } = await facts();
    assert.deepEqual([silenceMs, gain], [undefined, undefined]);
  });

  it("refuses a gain beyond its bounds", async () => {
    await start();
    const error = (await play({ payload: SPEECH, gain: 40 })) as Error & { code?: string };
    assert.equal(error.code, "INPUT_OUT_OF_RANGE");
    assert.deepEqual(heard(), []);
  });

  it("leaves the silence out while the speaker is awake", async () => {
    await start({ ...silence(20), silenceUnlessWithin: 60 });
    await play({ payload: SPEECH });
    await play({ payload: SPEECH });
    assert.deepEqual(heard(), [Buffer.concat([SILENT, SPEECH]), SPEECH]);
  });

  it("puts silence before each time that a speech is repeated", async () => {
    await start({ ...silence(20), repeat: 2, repeatPause: 0 });
    await play({ payload: SPEECH });
    assert.deepEqual(heard(), [Buffer.concat([SILENT, SPEECH]), Buffer.concat([SILENT, SPEECH])]);
  });

  describe("with a chime", () => {
    const startWith = async (chime: Buffer, name: string): Promise<void> => {
      await writeFile(join(folder(), name), chime);
      await start({ ...silence(20), chime: join(folder(), name) });
    };

    it("puts the silence before the chime and none behind it", async () => {
      const chime = Buffer.concat(frames(2));
      await startWith(chime, "chime.mp3");
      await play({ payload: SPEECH });
      assert.deepEqual(heard(), [Buffer.concat([SILENT, chime, SPEECH])]);
      assert.equal((await facts()).silenceMs, 26);
    });

    it("does so, too, if the chime is played by itself", async () => {
      const chime = Buffer.concat(Array.from({ length: 3 }, () => frame({ sampleRate: 48000 })));
      await startWith(chime, "chime.mp3");
      await play({ payload: SPEECH });
      const [first = Buffer.alloc(0), second] = heard();
      assert.deepEqual(first.subarray(-chime.length), chime);
      assert.equal(first.length, chime.length + 384);
      assert.deepEqual(second, SPEECH);
    });

    it("makes the chime quieter, too", async () => {
      const chime = Buffer.concat(frames(2));
      await startWith(chime, "chime.mp3");
      await play({ payload: SPEECH, silenceMs: 0, gain: -6 });
      const [audio = Buffer.alloc(0)] = heard();
      assert.equal(audio.length, chime.length + SPEECH.length);
      assert.notDeepEqual(audio.subarray(0, chime.length), chime);
    });

    it("puts the silence before the speech if the chime is not mp3", async () => {
      const chime = Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVEfmt "), Buffer.alloc(20)]);
      await startWith(chime, "chime.wav");
      await play({ payload: SPEECH });
      assert.deepEqual(heard(), [chime, Buffer.concat([SILENT, SPEECH])]);
    });
  });

  /** Without taking the properties off, a message that asks for -6 dB was heard with -12 dB. */
  it("is done once where the message passes stream speech before", async () => {
    sandbox().fail({ audio: SPEECH });
    const speech = speechNode({ wires: [["play", "chunks"], []] });
    const observed = observers(["speech", "play"]);
    flow = await flows.load(
      [tab, account(sandbox().url), speech, playNode() as never, sink("chunks"), sink("out"), ...observed],
      keyed(),
    );
    flow.input({ payload: "The door is open.", silenceMs: 20, gain: -6, volume: 30 });
    await facts();
    const sent = flow.at("chunks").entries;
    assert.deepEqual(heard(), [Buffer.concat(sent.map(({ payload }) => payload as Buffer))]);
    assert.deepEqual([sent[0]?.volume, sent[0]?.silenceMs, sent[0]?.gain], [30, undefined, undefined]);
  });
});
