/** The marks of pauses in a text, which "stream speech" turns into silence. They pass through unchanged. */

/** `[pause 1s]`, `[pause 1.5s]`, `[pause 300ms]`. */
const MARK = /(\[pause\s+\d+(?:\.\d+)?\s*m?s\])/giu;

/** Changes what is between the marks. */
export const betweenMarks = (text: string, change: (between: string) => string): string =>
  text
    .split(MARK)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join("");

/** Where the marks are, as [start, end) in UTF-16 units. */
export const marksIn = (text: string): [number, number][] =>
  [...text.matchAll(MARK)].map(({ 0: mark, index }) => [index, index + mark.length]);
