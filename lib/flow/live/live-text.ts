/** Cuts text that arrives in pieces, as from a language model, into sentences that are spoken one by one. */
import { isSpeakable } from "../../schema/spoken-text";

/** A text without any sentence end is cut here at the latest. */
const LONGEST = 1000;

/** What may stand between a mark and the end of its sentence: closing quotes, brackets, and marks of Markdown. */
const CLOSING = `["'”’»)\\]）】」』》〉*_~\`]*`;
const CJK = "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}]";
/** The marks of all scripts that end a sentence and stand nowhere else. */
const CERTAIN = "(?:[…；]|(?![.!?])\\p{Sentence_Terminal})";
/** Western marks also stand in numbers and names, so something must follow them. */
const ENDS = new RegExp(
  `${CERTAIN}[….!?；\\p{Sentence_Terminal}]*${CLOSING}|\\n|[.!?]+${CLOSING}(?=\\s|${CJK})`,
  "gu",
);

/** Closing marks that no opening one precedes: they came after their sentence was cut. */
const EARLIER_CLOSING = /^[”’»)\]）】」』》〉]+/u;

const INITIALS = /^(?:\p{L}\.)*[a-z]$/iu;
const ABBREVIATIONS = new Set(
  (
    "mr mrs ms mx dr prof rev hon gen col sgt capt lt st mt jr sr vs etc no nos fig vol ch pp approx dept est inc ltd " +
    "co corp ph.d bzw usw nr ca str hr fr bspw ggf evtl inkl mme mlle sra srta av núm pág"
  ).split(" "),
);

/** Cuts a text that grows into sentences. */
export class SentenceCutter {
  #text = "";

  /**
   * Takes the next piece.
   * @param minLength a shorter sentence stays with the one after it
   * @returns the sentences that are complete now, with the white space around them
   */
  push(piece: string, minLength: number): string[] {
    this.#text += piece;
    const sentences: string[] = [];
    for (let end = endOf(this.#text, minLength); end > 0; end = endOf(this.#text, minLength)) {
      sentences.push(this.#text.slice(0, end));
      this.#text = this.#text.slice(end);
    }
    return sentences;
  }

  /** The text that has not been spoken yet. */
  take(): string {
    const rest = this.#text;
    this.#text = "";
    return rest;
  }
}

/** A sentence without white space around it, and without the closing marks of the sentence before. */
export const withoutEdges = (sentence: string): string => sentence.trim().replace(EARLIER_CLOSING, "").trim();

/** The end of the first sentence; 0 if none is complete. */
function endOf(text: string, minLength: number): number {
  for (const { 0: mark, index } of text.matchAll(ENDS)) {
    const end = index + mark.length;
    const sentence = text.slice(0, end);
    const long = sentence.trim().length >= minLength && isSpeakable(sentence);
    if (long && !(mark.startsWith(".") && isAbbreviation(text.slice(0, index)))) return end;
  }
  return text.length > LONGEST ? placeToCut(text) : 0;
}

/** Whether the point behind this text belongs to its last word: an abbreviation, an initial, or a list's number. */
function isAbbreviation(before: string): boolean {
  if (/^\s*\d+$/.test(before)) return true;
  const word = /[\p{L}\p{N}.]+$/u.exec(before)?.[0] ?? "";
  return INITIALS.test(word) || ABBREVIATIONS.has(word.toLowerCase());
}

/** The end of the last pause within the longest text, else of its last whole character. */
function placeToCut(text: string): number {
  const within = text.slice(0, LONGEST);
  const pause = /^[^]*[\s,，、:：;]/u.exec(within)?.[0].length ?? 0;
  if (pause > 0) return pause;
  return /[\uD800-\uDBFF]$/.test(within) ? LONGEST - 1 : LONGEST;
}

/** The largest number of texts that grow at the same time; one more discards the oldest. */
const MOST_TEXTS = 32;

/** The texts of one node that are still growing: one for each incoming sequence, and one for messages without any. */
export class GrowingTexts {
  readonly #texts = new Map<string, SentenceCutter>();

  /** The text that messages of this sequence continue. */
  of(sequence = ""): SentenceCutter {
    const known = this.#texts.get(sequence) ?? new SentenceCutter();
    this.#texts.delete(sequence);
    this.#texts.set(sequence, known);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > MOST_TEXTS && oldest !== undefined) this.#texts.delete(oldest);
    return known;
  }

  /** Discards a text. */
  drop(sequence = ""): void {
    this.#texts.delete(sequence);
  }

  /** Discards all texts. */
  clear(): void {
    this.#texts.clear();
  }
}
