/** Ten thousand messages that wait for their turn. */
import { cpuMs, liveBytes, median } from "../harness/measure";
import { account, placed, point, startHost } from "../harness/node-red";
import type { Case } from "../harness/result";
import { startService } from "../harness/service";
import { textMessage } from "../harness/speech";

const MESSAGES = 10_000;

export const run: Case = async ({ quick }) => {
  const service = await startService();
  const host = await startHost([
    account("account", service.url("silent"), { maxConcurrent: 1 }),
    placed("speech", "vocu-speech-stream", { account: "account", voiceId: "voice", wires: [["chunks"], []] }),
    point("chunks"),
    placed("catch", "catch", { scope: ["speech"], wires: [["failed"]] }),
    point("failed"),
  ]);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const times: number[] = [];
  let kB = 0;
  for (let round = quick ? 1 : -1; round < 5; round += 1) {
    const messages = Array.from({ length: MESSAGES }, textMessage);
    const before = await liveBytes();
    const ms = await cpuMs(async () => {
      const read = host.next("failed");
      for (const message of messages) host.give("speech", message);
      // Messages are read in their order: when this one fails, all others wait.
      host.give("speech", { payload: "" });
      await read;
    });
    kB = ((await liveBytes()) - before) / MESSAGES / 1000;
    if (round >= 0) times.push(ms);
    host.give("speech", { reset: true });
    await turn();
    await liveBytes();
  }
  return [
    { id: "waiting", unit: "ms", ours: median(times), ratio: {}, goal: { most: 300 } },
    { id: "waiting-memory", unit: "kB", ours: kB, ratio: {} },
  ];
};
