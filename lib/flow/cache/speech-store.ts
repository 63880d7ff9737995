/**
 * Where the speech cache is: one folder for all accounts, in Node-RED's user directory or where the environment variable
 * `VOCU_CACHE_FOLDER` says. Several machines may share it.
 */
import { join } from "node:path";
import type { NodeAPI } from "node-red";
import { clearStore, listKept, readKept, removeKept, SpeechStore } from "../../audio";
import { Problem } from "../message/problem";
import { translator } from "../message/translate";

/** The store of an account; undefined if Node-RED has no folder for its user's data. */
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
 * Deletes every stored speech; returns their number.
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

/** An entry of the list of phrases that are kept forever. */
export interface KeptPhrase {
  /** Names it in `keptAudio` and `forgetKept`. */
  readonly entry: string;
  /** Its first words; empty if it was made from source audio. */
  readonly text: string;
  readonly bytes: number;
  readonly audioMs: number;
  /** Last use, ISO 8601. */
  readonly usedAt: string;
}

/** The number of phrases in a list, and the length of each. */
const MOST_PHRASES = 500;
const MOST_CHARACTERS = 200;

/**
 * The phrases that are kept forever, most recently used first, and their number.
 * @throws errors of the file system
 */
export async function keptPhrases(RED: NodeAPI): Promise<{ phrases: KeptPhrase[]; count: number }> {
  const folder = cacheFolder(RED);
  const kept = folder === undefined ? [] : await listKept(folder);
  const phrases = kept.slice(0, MOST_PHRASES).map(({ text = "", usedAt, ...facts }) => ({
    ...facts,
    text: Array.from(text.slice(0, 2 * MOST_CHARACTERS))
      .slice(0, MOST_CHARACTERS)
      .join(""),
    usedAt: new Date(usedAt).toISOString(),
  }));
  return { phrases, count: kept.length };
}

/**
 * The mp3 of a phrase that is kept forever.
 * @throws Problem `PHRASE_GONE`; errors of the file system
 */
export async function keptAudio(RED: NodeAPI, entry: string): Promise<Buffer> {
  const folder = cacheFolder(RED);
  const audio = folder === undefined ? undefined : await readKept(folder, entry);
  if (!audio) throw new Problem("PHRASE_GONE");
  return audio;
}

/**
 * Deletes a phrase that is kept forever.
 * @throws Problem `PHRASE_GONE`; errors of the file system
 */
export async function forgetKept(RED: NodeAPI, entry: string): Promise<void> {
  const folder = cacheFolder(RED);
  if (folder === undefined || !(await removeKept(folder, entry))) throw new Problem("PHRASE_GONE");
}

function cacheFolder(RED: NodeAPI): string | undefined {
  const shared = process.env.VOCU_CACHE_FOLDER?.trim();
  if (shared) return shared;
  const { userDir } = RED.settings as { userDir?: unknown };
  return typeof userDir === "string" && userDir !== "" ? join(userDir, "vocu-cache") : undefined;
}
