/** A speech from the cache, from the message to its last chunk, compared with reading a file of that size. */
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, wallMs, roundsOf } from "../harness/measure";
import { account, isLast, placed, point, startHost } from "../harness/node-red";
import type { Case } from "../harness/result";
import { startService } from "../harness/service";

const SPEECH = { payload: "The door is open." };

export const run: Case = async ({ quick }) => {
  const service = await startService();
  const host = await startHost([
    account("account", service.url("instant"), { cacheEnabled: true }),
    placed("speech", "vocu-speech-stream", { account: "account", voiceId: "voice", wires: [["chunks"], []] }),
    point("chunks"),
  ]);
  const speak = async (): Promise<{ cached: boolean; bytes: number }> => {
    const ended = host.next("chunks", isLast);
    host.give("speech", { ...SPEECH });
    return (await ended).vocu as { cached: boolean; bytes: number };
  };
  const { bytes } = await speak();
  while (!(await speak()).cached) await new Promise((resolve) => setTimeout(resolve, 10));
  const file = join(tmpdir(), `vocu-bench-${process.pid}.mp3`);
  await writeFile(file, Buffer.alloc(bytes));
  const { median, ratio } = await compare(roundsOf(100, quick), {
    raw: () => wallMs(() => readFile(file)),
    ours: () => wallMs(speak),
  });
  return [{ id: "cache-hit", unit: "ms", ...median, ratio: { raw: ratio("ours", "raw") } }];
};
