/** The user's table of terms and their pronunciation. */
import { Problem } from "../message/problem";
import { primaryOf } from "./language";

/** One entry of the table. Without a language it applies to every text. */
export interface Replacement {
  readonly from: string;
  readonly to: string;
  readonly language?: string;
}

/**
 * Checks a table from a dialog or a message.
 * @throws Problem `TEXT_REPLACEMENT` with the number of the entry that cannot be used
 */
export const readReplacements = (entries: readonly unknown[]): Replacement[] =>
  entries.map((entry, index) => {
    if (isReplacement(entry)) return entry;
    throw new Problem("TEXT_REPLACEMENT", { number: index + 1 }, { field: "replacements" });
  });

function isReplacement(entry: unknown): entry is Replacement {
  const { from, to, language } = (entry ?? {}) as Partial<Record<keyof Replacement, unknown>>;
  const named = language === undefined || language === null || typeof language === "string";
  return typeof from === "string" && from.trim() !== "" && typeof to === "string" && named;
}

/** Scripts that write words without spaces between them. */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}";
const IN_WORD = "[\\p{L}\\p{N}\\p{M}_]";
const SPACED_START = new RegExp(`^(?![${UNSPACED}])${IN_WORD}`, "u");
const SPACED_END = new RegExp(`(?![${UNSPACED}])${IN_WORD}$`, "u");

/**
 * Replaces whole words, as they are written in the table (capitals matter). Longer terms are replaced first, and
 * replaced text is not replaced again.
 */
export function replaceTerms(text: string, table: readonly Replacement[], language: string): string {
  const spoken = new Map<string, string>();
  for (const { from, to, language: only } of table) {
    const applies = (only ?? "").trim() === "" || primaryOf(only ?? "") === language;
    if (applies && !spoken.has(from.trim())) spoken.set(from.trim(), to);
  }
  if (spoken.size === 0) return text;
  const terms = [...spoken.keys()].sort((one, other) => other.length - one.length);
  return text.replace(new RegExp(terms.map(termPattern).join("|"), "gu"), (term) => spoken.get(term) ?? term);
}

function termPattern(term: string): string {
  const before = SPACED_START.test(term) ? `(?<!(?![${UNSPACED}])${IN_WORD})` : "";
  const after = SPACED_END.test(term) ? `(?!(?![${UNSPACED}])${IN_WORD})` : "";
  return `${before}${escaped(term)}${after}`;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
