import assert from "node:assert/strict";
import { convertMp3 } from "../../lib/audio";
import { arriving, collect, cut, lameMp3 } from "../unit/audio-fixtures";
import { chunk, frames, retraction, sequence } from "./support/chunks";
import { useFlows, type Flow } from "./support/flows";
import type { Message } from "./support/message";
import { observers, onTab, sink, tab } from "./support/speech-flow";

describe("audio-format", () => {
  const flows = useFlows();
  let flow: Flow;
  let mp3: Buffer;
  let pieces: Buffer[];

  before(async () => {
    mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 });
    pieces = cut(mp3, 1000);
  });

  const start = async (own: Record<string, unknown> = {}, more: Message[] = []): Promise<void> => {
    const node = { ...onTab, id: "format", type: "vocu-audio-format", name: "", wires: [["out"]], ...own };
    flow = await flows.load([tab, node, sink("out"), ...observers(["format"]), ...(more as never[])]);
  };
  const hand = (message: Message): Message => flow.input(message, "format");
  const errorOf = async (message: Message): Promise<(Error & { code?: string }) | undefined> =>
    (await flow.ended(hand(message))).error;
  /** Hands a speech in, and waits for the last message that comes out. */
  const convert = async (messages: Message[]): Promise<void> => {
    messages.forEach(hand);
    await flow.at("out").find(({ parts }) => parts?.count !== undefined || !parts);
  };
  const sent = (): Message[] => flow.at("out").entries;
  const bytes = (): Buffer => Buffer.concat(sent().map(({ payload }) => payload as Buffer));
  /** What the samples are by the converter, which has tests of its own. */
  const samples = async (sampleRate = 0, channels = 0, mulaw = false): Promise<Buffer> => {
    const parts = await collect(convertMp3(arriving(pieces), { sampleRate, channels, mulaw }));
    return Buffer.concat(parts.map(({ data }) => data));
  };

  it("makes a WAV of one Buffer, with its length in the header", async () => {
    await start();
    await convert([{ payload: mp3, topic: "door" }]);
    const [{ payload, topic, parts, vocu } = {} as Message] = sent();
    const wav = payload as Buffer;
    assert.deepEqual([sent().length, topic, parts], [1, "door", undefined]);
    assert.equal(wav.toString("latin1", 0, 4) + wav.toString("latin1", 8, 12), "RIFFWAVE");
    assert.equal(wav.readUInt32LE(4), wav.length - 8);
    assert.equal(wav.readUInt32LE(24), 24000);
    assert.equal(wav.readUInt32LE(40), wav.length - 44);
    assert.deepEqual(wav.subarray(44), await samples());
    const { pcm, bytes: size, audioMs } = vocu as Record<string, unknown>;
    assert.deepEqual(pcm, { format: "wav", sampleRate: 24000, channels: 1, bitsPerSample: 16 });
    assert.deepEqual([size, audioMs], [wav.length, Math.round((wav.length - 44) / 48)]);
  });

  it("makes a sequence of a sequence, one header at its beginning", async () => {
    await start();
    await convert(sequence("a", pieces, { topic: "door", vocu: { audioId: "x" } }));
    const all = sent();
    assert.ok(all.length > 3);
    assert.deepEqual(bytes().subarray(44), await samples());
    assert.equal(bytes().readUInt32LE(40), 0xffffffff);
    const parts = all.map((message) => message.parts as { id: string; index: number; count?: number });
    assert.notEqual(parts[0]?.id, "a");
    assert.deepEqual(
      parts.map(({ index }) => index),
      all.map((_, index) => index),
    );
    assert.deepEqual(
      parts.map(({ count }) => count),
      all.map((_, index) => (index + 1 === all.length ? all.length : undefined)),
    );
    assert.ok(all.every(({ topic, payload }) => topic === "door" && (payload as Buffer).length > 0));
    const last = all.at(-1)?.vocu as Record<string, unknown>;
    assert.deepEqual(
      [last.audioId, last.bytes, last.audioMs],
      ["x", bytes().length, Math.round((bytes().length - 44) / 48)],
    );
  });

  it("does not pass on a reset that is none: a later join would discard its messages", async () => {
    await start();
    await convert(sequence("a", pieces, { reset: false }));
    for (const message of sent()) assert.ok(!("reset" in message));
  });

  it("sends samples before the rest of the mp3 has come", async () => {
    await start({ format: "pcm", sampleRate: 8000 });
    hand(chunk("a", 0, pieces[0]));
    const { payload } = await flow.at("out").nth(0);
    assert.ok((payload as Buffer).length > 0);
    hand(retraction("a"));
    await flow.at("out").find((message) => message.reset === true);
  });

  it("makes raw samples of the wanted rate and channels", async () => {
    await start({ format: "pcm", sampleRate: 48000, channels: 2 });
    await convert(sequence("a", pieces));
    assert.deepEqual(bytes(), await samples(48000, 2));
    const { pcm } = sent()[0]?.vocu as Record<string, unknown>;
    assert.deepEqual(pcm, { format: "pcm", sampleRate: 48000, channels: 2, bitsPerSample: 16 });
  });

  it("makes mu-law for telephones", async () => {
    await start({ format: "mulaw", sampleRate: 8000 });
    await convert([{ payload: mp3 }]);
    assert.deepEqual(bytes(), await samples(8000, 0, true));
    const { pcm } = sent()[0]?.vocu as Record<string, unknown>;
    assert.deepEqual(pcm, { format: "mulaw", sampleRate: 8000, channels: 1, bitsPerSample: 8 });
  });

  it("keeps the sequence around the chunks", async () => {
    await start();
    const outer = { id: "sentences", index: 1, count: 2, type: "string", ch: " " };
    const messages = sequence("a", pieces).map((message) => ({
      ...message,
      parts: { ...(message.parts as object), parts: outer },
    }));
    await convert(messages);
    const { parts } = sent()[0] as { parts?: { parts?: { id?: string } } };
    assert.equal(parts?.parts?.id, "sentences");
  });

  it("joins to the whole in core's join node", async () => {
    const join = { ...onTab, id: "join", type: "join", mode: "auto", wires: [["joined"]] };
    await start({ wires: [["join"]] }, [join, sink("joined")]);
    sequence("a", pieces).forEach(hand);
    const { payload } = await flow.at("joined").nth(0);
    assert.deepEqual((payload as Buffer).subarray(44), await samples());
  });

  it("takes back what it has sent if the speech is not finished", async () => {
    await start({ format: "pcm" });
    hand(chunk("a", 0, pieces[0]));
    const first = await flow.at("out").nth(0);
    hand(retraction("a"));
    const { parts } = await flow.at("out").find((message) => message.reset === true);
    assert.equal((parts as { id?: string }).id, (first.parts as { id?: string }).id);
  });

  const [one, two] = frames(2);

  it("takes a sequence whose id an unfinished one had before", async () => {
    await start();
    [chunk("a", 0, one), chunk("a", 2, two)].forEach(hand);
    assert.equal((await flow.caught()).code, "SEQUENCE_BROKEN");
    await convert(sequence("a", pieces));
    assert.deepEqual(bytes().subarray(44), await samples());
  });

  for (const [which, messages] of [
    ["first", [chunk("a", 0, "text"), chunk("a", 1, one), chunk("a", 2, two, true)]],
    ["second", [chunk("a", 0, one), chunk("a", 1, "text"), chunk("a", 2, two, true)]],
  ] as const) {
    it(`reports once that the ${which} chunk of a sequence is none`, async () => {
      await start();
      const inputs = messages.map((message) => hand({ ...message }));
      for (const input of inputs) await flow.ended(input);
      assert.deepEqual(
        flow.inputs.flatMap(({ error }) => (error ? [(error as Error & { code?: string }).code] : [])),
        ["NO_AUDIO_BUFFER"],
      );
    });
  }

  it("refuses what is not mp3, by its kind", async () => {
    await start();
    const wav = Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVEfmt "), Buffer.alloc(40)]);
    const error = await errorOf({ payload: wav });
    assert.equal(error?.code, "FORMAT_NEEDS_MP3");
    assert.deepEqual(sent(), []);
  });

  it("refuses a sample rate that no device has", async () => {
    await start({ sampleRate: 100 });
    assert.equal((await errorOf({ payload: mp3 }))?.code, "INPUT_OUT_OF_RANGE");
  });

  it("is understood by the nodes that take audio", async () => {
    const again = {
      ...onTab,
      id: "url",
      type: "vocu-audio-url",
      name: "",
      publicUrl: "http://127.0.0.1:1880",
      wires: [["address"]],
    };
    await start({ format: "mulaw", sampleRate: 8000, wires: [["url"]] }, [again, sink("address")]);
    sequence("a", pieces).forEach(hand);
    const { vocu } = await flow.at("address").nth(0);
    assert.equal((vocu as { type?: string }).type, "audio/wav");
  });
});
