import assert from "node:assert/strict";
import { frameMs, framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { playMs } from "./support/frames";
import { bytesOf, type Message } from "./support/message";
import { useSandbox } from "./support/sandbox";
import { keyed, speechFlow } from "./support/speech-flow";

/** Timers may be early by a fraction of a millisecond. */
const CLOCK_MS = 1;

describe("speech-stream: pace", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  /** Speaks `frames` frames that arrive all at once. */
  const speak = async (
    frames: number,
    node: Record<string, unknown>,
  ): Promise<{ flow: Flow; chunks: Message[]; audio: Buffer; askedAt: number }> => {
    const audio = Buffer.concat(framesOf(frames));
    sandbox().fail({ audio });
    const flow = await flows.load(speechFlow(sandbox().url, { node }), keyed());
    const askedAt = performance.now();
    const { chunks } = await flow.speak("As long as it takes.");
    return { flow, chunks, audio, askedAt };
  };

  for (const leadMs of [0, 300]) {
    it(`(realtime) sends no chunk more than leadMs (${leadMs}) before its turn to be heard`, async () => {
      const { flow, chunks, askedAt } = await speak(30, { pace: "realtime", leadMs, chunkBytes: 1 });
      let playedMs = 0;
      for (const [index, { payload }] of chunks.entries()) {
        const sentAfterMs = (flow.at("chunks").times[index] ?? 0) - askedAt;
        assert.ok(sentAfterMs >= playedMs - leadMs - CLOCK_MS, `chunk ${index} is early`);
        playedMs += playMs(payload as Buffer);
      }
      assert.equal(chunks.length, 30);
    });
  }

  it("(realtime) does not hold up what leadMs allows", async () => {
    const { flow } = await speak(2000, { pace: "realtime", leadMs: 60_000 });
    assert.ok(Number(flow.at("summary").last?.vocu?.totalMs) < 2000 * frameMs());
  });

  it("(realtime) cuts a burst into chunks that play a quarter of a second at most", async () => {
    const { chunks, audio } = await speak(60, { pace: "realtime", leadMs: 60_000 });
    for (const { payload } of chunks) assert.ok(playMs(payload as Buffer) <= 250);
    assert.ok(chunks.length >= 6);
    assert.deepEqual(bytesOf(chunks), audio);
  });

  it("(realtime) changes no byte, and only the last chunk has the count", async () => {
    const { chunks, audio } = await speak(20, { pace: "realtime", leadMs: 100 });
    assert.deepEqual(bytesOf(chunks), audio);
    assert.deepEqual(
      chunks.map(({ parts }) => parts?.count !== undefined),
      chunks.map((_, index) => index === chunks.length - 1),
    );
  });

  it("(off) lets a burst go immediately, whole", async () => {
    const { chunks, audio } = await speak(60, {});
    assert.ok(chunks.length <= 3);
    assert.deepEqual(bytesOf(chunks), audio);
  });

  it("does not hold up one Buffer", async () => {
    const { flow, chunks } = await speak(4000, { pace: "realtime", leadMs: 0, output: "buffer" });
    assert.equal(chunks.length, 1);
    assert.ok(Number(flow.at("summary").last?.vocu?.totalMs) < 4000 * frameMs());
  });
});
