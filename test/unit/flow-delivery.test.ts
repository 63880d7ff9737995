import assert from "node:assert/strict";
import { deliver, type DeliveryContext } from "../../lib/flow/node/delivery";
import { AudioSequence } from "../../lib/flow/message/sequence";
import { arriving, framesOf } from "./audio-fixtures";

describe("the delivery of audio", () => {
  for (const pace of ["off", "realtime"]) {
    it(`lets other work run between chunks that are there already (pace: ${pace})`, async () => {
      // Nodes behind that took longer for a chunk than it plays stopped Node-RED until the whole speech was sent.
      let others = 0;
      const other = setInterval(() => (others += 1), 0);
      const seen: number[] = [];
      const send = (): void => {
        const end = performance.now() + 15;
        while (performance.now() < end);
        seen.push(others);
      };
      const settings = { output: "chunks", chunkBytes: 400, pace, leadMs: 60_000 };
      const context = {
        settings,
        signal: new AbortController().signal,
        send,
        retract: send,
        status: { working: () => undefined },
        arrivedAt: performance.now(),
      } as unknown as DeliveryContext;
      const tools = { generateId: () => "s1", cloneMessage: structuredClone };
      const sequence = new AudioSequence(tools, { _msgid: "m" });
      await deliver(context, sequence, { audio: arriving(framesOf(10)), known: {} });
      clearInterval(other);
      assert.ok(seen.length > 5);
      assert.equal(new Set(seen).size, seen.length);
    });
  }
});
