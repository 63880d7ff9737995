/** Compares the words of a language with the reference: missing and unknown words, plural forms, placeholders, length. */
import { pathsOf, wordAt, type WordTree } from "./words";

/** The language that every other one is compared with. */
export const REFERENCE = "en-US";

/** The words of one file, e.g. `shared.json`, in one language and in the reference. */
export interface Comparison {
  /** As Node-RED's editor names it, e.g. `pt-BR`. */
  readonly code: string;
  readonly file: string;
  readonly reference: WordTree;
  readonly words: WordTree;
}

/**
 * Checks one file of a language.
 * @returns one line for each fault, with file, key and remedy.
 */
export function faultsOf(comparison: Comparison): string[] {
  return [
    ...differences(comparison),
    ...emptyFaults(comparison),
    ...pluralFaults(comparison),
    ...placeholderFaults(comparison),
    ...lengthFaults(comparison),
  ];
}

const PLURAL = /_(zero|one|two|few|many|other)$/;
const stemOf = (key: string): string => key.replace(PLURAL, "");
const keysOf = (tree: WordTree): string[] => pathsOf(tree).map((path) => path.join("\0"));
const shown = (key: string): string => key.replace(/\0/g, ".");
const wordOf = (tree: WordTree, key: string): string => wordAt(tree, key.split("\0")) ?? "";
const fileOf = ({ code, file }: Comparison): string => `locales/${code}/${file}`;
const place = (comparison: Comparison, key: string): string => `${fileOf(comparison)}: ${shown(key)}`;

/** Words that only one of the two has, whatever their plural forms. */
function differences(comparison: Comparison): string[] {
  const wanted = new Set(keysOf(comparison.reference).map(stemOf));
  const given = new Set(keysOf(comparison.words).map(stemOf));
  return [
    ...[...wanted]
      .filter((key) => !given.has(key))
      .map((key) => `${place(comparison, key)} is missing: translate it from ${REFERENCE}`),
    ...[...given]
      .filter((key) => !wanted.has(key))
      .map((key) => `${place(comparison, key)} is unknown: remove it, or add it to ${REFERENCE}`),
  ];
}

/** Words that `npm run new` laid out and nobody has written yet, in one line for each file. */
function emptyFaults(comparison: Comparison): string[] {
  const empty = keysOf(comparison.words).filter((key) => wordOf(comparison.words, key).trim() === "");
  const keys = empty.map(shown).join(", ");
  if (empty.length === 0) return [];
  return [
    `${fileOf(comparison)}: ${keys} ${empty.length === 1 ? "is empty: write it" : "are empty: write them"}`,
  ];
}

/** i18next picks a form by `Intl.PluralRules`, and falls back to English where that form is missing. */
function pluralFaults(comparison: Comparison): string[] {
  const given = keysOf(comparison.words);
  const forms = new Intl.PluralRules(comparison.code).resolvedOptions().pluralCategories;
  const stems = new Set(
    keysOf(comparison.reference)
      .filter((key) => PLURAL.test(key))
      .map(stemOf),
  );
  return [...stems].flatMap((stem) => {
    const present = given.filter((key) => stemOf(key) === stem);
    if (present.length === 0) return [];
    const needed = forms.map((form) => `${stem}_${form}`);
    return [
      ...needed
        .filter((key) => !present.includes(key))
        .map((key) => `${place(comparison, key)} is missing: the language has the forms ${forms.join(", ")}`),
      ...present
        .filter((key) => !needed.includes(key))
        .map(
          (key) =>
            `${place(comparison, key)} is never used: remove it, the language has the forms ${forms.join(", ")}`,
        ),
    ];
  });
}

/** What a translation must copy unchanged: placeholders, links to other words, code. */
const MARKS = /__\w+?__|\$t\([^)]*\)|`[^`\n]+`/g;

/** The marks of a text. Examples of values in code, and blocks of code, may be in the reader's language. */
function marksOf(text: string): Set<string> {
  const marks = text.replace(/```[^]*?```/g, "").match(MARKS) ?? [];
  return new Set(marks.map((mark) => mark.replace(/: ?"[^"]*"/g, ': "…"')));
}

function placeholderFaults(comparison: Comparison): string[] {
  const { reference } = comparison;
  const references = keysOf(reference);
  return keysOf(comparison.words).flatMap((key) => {
    const like = references.includes(key)
      ? key
      : references.findLast((other) => stemOf(other) === stemOf(key));
    return like === undefined
      ? []
      : markFaults(wordOf(reference, like), wordOf(comparison.words, key), PLURAL.test(key)).map(
          (fault) => `${place(comparison, key)} ${fault}`,
        );
  });
}

/** Marks that only one of two texts has. The form for one item may omit the number. */
function markFaults(reference: string, text: string, plural: boolean): string[] {
  const wanted = marksOf(reference);
  const given = marksOf(text);
  return [
    ...[...wanted]
      .filter((mark) => !given.has(mark) && !(plural && mark === "__count__"))
      .map((mark) => `lacks ${mark}: copy it from ${REFERENCE}`),
    ...[...given]
      .filter((mark) => !wanted.has(mark))
      .map((mark) => `has ${mark}, which ${REFERENCE} does not have: remove it`),
  ];
}

/** The same for the prose of a node's help: its code must match the reference. */
export function proseFaults(code: string, file: string, reference: string, prose: string): string[] {
  if ((reference === "") !== (prose === ""))
    return [
      `locales/${code}/${file}: exists in ${REFERENCE} or here, but not in both: add it to the other or remove it`,
    ];
  return markFaults(reference, prose, false).map((fault) => `locales/${code}/${file}: ${fault}`);
}

/** The longest text that fits, in Latin letters, by where a word is shown. */
const ROOM: readonly { readonly where: RegExp; readonly letters: number; readonly kind: string }[] = [
  { where: /^(inputs|settings)\0[^\0]+\0label$/, letters: 28, kind: "the label of a field" },
  { where: /^(inputs|settings)\0[^\0]+\0choices\0/, letters: 48, kind: "a choice" },
  { where: /^label$/, letters: 24, kind: "the label of a node" },
  { where: /^short$/, letters: 12, kind: "the short label of a node" },
  { where: /^family\0/, letters: 20, kind: "a heading of the palette" },
  { where: /^outputs\0\d+\0label$/, letters: 24, kind: "the label of an output" },
  { where: /^failures\0/, letters: 28, kind: "a short status" },
];

function lengthFaults(comparison: Comparison): string[] {
  return keysOf(comparison.words).flatMap((key) => {
    const room = ROOM.find(({ where }) => where.test(key));
    const letters = lettersOf(wordOf(comparison.words, key));
    return room === undefined || letters <= room.letters
      ? []
      : [
          `${place(comparison, key)} is ${letters} letters wide, ` +
            `${room.kind} has room for ${room.letters}: shorten it`,
        ];
  });
}

/** Measures as a terminal does: Chinese, Japanese and Korean characters are two letters wide. */
function lettersOf(text: string): number {
  const filled = text.replace(/__label__/g, "12345678").replace(/__\w+?__/g, "123");
  return Array.from(filled).reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60]/u;
