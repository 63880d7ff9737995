/** The work for a whole audio, compared with reading it with bare undici and with core's http request node. */
import { besideCore } from "./beside-core";
import { compare, cpuMs, peakBytes, roundsOf } from "./measure";
import { rawAll } from "./peers";
import type { Case, Figure, Goal } from "./result";
import type { Answer } from "./service";
import { ask, speak } from "./speech";

const MB = 1e6;

/** Names of the figures and their goals; what is left out is not measured. */
interface Whole {
  readonly answer: Answer;
  readonly rounds: number;
  readonly time: { readonly id: string; readonly goal?: Goal };
  readonly memory?: { readonly id: string; readonly goal?: Goal };
  /** False: without core's http request node. */
  readonly core?: boolean;
}

/**
 * The case: processor time, which other work on the machine does not change much, and the memory that it takes at most.
 */
export const wholeAudio =
  ({ answer, rounds, time, memory, core = true }: Whole): Case =>
  async ({ quick }) => {
    const { url, host } = await besideCore(answer);
    const expected = await rawAll(url);
    const raw = (): Promise<number> => rawAll(url);
    const ours = async (): Promise<void> => {
      const { bytes } = await speak(host, "speech", "chunks");
      if (bytes !== expected) throw new Error(`${bytes} bytes came out of ${expected}`);
    };
    const peak = memory && {
      raw: (await peakBytes(raw)) / MB,
      ours: (await peakBytes(ours)) / MB,
      ...(core ? { core: (await peakBytes(() => ask(host, "core", "answer"))) / MB } : {}),
    };
    const { median, ratio } = await compare(roundsOf(rounds, quick), {
      raw: () => cpuMs(raw),
      ours: () => cpuMs(ours),
      ...(core ? { core: () => cpuMs(() => ask(host, "core", "answer")) } : {}),
    } as Record<"raw" | "core" | "ours", () => Promise<number>>);
    const ratios = { raw: ratio("ours", "raw"), ...(core ? { core: ratio("ours", "core") } : {}) };
    const figures: Figure[] = [{ ...time, unit: "ms", ...median, ratio: ratios }];
    if (memory && peak) figures.push({ ...memory, unit: "MB", ...peak, ratio: {} });
    return figures;
  };
