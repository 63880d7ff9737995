/** Joins the remains of a text after parts of it have been removed. */

/** Stands where something was removed. */
export const REMOVED = Symbol("removed");

/** A part of a text, or the place of one that was removed. */
export type Part = string | typeof REMOVED;

/** What follows a word without a space. */
const CLOSING = /^[,.;:!?)\]}»”’，。；：！？、）】》」』]/u;

const isBlank = (character: string | undefined): boolean => character === " " || character === "\t";

/**
 * Puts the parts together. Where something was removed between two spaces, one of them stays; before a closing mark and
 * at the end of a line, none.
 */
export function joinParts(parts: Iterable<Part>): string {
  const kept: string[] = [];
  let gap = false;
  for (const part of parts) {
    if (part === REMOVED) gap = true;
    else if (part !== "") {
      kept.push(gap ? closeGap(kept, part) : part);
      gap = false;
    }
  }
  return kept.join("");
}

/** `part` without the spaces left by the gap before it; also removes those at the end of the kept text. */
function closeGap(kept: string[], part: string): string {
  const before = kept.at(-1);
  const afterSpace = before === undefined || isBlank(before.at(-1)) || before.endsWith("\n");
  const rest = afterSpace ? trimStart(part) : part;
  if (before !== undefined && (CLOSING.test(rest) || rest.startsWith("\n")))
    kept[kept.length - 1] = trimEnd(before);
  return rest;
}

function trimStart(text: string): string {
  let from = 0;
  while (isBlank(text[from])) from += 1;
  return text.slice(from);
}

function trimEnd(text: string): string {
  let to = text.length;
  while (isBlank(text[to - 1])) to -= 1;
  return text.slice(0, to);
}
