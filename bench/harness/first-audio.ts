/** The time from the message to the first audio, compared with bare undici and core's http request node. */
import { compare, wallMs, roundsOf } from "./measure";
import { coreRequest, point, speaker, startHost } from "./node-red";
import { rawFirst } from "./peers";
import type { Case, Goal } from "./result";
import { startService, type Answer } from "./service";
import { ask, speak } from "./speech";

/** The case for one kind of answer. */
export const firstAudio =
  (id: string, answer: Answer, rounds: number, goal: Goal): Case =>
  async ({ quick }) => {
    const service = await startService();
    const url = service.url(answer);
    const host = await startHost([
      ...speaker("speech", url, "chunks"),
      coreRequest("core", url, "answer"),
      ...[point("chunks"), point("answer")],
    ]);
    const { median, ratio } = await compare(roundsOf(rounds, quick), {
      raw: () => rawFirst(url),
      core: () => wallMs(() => ask(host, "core", "answer")),
      ours: async () => (await speak(host, "speech", "chunks")).firstMs,
    });
    const ratios = { raw: ratio("ours", "raw"), core: ratio("ours", "core") };
    return [{ id, unit: "ms", ...median, ratio: ratios, goal }];
  };
