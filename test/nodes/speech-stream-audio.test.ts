import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { frame, frameMs, framesOf, id3v1, id3v2, infoFrame, lameMp3 } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { framesIn, playMs } from "./support/frames";
import { bytesOf, type Message } from "./support/message";
import { useSandbox } from "./support/sandbox";
import { keyed, speechFlow } from "./support/speech-flow";
import { useStage } from "./support/stage";

const TEXT = "The washing machine is done.";

const payloads = (messages: readonly Message[]): Buffer[] => messages.map(({ payload }) => payload as Buffer);

describe("speech-stream: audio of the service", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  const load = (node: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(speechFlow(sandbox().url, { node }), keyed());
  const wanted = (): Promise<Buffer> => sandbox().speech({ voiceId: voiceIds.english, text: TEXT });

  it("arrives byte for byte as it was generated", async () => {
    const flow = await load();
    const { chunks } = await flow.speak(TEXT);
    assert.deepEqual(bytesOf(chunks), await wanted());
  });

  for (const sliceBytes of [1, 7, 417, 10_000]) {
    it(`is in chunks of whole frames when the network cuts it into pieces of ${sliceBytes} bytes`, async () => {
      sandbox().fail({ sliceBytes });
      const flow = await load();
      const { chunks } = await flow.speak(TEXT);
      for (const chunk of payloads(chunks)) assert.ok(framesIn(chunk).length > 0);
      assert.deepEqual(bytesOf(chunks), await wanted());
    });
  }

  it("is in the same chunks of about chunkBytes, whatever the network does", async () => {
    const flow = await load({ chunkBytes: "2000" });
    const lengths = [];
    for (const sliceBytes of [1, 333, 100_000]) {
      sandbox().fail({ sliceBytes });
      const { chunks } = await flow.speak(TEXT);
      lengths.push(payloads(chunks).map(({ length }) => length));
    }
    assert.deepEqual(lengths[1], lengths[0]);
    assert.deepEqual(lengths[2], lengths[0]);
    for (const length of lengths[0]?.slice(0, -1) ?? []) assert.ok(length >= 2000 && length < 2600);
  });

  it("is measured to the frame in msg.vocu.audioMs", async () => {
    const flow = await load();
    const { chunks, summary } = await flow.speak(TEXT);
    assert.equal(summary.vocu?.audioMs, Math.round(playMs(await wanted())));
    assert.equal(chunks.at(-1)?.vocu?.audioMs, summary.vocu.audioMs);
  });

  it("is counted in bytes and chunks", async () => {
    const flow = await load();
    const { chunks, summary } = await flow.speak(TEXT);
    assert.equal(summary.vocu?.bytes, (await wanted()).length);
    assert.equal(summary.vocu.chunks, chunks.length);
  });

  it("is one Buffer without parts when the node is set to that", async () => {
    const flow = await load({ output: "buffer" });
    const { chunks } = await flow.speak(TEXT);
    assert.equal(chunks.length, 1);
    assert.deepEqual(chunks[0]?.payload, await wanted());
    assert.equal("parts" in chunks[0], false);
  });

  for (const output of ["buffer", "chunks"]) {
    it(`of a single frame is one message (${output})`, async () => {
      const single = frame();
      sandbox().fail({ audio: single });
      const flow = await load({ output });
      const { chunks, summary } = await flow.speak(TEXT);
      assert.deepEqual(payloads(chunks), [single]);
      assert.equal(summary.vocu?.audioMs, Math.round(frameMs()));
    });
  }

  const forms: [string, () => Buffer | Promise<Buffer>, number][] = [
    [
      "an ID3v2 tag and a table of contents",
      () => Buffer.concat([id3v2(700), infoFrame("Xing"), ...framesOf(9)]),
      9,
    ],
    ["an Info header", () => Buffer.concat([infoFrame("Info"), ...framesOf(9)]), 9],
    [
      "padded frames",
      () => Buffer.concat([0, 1, 2].map((n) => frame({ padding: n % 2 === 0, fill: n + 1 }))),
      3,
    ],
    ["frames with a checksum", () => Buffer.concat(framesOf(5, { crc: true })), 5],
    [
      "changing bit rates",
      () => Buffer.concat([32, 320, 64, 128].map((bitrate) => frame({ bitrate, fill: 9 }))),
      4,
    ],
    ["an ID3v1 tag at its end", () => Buffer.concat([...framesOf(4), id3v1()]), 4],
  ];
  for (const [form, make, frames] of forms) {
    it(`with ${form} comes through whole and is measured right`, async () => {
      const audio = await make();
      const flow = await load();
      for (const sliceBytes of [1, 1000]) {
        sandbox().fail({ audio, sliceBytes });
        const { chunks, summary } = await flow.speak(TEXT);
        assert.deepEqual(bytesOf(chunks), audio);
        assert.equal(summary.vocu?.audioMs, Math.round(frames * frameMs()));
      }
    });
  }

  it("encoded with a variable bit rate comes through whole", async () => {
    const audio = await lameMp3({ channels: 2, sampleRate: 44100, seconds: 2, vbrQuality: 4 });
    sandbox().fail({ audio, sliceBytes: 417 });
    const flow = await load();
    const { chunks } = await flow.speak(TEXT);
    for (const chunk of payloads(chunks)) framesIn(chunk);
    assert.deepEqual(bytesOf(chunks), audio);
  });
});

describe("speech-stream: chunks while the speech is generated", () => {
  const flows = useFlows();
  const stage = useStage();
  const frames = framesOf(6);
  const [first, second, third] = frames as [Buffer, Buffer, Buffer];

  const begin = async (node: Record<string, unknown> = {}): Promise<Flow> => {
    const flow = await flows.load(speechFlow(stage().url, { node }), keyed());
    flow.input(TEXT);
    return flow;
  };

  it("leave as soon as one whole frame can go while one is held back", async () => {
    const flow = await begin();
    const call = await stage().calls.nth(0);
    await call.audio(Buffer.concat([first, second]));
    assert.deepEqual((await flow.at("chunks").nth(0)).payload, first);
  });

  it("end with the held frame, which alone carries the count", async () => {
    const flow = await begin();
    const call = await stage().calls.nth(0);
    await call.audio(first);
    await call.audio(second);
    await flow.at("chunks").nth(0);
    await call.audio(third);
    await flow.at("chunks").nth(1);
    call.end();
    await flow.at("summary").nth(0);
    const chunks = flow.at("chunks").entries;
    assert.deepEqual(payloads(chunks), [first, second, third]);
    assert.deepEqual(
      chunks.map(({ parts }) => parts?.count),
      [undefined, undefined, 3],
    );
  });

  it("wait for chunkBytes of whole frames", async () => {
    const flow = await begin({ chunkBytes: 800 });
    const call = await stage().calls.nth(0);
    await call.audio(Buffer.concat(frames.slice(0, 3)));
    assert.deepEqual((await flow.at("chunks").nth(0)).payload, Buffer.concat([first, second]));
  });

  it("do not leave one by one when one Buffer is wanted", async () => {
    const flow = await begin({ output: "buffer" });
    const call = await stage().calls.nth(0);
    await call.audio(Buffer.concat(frames.slice(0, 4)));
    call.end(Buffer.concat(frames.slice(4)));
    await flow.at("summary").nth(0);
    assert.deepEqual(payloads(flow.at("chunks").entries), [Buffer.concat(frames)]);
  });
});
