import assert from "node:assert/strict";
import { useFakeTimers } from "sinon";
import {
  deliver,
  SpokenStatus,
  type DeliveryContext,
  type DeliverySettings,
} from "../../lib/flow/node/delivery";
import { AudioSequence, type Message } from "../../lib/flow/message/sequence";
import { arriving, framesOf } from "./audio-fixtures";

const contextOf = (own: object, settings: Partial<DeliverySettings> = {}): DeliveryContext =>
  ({
    settings: { output: "chunks", chunkBytes: 400, pace: "off", leadMs: 60_000, ...settings },
    signal: new AbortController().signal,
    retract: () => undefined,
    status: { working: () => undefined },
    arrivedAt: performance.now(),
    ...own,
  }) as unknown as DeliveryContext;

const newSequence = (): AudioSequence =>
  new AudioSequence({ generateId: () => "s1", cloneMessage: structuredClone }, { _msgid: "m" });

/** Keeps the process to itself. */
function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe("the delivery of audio", () => {
  for (const pace of ["off", "realtime"]) {
    it(`lets other work run between chunks that are there already (pace: ${pace})`, async () => {
      // Nodes behind that took longer for a chunk than it plays stopped Node-RED until the whole speech was sent.
      let others = 0;
      const other = setInterval(() => (others += 1), 0);
      const seen: number[] = [];
      const send = (): void => {
        busy(15);
        seen.push(others);
      };
      const audio = arriving(framesOf(10));
      await deliver(contextOf({ send }, { pace }), newSequence(), { audio, known: {} });
      clearInterval(other);
      assert.ok(seen.length > 5);
      assert.equal(new Set(seen).size, seen.length);
    });
  }

  for (const output of ["chunks", "buffer"]) {
    it(`tells when the first of it was there, not the last (${output})`, async () => {
      const arrivedAt = performance.now();
      async function* slow(): AsyncGenerator<Buffer> {
        for (const frame of framesOf(400)) {
          yield frame;
          await new Promise((resolve) => setImmediate(resolve));
          busy(1);
        }
      }
      let last: Message | undefined;
      const send = (message: Message): unknown => (last = message);
      const context = contextOf({ send, arrivedAt }, { output });
      const facts = await deliver(context, newSequence(), { audio: slow(), known: {} });
      const { firstAudioMs, totalMs } = facts as { firstAudioMs: number; totalMs: number };
      // Each of the many frames takes a millisecond at least.
      assert.ok(totalMs - firstAudioMs >= 100, `${firstAudioMs} of ${totalMs} ms`);
      assert.equal((last?.vocu as typeof facts).firstAudioMs, firstAudioMs);
    });
  }
});

describe("the status of audio that arrives", () => {
  it("is renewed twice a second at most, with all that has arrived: every editor gets it", () => {
    const clock = useFakeTimers({ toFake: ["performance"] });
    try {
      const shown: unknown[] = [];
      const working = (_text: string, values: { seconds: string }): unknown => shown.push(values.seconds);
      const status = new SpokenStatus(contextOf({ status: { working } }));
      status.add(1000);
      clock.tick(499);
      status.add(1000);
      assert.deepEqual(shown, ["1.0"]);
      clock.tick(1);
      status.add(1000);
      assert.deepEqual(shown, ["1.0", "3.0"]);
    } finally {
      clock.restore();
    }
  });
});
