/** The time from the message to the first audio, compared with bare undici and core's http request node. */
import { besideCore } from "./beside-core";
import { compare, wallMs, roundsOf } from "./measure";
import { rawFirst } from "./peers";
import type { Case, Goal } from "./result";
import type { Answer } from "./service";
import { ask, speak } from "./speech";

/** The case for one kind of answer. */
export const firstAudio =
  (id: string, answer: Answer, rounds: number, goal: Goal): Case =>
  async ({ quick }) => {
    const { url, host } = await besideCore(answer);
    const { median, ratio } = await compare(roundsOf(rounds, quick), {
      raw: () => rawFirst(url),
      core: () => wallMs(() => ask(host, "core", "answer")),
      ours: async () => (await speak(host, "speech", "chunks")).firstMs,
    });
    const ratios = { raw: ratio("ours", "raw"), core: ratio("ours", "core") };
    return [{ id, unit: "ms", ...median, ratio: ratios, goal }];
  };
