/** Finds the sentences and paragraphs of a text. */

import { marksIn } from "../../schema/spoken-text";

/** A range of a text, as [start, end) in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Abbreviations whose period does not end a sentence; in lower case, without the period. */
const ABBREVIATIONS = new Set(
  (
    "mr mrs ms mx dr prof rev hon gen col sgt capt lt st mt jr sr vs etc no nos fig vol ch pp approx dept est inc ltd co corp " +
    "e.g i.e ph.d a.m p.m u.s " +
    "bzw usw nr ca str hr fr bspw ggf evtl inkl z.b d.h u.a o.ä std min sek tel mio mrd jh " +
    "mme mlle sra srta av núm pág"
  ).split(" "),
);

/** A point may belong to one of these at the end of a sentence as well; a capital letter behind it decides. */
const ALSO_FINAL = new Set("etc usw a.m p.m u.s std min sek jr sr inc ltd co corp".split(" "));

const LAST_WORD = /(?:^|[\s([{"'“„‚‘«])((?:\p{L}\.\s?)*\p{L}+)\.$/u;
const NUMBER_POINT = /(?:^|\s)\d{1,3}\.$/u;
const ENDS = /[.!?…。！？；｡][\p{Pe}\p{Pf}"'”’»]*$/u;

/** Dots, and the end of a quotation. */
const GOES_ON = /(?:\.\.\.|…|[.!?…。！？][\p{Pe}\p{Pf}"'”’»]+)$/u;

/**
 * The sentences, one after another, the white space behind each included. `Intl.Segmenter` finds them; what it cuts
 * behind an abbreviation, an initial, an ordinal number or a line break within a sentence is put together again.
 */
export function sentencesOf(text: string, language: string): Span[] {
  const spans: Span[] = [];
  const searched = withoutMarks(text);
  for (const { start, end } of segmentsOf(searched, segmenterOf(language))) {
    const last = spans.at(-1);
    const next = searched.slice(start, end);
    if (last && isSameSentence(searched.slice(last.start, last.end), next, language)) {
      spans[spans.length - 1] = { start: last.start, end };
    } else spans.push({ start, end });
  }
  return spans.map((span, index) => ({
    start: span.start - openingLength(text, spans[index - 1]),
    end: span.end - (index + 1 < spans.length ? openingLength(text, span) : 0),
  }));
}

/**
 * The time a segmenter takes grows with the square of the text in some versions of Node.js, so it gets a piece at a
 * time.
 */
const WINDOW = 2000;

/** What the segmenter finds, line by line. */
function* segmentsOf(text: string, segmenter: Intl.Segmenter): Generator<Span> {
  for (const { 0: line, index: start } of text.matchAll(/[^\n]*\n|[^\n]+$/gu)) {
    if (!/\p{Sentence_Terminal}[^]/u.test(line)) {
      yield { start, end: start + line.length };
      continue;
    }
    let from = 0;
    let size = WINDOW;
    while (from < line.length) {
      const found = [...segmenter.segment(line.slice(from, from + size))];
      const isLast = from + size >= line.length;
      // The end of a window is not the end of a sentence.
      const whole = isLast ? found : found.slice(0, -1);
      for (const { index, segment } of whole) {
        yield { start: start + from + index, end: start + from + index + segment.length };
      }
      if (isLast) break;
      from += found.at(-1)?.index ?? 0;
      size = whole.length === 0 ? size * 2 : WINDOW;
    }
  }
}

/** Replaces pause marks by spaces: a pause belongs to the sentence before it. */
const withoutMarks = (text: string): string =>
  marksIn(text).reduce(
    (rest, [from, to]) => rest.slice(0, from) + " ".repeat(to - from) + rest.slice(to),
    text,
  );

/** An opening bracket at the end of a sentence, as the segmenter leaves it there, belongs to the next one. */
const openingLength = (text: string, span: Span | undefined): number =>
  span && /[\p{Ps}\p{Pi}]/u.test(text.charAt(span.end - 1)) ? 1 : 0;

/** Paragraphs are separated by a blank line. */
export function paragraphsOf(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (const { 0: blank, index } of text.matchAll(/\n[^\S\n]*\n\s*/gu)) {
    spans.push({ start, end: index + blank.length });
    start = index + blank.length;
  }
  return start < text.length ? [...spans, { start, end: text.length }] : spans;
}

/** The characters before a sentence's end that decide whether it is one. */
const TAIL = 40;

function isSameSentence(before: string, next: string, language: string): boolean {
  if (before.trim() === "" || next.trim() === "") return true;
  if (/\n\s*\n\s*$/u.test(before.slice(-TAIL))) return false;
  const tail = before.slice(-TAIL).trimEnd();
  const small = /^\p{Ll}/u.test(next);
  if (before.endsWith("\n")) return small && !ENDS.test(tail);
  return pointIsPartOfWord(tail, small, language) || (small && GOES_ON.test(tail));
}

function pointIsPartOfWord(tail: string, small: boolean, language: string): boolean {
  if (!tail.endsWith(".")) return false;
  // German writes ordinal numbers so: "am 3. Mai".
  if (NUMBER_POINT.test(tail)) return language === "de" || small || /^\s*\d{1,3}\.$/u.test(tail);
  const word = LAST_WORD.exec(tail)?.[1]?.toLowerCase().replace(/\s/gu, "") ?? "";
  if (/^(?:\p{L}\.)*\p{L}$/u.test(word) && !ALSO_FINAL.has(word)) return isInitial(word, tail);
  if (!ABBREVIATIONS.has(word) && !ABBREVIATIONS.has(word.split(".").at(-1) ?? "")) return false;
  return small || !ALSO_FINAL.has(word);
}

/** "J. R. Smith", "z. B."; but not the pronoun of "so do I." */
const isInitial = (word: string, tail: string): boolean => word !== "i" || /(?:^|\.\s?)I\.$/u.test(tail);

const segmenters = new Map<string, Intl.Segmenter>();

function segmenterOf(language: string): Intl.Segmenter {
  const known =
    segmenters.get(language) ?? new Intl.Segmenter(localeOf(language), { granularity: "sentence" });
  if (segmenters.size < MOST_SEGMENTERS) segmenters.set(language, known);
  return known;
}

const MOST_SEGMENTERS = 20;

/** An unknown language code applies the rules of all languages. */
function localeOf(language: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(language)[0];
  } catch {
    return undefined;
  }
}
