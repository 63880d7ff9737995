/** The cost of one message of a speech whose messages are single frames, compared with a loop that only sends. */
import { compare, cpuMs, roundsOf } from "../harness/measure";
import { point, speaker, startHost, type Host } from "../harness/node-red";
import type { Case } from "../harness/result";
import { startService } from "../harness/service";
import { speak } from "../harness/speech";

const US_PER_MS = 1000;

export const run: Case = async ({ quick }) => {
  const service = await startService();
  const host = await startHost([
    ...speaker("speech", service.url("instant"), "chunks", { chunkBytes: 1 }),
    ...[point("chunks"), point("loop", "end"), point("end")],
  ]);
  const { chunks } = await speak(host, "speech", "chunks");
  const { median, ratio } = await compare(roundsOf(100, quick), {
    raw: async () => ((await cpuMs(() => loop(host, chunks))) / chunks) * US_PER_MS,
    ours: async () => ((await cpuMs(() => speak(host, "speech", "chunks"))) / chunks) * US_PER_MS,
  });
  return [{ id: "message", unit: "us", ...median, ratio: { raw: ratio("ours", "raw") }, goal: { most: 25 } }];
};

async function loop(host: Host, messages: number): Promise<void> {
  let left = messages;
  const payload = Buffer.alloc(384);
  const arrived = host.next("end", () => --left === 0);
  for (let index = 0; index < messages; index += 1)
    host.send("loop", { payload, parts: { id: "loop", type: "buffer", ch: "", index } });
  await arrived;
}
