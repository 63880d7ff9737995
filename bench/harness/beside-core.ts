/** A speech node and core's http request node in one Node-RED, which ask for the same answer. */
import { coreRequest, point, speaker, startHost } from "./node-red";
import { startService, type Answer } from "./service";

/** Starts both: `speech` sends to `chunks`, `core` to `answer`. `url` is where the answer comes from. */
export async function besideCore(
  answer: Answer,
): Promise<{ readonly url: string; readonly host: Awaited<ReturnType<typeof startHost>> }> {
  const service = await startService();
  const url = service.url(answer);
  const host = await startHost([
    ...speaker("speech", url, "chunks"),
    coreRequest("core", url, "answer"),
    ...[point("chunks"), point("answer")],
  ]);
  return { url, host };
}
