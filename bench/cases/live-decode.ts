/** Ten seconds of live speech, decoded from channel messages, compared with the bare parser and decoder of Node.js. */
import { bytesOfHex } from "../../lib/api/live-hex";
import { readLiveMessage } from "../../lib/api/live-messages";
import { compare, cpuMs, roundsOf } from "../harness/measure";
import type { Case } from "../harness/result";

const MESSAGES = 100;
/** A tenth of a second of samples: 32 kHz, 16 bits, one channel. */
const MESSAGE_BYTES = 6400;

export const run: Case = async ({ quick }) => {
  const hex = Buffer.from(Array.from({ length: MESSAGE_BYTES }, (_, at) => at % 251)).toString("hex");
  const text = JSON.stringify({ type: "audio", data: { hex } });
  const raw = (): Buffer => Buffer.from((JSON.parse(text) as { data: { hex: string } }).data.hex, "hex");
  const ours = (): Buffer | undefined => {
    const message = readLiveMessage(text);
    return message?.kind === "audio" ? bytesOfHex(message.hex) : undefined;
  };
  if (!ours()?.equals(raw())) throw new Error("The samples are not the same");
  const times = (work: () => unknown) => (): Promise<number> =>
    cpuMs(() => {
      for (let message = 0; message < MESSAGES; message += 1) work();
    });
  const { median, ratio } = await compare(roundsOf(200, quick), { raw: times(raw), ours: times(ours) });
  return [
    {
      id: "live-decode",
      unit: "ms",
      ...median,
      ratio: { raw: ratio("ours", "raw") },
    },
  ];
};
