import type * as promises from "node:fs/promises";
import { join } from "node:path";
import { cacheFile } from "./entry";

/** The part of Node's `fs/promises` that the cache uses; tests hand in one that fails. */
export type CacheFs = Pick<
  typeof promises,
  "mkdir" | "open" | "readdir" | "readFile" | "rename" | "stat" | "unlink" | "utimes"
>;

/** How much the folder may hold. */
export interface Limits {
  /** Bytes of all files together; the speech that was used longest ago goes first. */
  readonly maxBytes: number;
  /** Milliseconds since a speech was stored. */
  readonly maxAgeMs: number;
}

/** Files are written within seconds; one that is still half an entry after this long was left behind by a crash. */
const LEFT_BEHIND_MS = 3_600_000;

/** An entry as the disk has it. Times are epoch milliseconds. */
interface Entry {
  bytes: number;
  /** When the audio was stored; missing where only the side-car is there. */
  storedAt?: number;
  /** When it was used last; missing where only the audio is there. */
  usedAt?: number;
}

/**
 * Removes what is too old, what is too much and what crashes left behind, by the sizes and times on the disk. Other
 * processes may do the same at the same time. Stops early when `stopped` says so.
 * @throws errors of the file system, except for files that are gone meanwhile
 */
export async function tidy(
  fs: CacheFs,
  folder: string,
  limits: Limits,
  stopped: () => boolean,
): Promise<void> {
  const now = Date.now();
  const entries = await look(fs, folder, now, stopped);
  let total = [...entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const oldestFirst = [...entries].sort(([, a], [, b]) => lastSeen(a) - lastSeen(b));
  for (const [name, entry] of oldestFirst) {
    if (stopped()) return;
    if (total <= limits.maxBytes && !isWorthless(entry, limits, now)) continue;
    await removeEntry(fs, folder, name);
    total -= entry.bytes;
  }
}

/** Removes every file of the cache and no other; answers with the number of speeches. @throws errors of the file system */
export async function clear(fs: CacheFs, folder: string): Promise<number> {
  let speeches = 0;
  for (const name of await names(fs, folder)) {
    const file = cacheFile(name);
    if (!file) continue;
    await remove(fs, join(folder, name));
    if (file.kind === "card") speeches++;
  }
  return speeches;
}

/** Removes an entry: its side-car first, so that it never seems whole. */
export async function removeEntry(fs: CacheFs, folder: string, name: string): Promise<void> {
  await remove(fs, join(folder, `${name}.json`));
  await remove(fs, join(folder, `${name}.mp3`));
}

/** The code of a file system's error, e.g. `ENOSPC`. */
export const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException | undefined)?.code ?? "UNKNOWN";

async function look(
  fs: CacheFs,
  folder: string,
  now: number,
  stopped: () => boolean,
): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for (const name of await names(fs, folder)) {
    if (stopped()) break;
    const file = cacheFile(name);
    const found = file && (await unlessGone(fs.stat(join(folder, name))));
    if (!found) continue;
    if (file.kind === "unfinished") {
      if (now - found.mtimeMs > LEFT_BEHIND_MS) await remove(fs, join(folder, name));
      continue;
    }
    const entry = entries.get(file.entry) ?? { bytes: 0 };
    entry.bytes += found.size;
    entry[file.kind === "audio" ? "storedAt" : "usedAt"] = found.mtimeMs;
    entries.set(file.entry, entry);
  }
  return entries;
}

const lastSeen = ({ usedAt, storedAt }: Entry): number => usedAt ?? storedAt ?? 0;

function isWorthless(entry: Entry, limits: Limits, now: number): boolean {
  if (entry.storedAt === undefined || entry.usedAt === undefined)
    return now - lastSeen(entry) > LEFT_BEHIND_MS;
  return now - entry.storedAt > limits.maxAgeMs;
}

const names = async (fs: CacheFs, folder: string): Promise<string[]> =>
  (await unlessGone(fs.readdir(folder))) ?? [];

async function remove(fs: CacheFs, path: string): Promise<void> {
  await unlessGone(fs.unlink(path));
}

/** Undefined where the file is not there: another process was faster. */
async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
