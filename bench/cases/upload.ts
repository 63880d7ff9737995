/** The upload of a file of 400 MB: processor time and memory, compared with undici and a stream of the file. */
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, cpuMs, peakBytes, roundsOf } from "../harness/measure";
import { account, placed, point, startHost } from "../harness/node-red";
import { rawUpload } from "../harness/peers";
import type { Case } from "../harness/result";
import { startService } from "../harness/service";

const MB = 1e6;
const FILE_BYTES = 400 * MB;

export const run: Case = async ({ quick }) => {
  const service = await startService();
  const url = service.url("upload");
  const path = join(tmpdir(), `vocu-bench-${process.pid}.zip`);
  const file = await open(path, "w");
  await file.truncate(FILE_BYTES);
  await file.close();
  const host = await startHost([
    account("account", url),
    placed("upload", "vocu-upload-file", {
      account: "account",
      file: "payload",
      fileType: "msg",
      wires: [["sent"]],
    }),
    point("sent"),
  ]);
  const raw = (): Promise<void> => rawUpload(url, path);
  const ours = async (): Promise<void> => {
    const sent = host.next("sent");
    host.give("upload", { payload: path });
    await sent;
  };
  try {
    const peak = { raw: (await peakBytes(raw)) / MB, ours: (await peakBytes(ours)) / MB };
    const { median, ratio } = await compare(roundsOf(3, quick), {
      raw: () => cpuMs(raw),
      ours: () => cpuMs(ours),
    });
    return [
      { id: "upload", unit: "ms", ...median, ratio: { raw: ratio("ours", "raw") } },
      { id: "upload-memory", unit: "MB", ...peak, ratio: {} },
    ];
  } finally {
    await rm(path);
  }
};
