/** The speeches of a store's folder that are outside its limits, for somebody who wants to look after them. */
import * as promises from "node:fs/promises";
import { join } from "node:path";
import { cacheFile, cardIn, FILE_ENDINGS } from "./entry";
import { removeEntry, unlessGone } from "./folder";

/** A kept speech, as its side-car describes it. */
export interface KeptSpeech {
  /** Names it in `readKept` and `removeKept`. */
  readonly entry: string;
  /** What is spoken; undefined if it was made from source audio. */
  readonly text?: string;
  readonly bytes: number;
  readonly audioMs: number;
  /** When it was used last, epoch milliseconds. */
  readonly usedAt: number;
}

/** All kept speeches that are whole, the one that was used last first. @throws errors of the file system */
export async function listKept(folder: string): Promise<KeptSpeech[]> {
  const found: KeptSpeech[] = [];
  for (const name of await namesIn(folder)) {
    const file = cacheFile(name);
    const kept = file?.kind === "keep" ? await describe(folder, file.entry) : undefined;
    if (kept) found.push(kept);
  }
  return found.sort((one, other) => other.usedAt - one.usedAt);
}

/** The audio of a kept speech; undefined if none exists of that name. @throws errors of the file system */
export async function readKept(folder: string, entry: string): Promise<Buffer | undefined> {
  if (!(await isKept(folder, entry))) return undefined;
  return unlessGone(promises.readFile(join(folder, entry + FILE_ENDINGS.audio)));
}

/** Removes a kept speech; false if none exists of that name. @throws errors of the file system */
export async function removeKept(folder: string, entry: string): Promise<boolean> {
  if (!(await isKept(folder, entry))) return false;
  await removeEntry(promises, folder, entry);
  return true;
}

async function describe(folder: string, entry: string): Promise<KeptSpeech | undefined> {
  const path = join(folder, entry + FILE_ENDINGS.card);
  const [content, stats] = [
    await unlessGone(promises.readFile(path, "utf8")),
    await unlessGone(promises.stat(path)),
  ];
  const card = content === undefined ? undefined : cardIn(content);
  if (!card || !stats) return undefined;
  const { text } = card.request;
  return {
    entry,
    bytes: card.bytes,
    audioMs: card.audioMs,
    usedAt: stats.mtimeMs,
    ...(typeof text === "string" ? { text } : {}),
  };
}

/** Only what the store itself may have named is looked for: a name from elsewhere leads out of no folder. */
async function isKept(folder: string, entry: string): Promise<boolean> {
  const name = entry + FILE_ENDINGS.keep;
  return (
    cacheFile(name)?.kind === "keep" && (await unlessGone(promises.stat(join(folder, name)))) !== undefined
  );
}

const namesIn = async (folder: string): Promise<string[]> =>
  (await unlessGone(promises.readdir(folder))) ?? [];
