/** Parses the arguments of a program from one line. */
import { Problem } from "../message/problem";

/**
 * The arguments that a line names: a JSON list of text, or words that are separated by spaces. Quotes protect
 * spaces, also within a word (`--device="a b"`); within double quotes `\"` and `\\` stand for `"` and `\`.
 * @throws Problem `PLAYER_ARGUMENTS`, `PLAYER_QUOTE` (a quote is not closed), `INPUT_HAS_NUL`
 */
export function argumentsOf(line: string): string[] {
  assertNoNul("arguments", line);
  const text = line.trim();
  const all = text.startsWith("[") ? listOf(text) : wordsOf(text);
  all.forEach((each) => assertNoNul("arguments", each));
  return all;
}

/**
 * Checks that a text can be an argument of a program.
 * @throws Problem `INPUT_HAS_NUL`
 */
export function assertNoNul(field: string, text: string): void {
  if (text.includes("\0")) throw new Problem("INPUT_HAS_NUL", { field }, { field });
}

/** Part of a word: in double quotes, in single quotes, or without; and a quote that has no other end. */
const PART = /"((?:\\["\\]|[^"])*)"|'([^']*)'|([^\s"']+)|(["'])/g;

function wordsOf(text: string): string[] {
  const words: string[] = [];
  let end = -1;
  for (const match of text.matchAll(PART)) {
    const [whole, double, single, plain, open] = match;
    if (open !== undefined) throw new Problem("PLAYER_QUOTE", { quote: open });
    const part = double?.replace(/\\(["\\])/g, "$1") ?? single ?? plain ?? "";
    if (match.index === end) words.push((words.pop() ?? "") + part);
    else words.push(part);
    end = match.index + whole.length;
  }
  return words;
}

function listOf(json: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    throw new Problem("PLAYER_ARGUMENTS");
  }
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  throw new Problem("PLAYER_ARGUMENTS");
}
