/** Detects the language of a text for tables and replacements. */

/** The primary subtag of a code, e.g. `en` of `en-us`. */
export const primaryOf = (code: string): string => code.trim().toLowerCase().split(/[-_]/, 1)[0] ?? "";

/** Common words that the other language does not have. */
const GERMAN =
  /(?<![\p{L}])(?:der|das|und|ist|nicht|ein|eine|im|mit|auf|für|sind|wird|auch|von|zu|es|heute|Grad|Uhr)(?![\p{L}])/giu;
const ENGLISH =
  /(?<![\p{L}])(?:the|and|is|not|a|an|of|in|with|on|for|are|will|also|to|it|today|at)(?![\p{L}])/giu;

const count = (text: string, words: RegExp): number => text.match(words)?.length ?? 0;

/**
 * The language to use for a text: the one that is named, or for `auto` a guess between the three that have tables:
 * Chinese by its script, German by umlauts and common words, else English.
 */
export function languageOf(text: string, named: string): string {
  const code = primaryOf(named);
  if (code !== "auto" && code !== "") return code;
  const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
  if (kana) return "ja";
  if (/\p{Script=Han}/u.test(text)) return "zh";
  const german = count(text, GERMAN) + count(text, /[äöüß]/giu);
  return german > count(text, ENGLISH) ? "de" : "en";
}
