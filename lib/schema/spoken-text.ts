/** What a text holds besides its words: the marks of pauses, which "stream speech" turns into silence. */

/** `[pause 1s]`, `[pause 1.5s]`, `[pause 300ms]`. */
const MARK = /(\[pause\s+\d+(?:[.,]\d+)?\s*m?s\])/giu;

/** Whether a text has anything that can be pronounced. */
export const isSpeakable = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** Changes what is between the marks. */
export const betweenMarks = (text: string, change: (between: string) => string): string =>
  text
    .split(MARK)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join("");

/** Where the marks are, as [start, end) in UTF-16 units. */
export const marksIn = (text: string): [number, number][] =>
  [...text.matchAll(MARK)].map(({ 0: mark, index }) => [index, index + mark.length]);

/** The text with spaces in place of its marks. */
export const withoutMarks = (text: string): string => text.replace(MARK, " ");

/** A part of a text that is spoken by itself, or silence in milliseconds. */
export type Passage = { readonly text: string } | { readonly pauseMs: number };

/**
 * The parts of a text and the pauses between them, in order. Pauses that follow each other are one; a part without
 * anything to pronounce is left out.
 */
export function passagesOf(text: string): Passage[] {
  const passages: Passage[] = [];
  for (const [index, part] of text.split(MARK).entries()) {
    if (index % 2 === 1) addPause(passages, lengthOf(part));
    else if (isSpeakable(part)) passages.push({ text: part.trim() });
  }
  return passages;
}

function addPause(passages: Passage[], pauseMs: number): void {
  const last = passages.at(-1);
  if (last && "pauseMs" in last) passages[passages.length - 1] = { pauseMs: last.pauseMs + pauseMs };
  else passages.push({ pauseMs });
}

/** How long a mark's pause is, in milliseconds. */
function lengthOf(mark: string): number {
  const amount = Number(/\d+(?:[.,]\d+)?/.exec(mark)?.[0].replace(",", "."));
  return /ms\]$/i.test(mark) ? amount : amount * 1000;
}
