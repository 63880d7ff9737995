/** Where the speech cache is on this machine: one folder in Node-RED's user directory, for all accounts. */
import { join } from "node:path";
import type { NodeAPI } from "node-red";
import { clearStore, SpeechStore } from "../../audio";
import { Problem } from "../message/problem";
import { translator } from "../message/translate";

/** The store of an account; undefined where Node-RED has no folder for its user's data. */
export function openStore(
  RED: NodeAPI,
  { cacheMaxMb, cacheMaxDays }: { cacheMaxMb: number; cacheMaxDays: number },
): SpeechStore | undefined {
  const folder = cacheFolder(RED);
  if (folder === undefined) return undefined;
  const translate = translator(RED);
  return new SpeechStore({
    folder,
    maxBytes: cacheMaxMb * 1024 * 1024,
    maxAgeMs: cacheMaxDays * 24 * 3600 * 1000,
    report: (trouble, code) => RED.log.debug(translate(`shared:cache.${trouble}`, { code })),
  });
}

/**
 * Forgets every stored speech; answers with their number.
 * @throws Problem `CACHE_NOT_CLEARED`
 */
export async function clearSpeeches(RED: NodeAPI): Promise<number> {
  const folder = cacheFolder(RED);
  try {
    return folder === undefined ? 0 : await clearStore(folder);
  } catch (error) {
    throw new Problem("CACHE_NOT_CLEARED", { detail: (error as NodeJS.ErrnoException).code ?? "" });
  }
}

function cacheFolder(RED: NodeAPI): string | undefined {
  const { userDir } = RED.settings as { userDir?: unknown };
  return typeof userDir === "string" && userDir !== "" ? join(userDir, "vocu-cache") : undefined;
}
