/** The files of a stored speech: their names, and the side-car that says what it is. */

/** How many characters of the text a file's name shows. */
const SLUG_CHARACTERS = 40;

/** How many hex digits of the key are in a file's name. */
const KEY_DIGITS = 16;

const VERSION = 1;

/** The side-car of a stored speech: what it is, in readable JSON. Its audio has the same name, with `.mp3`. */
export interface Card {
  readonly version: typeof VERSION;
  /** SHA-256 of everything that makes the sound, in hex. */
  readonly key: string;
  /** Length and SHA-256 (hex) of the audio. */
  readonly bytes: number;
  readonly sha256: string;
  /** How long the audio plays, in milliseconds. */
  readonly audioMs: number;
  /** What the service returned about the speech. */
  readonly info: Readonly<Record<string, unknown>>;
  /** What was asked for. */
  readonly request: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** The names of an entry's files, without their endings: a readable part of `label`, and the beginning of `key`. */
export function entryName(label: string, key: string): string {
  // Cut first: the readable part of a whole book would be looked for in all of it.
  const words = label.slice(0, 10 * SLUG_CHARACTERS).normalize("NFC");
  const slug = words.replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-/, "");
  const shown = Array.from(slug).slice(0, SLUG_CHARACTERS).join("").replace(/-$/, "");
  return `${shown === "" ? "speech" : shown}-${key.slice(0, KEY_DIGITS)}`;
}

/** What an entry's files are called behind its name. `keep` is empty; where it exists, the entry has no limits. */
export const FILE_ENDINGS = { audio: ".mp3", card: ".json", keep: ".keep" } as const;

/** One file of an entry. */
export type EntryFileKind = keyof typeof FILE_ENDINGS;

/** A file of the cache by its name: which entry it belongs to, or that it is one that was still being written. */
export type CacheFile = { kind: EntryFileKind; entry: string } | { kind: "unfinished" };

const ENTRY_NAME = new RegExp(`^[\\p{L}\\p{M}\\p{N}-]+-[0-9a-f]{${KEY_DIGITS}}$`, "u");
const UNFINISHED_FILE = /^\.vocu-[0-9a-f]{16}\.tmp$/;

/** What a file in the cache's folder is; undefined for one that is not ours. */
export function cacheFile(name: string): CacheFile | undefined {
  if (UNFINISHED_FILE.test(name)) return { kind: "unfinished" };
  const kinds = Object.keys(FILE_ENDINGS) as EntryFileKind[];
  const kind = kinds.find((each) => name.endsWith(FILE_ENDINGS[each]));
  if (!kind) return undefined;
  const entry = name.slice(0, -FILE_ENDINGS[kind].length);
  return ENTRY_NAME.test(entry) ? { kind, entry } : undefined;
}

/** The name of a file that is still being written; `id` has 16 hex digits. */
export const unfinishedName = (id: string): string => `.vocu-${id}.tmp`;

/** A new card. */
export const newCard = (facts: Omit<Card, "version" | "createdAt">): Card => ({
  version: VERSION,
  ...facts,
  createdAt: new Date().toISOString(),
});

/** Reads a card for `key`; undefined if the text is not one, or one for another key. */
export function readCard(text: string, key: string): Card | undefined {
  const found = cardIn(text);
  return found?.key === key ? found : undefined;
}

/** Reads a card; undefined if the text is not one. */
export function cardIn(text: string): Card | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return isCard(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function isCard(value: unknown): value is Card {
  if (!isObject(value)) return false;
  const { version, key, bytes, sha256, audioMs, info, request } = value;
  const texts = [key, sha256].every((text) => typeof text === "string");
  const amounts = [bytes, audioMs].every((amount) => typeof amount === "number");
  return version === VERSION && texts && amounts && isObject(info) && isObject(request);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
