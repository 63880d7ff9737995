/** The cache's folder as a whole: its limits, and the removal of unused files. */
import type * as promises from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../files/write";
import { cacheFile, FILE_ENDINGS, type EntryFileKind } from "./entry";

/** The part of Node's `fs/promises` that the cache uses; tests provide one that fails. */
export type CacheFs = Pick<
  typeof promises,
  "chmod" | "mkdir" | "open" | "readdir" | "readFile" | "rename" | "stat" | "unlink" | "utimes"
>;

/** How much the folder may hold, apart from entries that are kept. */
export interface Limits {
  /** Bytes of all files together; the speech that was used longest ago goes first. */
  readonly maxBytes: number;
  /** Milliseconds since a speech was used last. */
  readonly maxAgeMs: number;
}

/** Files are written within seconds; one that is still half an entry after this long was left behind by a crash. */
const LEFT_BEHIND_MS = 3_600_000;

/** Clocks of other machines that share the folder differ by less than this. */
const CLOCK_SKEW_MS = 60_000;

/** An entry as the disk has it. Times are epoch milliseconds. */
interface Entry {
  bytes: number;
  /** When the audio was stored; missing where only the side-car is there. */
  storedAt?: number;
  /** When it was used last; missing where only the audio is there. */
  usedAt?: number;
  /** It is outside the limits. */
  kept?: true;
}

/** What tidying needs to know. */
export interface TidyOptions {
  readonly fs: CacheFs;
  readonly folder: string;
  readonly limits: Limits;
  /** Ends the work early. */
  readonly stopped: () => boolean;
  /**
   * Receives the file system's code of each file that cannot be examined or removed. The others are handled as usual.
   */
  readonly report: (code: string) => void;
}

/**
 * Removes what is too old, what is too much and what crashes left behind, by the sizes and times on the disk. Other
 * processes may do the same at the same time. What cannot be removed still counts, so that the limits hold without it.
 * @throws errors of the file system where the folder cannot be read
 */
export async function tidy(options: TidyOptions): Promise<void> {
  const { fs, folder, limits, stopped, report } = options;
  const now = Date.now();
  const entries = [...(await examine(options, now))].filter(([, entry]) => !isKept(entry));
  let total = entries.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const oldestFirst = entries.sort(([, a], [, b]) => lastSeen(a) - lastSeen(b));
  for (const [name, entry] of oldestFirst) {
    if (stopped()) return;
    if (total <= limits.maxBytes && !isWorthless(entry, limits, now)) continue;
    try {
      await removeEntry(fs, folder, name);
      total -= entry.bytes;
    } catch (error) {
      report(codeOf(error));
    }
  }
}

/**
 * Removes every file of the cache and no other; answers with the number of speeches.
 * @throws the first error of the file system, after everything that can be removed has been removed
 */
export async function clear(fs: CacheFs, folder: string): Promise<number> {
  let speeches = 0;
  let failure: unknown;
  for (const name of await names(fs, folder)) {
    const file = cacheFile(name);
    if (!file) continue;
    try {
      await remove(fs, join(folder, name));
      if (file.kind === "card") speeches++;
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure as Error;
  return speeches;
}

/** Removes an entry: its side-car first, so that it never seems whole. @throws errors of the file system */
export async function removeEntry(fs: CacheFs, folder: string, name: string): Promise<void> {
  for (const ending of [FILE_ENDINGS.card, FILE_ENDINGS.audio, FILE_ENDINGS.keep]) {
    await remove(fs, join(folder, name + ending));
  }
}

async function examine(options: TidyOptions, now: number): Promise<Map<string, Entry>> {
  const { fs, folder, stopped, report } = options;
  const entries = new Map<string, Entry>();
  for (const name of await names(fs, folder)) {
    if (stopped()) break;
    const file = cacheFile(name);
    if (!file) continue;
    const path = join(folder, name);
    try {
      const found = await unlessGone(fs.stat(path));
      if (!found) continue;
      const at = await plausibleTime(fs, path, found.mtimeMs, now);
      if (file.kind !== "unfinished") add(entries, file.entry, file.kind, found.size, at);
      else if (now - at > LEFT_BEHIND_MS) await remove(fs, path);
    } catch (error) {
      report(codeOf(error));
    }
  }
  return entries;
}

function add(entries: Map<string, Entry>, name: string, kind: EntryFileKind, size: number, at: number): void {
  const entry = entries.get(name) ?? { bytes: 0 };
  entry.bytes += size;
  if (kind === "audio") entry.storedAt = at;
  else if (kind === "card") entry.usedAt = at;
  else entry.kept = true;
  entries.set(name, entry);
}

/** A file from the future, written while the clock was wrong, would never get old: it counts from now on. */
async function plausibleTime(fs: CacheFs, path: string, mtimeMs: number, now: number): Promise<number> {
  if (mtimeMs <= now + CLOCK_SKEW_MS) return mtimeMs;
  const date = new Date(now);
  await unlessGone(fs.utimes(path, date, date));
  return now;
}

const lastSeen = ({ usedAt, storedAt }: Entry): number => usedAt ?? storedAt ?? 0;

/** A mark without anything that it could protect is none. */
const isKept = ({ kept, storedAt, usedAt }: Entry): boolean =>
  kept === true && (storedAt !== undefined || usedAt !== undefined);

const isWorthless = (entry: Entry, limits: Limits, now: number): boolean => {
  const whole = entry.storedAt !== undefined && entry.usedAt !== undefined;
  return now - lastSeen(entry) > (whole ? limits.maxAgeMs : LEFT_BEHIND_MS);
};

const names = async (fs: CacheFs, folder: string): Promise<string[]> =>
  (await unlessGone(fs.readdir(folder))) ?? [];

async function remove(fs: CacheFs, path: string): Promise<void> {
  await unlessGone(fs.unlink(path));
}

/** Undefined where the file is not there: another process was faster. */
export async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
