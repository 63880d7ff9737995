/** Splits a text into pieces that are spoken one by one. */
import { marksIn } from "../../schema/spoken-text";
import { paragraphsOf, sentencesOf, type Span } from "./sentences";

/** How a text is split. */
export interface SplitRules {
  readonly split: string;
  /** Most characters of a piece (UTF-16 units); 0 = any number. */
  readonly maxLength: number;
  readonly language: string;
}

/** The pieces of a text, and the separator that restores it. */
export interface Pieces {
  readonly pieces: readonly string[];
  /** `msg.parts.ch` */
  readonly joiner: string;
}

/**
 * Splits according to the rules. A piece is never longer than allowed, except where a single character is (an emoji of
 * many code points); a pause mark and a character are never cut.
 */
export function splitText(text: string, { split, maxLength, language }: SplitRules): Pieces {
  const limit = maxLength > 0 ? maxLength : Infinity;
  const fit = (span: Span): Span[] =>
    lengthOf(text, span) <= limit ? [span] : packed(text, span, limit, language);
  const whole: Span = { start: 0, end: text.length };
  const spans = (
    split === "sentences"
      ? sentencesOf(text, language)
      : split === "paragraphs"
        ? paragraphsOf(text)
        : [whole]
  ).flatMap(fit);
  const kept = spans.filter((span) => lengthOf(text, span) > 0);
  return {
    pieces: kept.map(({ start, end }) => text.slice(start, end).trim()),
    joiner: split === "paragraphs" && kept.length > 1 ? "\n\n" : joinerOf(text, kept),
  };
}

/** Chinese sentences follow each other without a space. */
const joinerOf = (text: string, spans: readonly Span[]): string =>
  spans.length > 1 &&
  spans.slice(0, -1).every(({ end }) => !/\s/u.test(text.charAt(end - 1)) && !/\s/u.test(text.charAt(end)))
    ? ""
    : " ";

const lengthOf = (text: string, { start, end }: Span): number => text.slice(start, end).trim().length;

/** Whole sentences, as many as fit; a sentence that is too long is cut at a pause in it. */
function packed(text: string, { start, end }: Span, limit: number, language: string): Span[] {
  const spans: Span[] = [];
  const sentences = sentencesOf(text.slice(start, end), language).map((span) => ({
    start: span.start + start,
    end: span.end + start,
  }));
  for (const sentence of sentences.flatMap((span) => cutLong(text, span, limit))) {
    const last = spans.at(-1);
    const both = last && { start: last.start, end: sentence.end };
    if (both && lengthOf(text, both) <= limit) spans[spans.length - 1] = both;
    else spans.push(sentence);
  }
  return spans;
}

function cutLong(text: string, span: Span, limit: number): Span[] {
  const spans: Span[] = [];
  let { start } = span;
  while (lengthOf(text, { start, end: span.end }) > limit) {
    while (/\s/u.test(text.charAt(start))) start += 1;
    const end = start + placeToCut(text.slice(start, span.end), limit);
    spans.push({ start, end });
    start = end;
  }
  if (start < span.end) spans.push({ start, end: span.end });
  return spans;
}

/** Best first: behind a clause, behind a word, behind a character. */
const PLACES = [/[,;:，、；：](?=\s|\p{Script=Han})/gu, /\s/gu];

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function placeToCut(text: string, limit: number): number {
  const window = text.slice(0, limit + MARK_LENGTH);
  const marks = marksIn(window);
  const allowed = (at: number): boolean =>
    at > 0 && at <= limit && !marks.some(([from, to]) => at > from && at < to);
  for (const place of PLACES) {
    const ends = [...window.matchAll(place)].map(
      ({ index, 0: found }) => index + (found.trim() === "" ? 0 : found.length),
    );
    const end = ends.filter(allowed).at(-1);
    if (end !== undefined) return end;
  }
  return cutBetweenCharacters(window, limit, allowed);
}

/** No pause mark is longer. */
const MARK_LENGTH = 40;

/** Behind the last whole character that fits, else behind the first one. */
function cutBetweenCharacters(window: string, limit: number, allowed: (at: number) => boolean): number {
  const characters = graphemes.segment(window);
  const end = characters.containing(limit)?.index ?? 0;
  if (allowed(end)) return end;
  const [mark] = marksIn(window);
  if (mark && mark[0] > 0 && mark[0] <= limit) return mark[0];
  // A limit below the length of a mark does not cut the mark.
  if (mark?.[0] === 0) return mark[1];
  return characters.containing(0)?.segment.length ?? window.length;
}
