/** Removes Markdown from the text of a language model, so that it can be spoken. */

/** In this order: marks of whole lines, then marks within them. */
const RULES: readonly (readonly [RegExp, string])[] = [
  // Fences of code, rulers, and the line below a table's head.
  [/^[ \t]*(?:`{3,}|~{3,})[^\n`]*$/gm, ""],
  [/^[ \t]*(?:(?:[-*_][ \t]*){3,}|\|?(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*:?-*:?[ \t]*\|?)[ \t]*$/gm, ""],
  // Headings, quotations, and points of a list with their boxes.
  [/^[ \t]*#{1,6}[ \t]+/gm, ""],
  [/^[ \t]*(?:>[ \t]?)+/gm, ""],
  [/^[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?/gm, ""],
  // The cells of a table.
  [/^[ \t]*\|[ \t]*|[ \t]*\|[ \t]*$/gm, ""],
  [/[ \t]+\|[ \t]+/g, ", "],
  // Pictures and links keep their words.
  [/!?\[([^[\]\n]*)\]\([^()\s]*(?:[ \t]+"[^"\n]*")?\)/g, "$1"],
  [/<(https?:\/\/[^<>\s]+)>/g, "$1"],
  // Emphasis, also where its other half is in another sentence. Single marks within words and formulas stay.
  [/\*{2,3}|~~/g, ""],
  [/(?<![\p{L}\p{N}_])_{2,3}(?=[^\s_])|(?<=[^\s_])_{2,3}(?![\p{L}\p{N}_])/gu, ""],
  [/(?<![\p{L}\p{N}*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\p{L}\p{N}*])/gu, ""],
  [/(?<![\p{L}\p{N}_])_(?=[^\s_])|(?<=[^\s_])_(?![\p{L}\p{N}_])/gu, ""],
  [/`+/g, ""],
];

/** `text` without the marks of Markdown: its words, numbers and sentence marks stay as they are. */
export function withoutMarkdown(text: string): string {
  return RULES.reduce((rest, [mark, words]) => rest.replace(mark, words), text);
}
