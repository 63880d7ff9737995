/** Splits texts into pieces and detects the language of their script. */

const LONGEST_PIECE = 110;
const PAUSE = /[,;:、，；：\s]/u;

function breakLong(sentence: string): string[] {
  const pieces: string[] = [];
  let rest = Array.from(sentence);
  while (rest.length > LONGEST_PIECE) {
    let cut = LONGEST_PIECE;
    while (cut > LONGEST_PIECE / 2 && !PAUSE.test(rest[cut - 1] ?? "")) cut--;
    pieces.push(rest.slice(0, cut).join(""));
    rest = rest.slice(cut);
  }
  pieces.push(rest.join(""));
  return pieces;
}

/** Cuts a text into pieces short enough for one synthesis: sentences, long ones split at a pause. */
export function pieces(text: string): string[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });
  return [...segmenter.segment(text)]
    .flatMap(({ segment }) => breakLong(segment))
    .filter((piece) => /[\p{L}\p{N}]/u.test(piece));
}

/** The language that the script of a text implies, or undefined for scripts such as Latin. */
export function languageOfScript(text: string): "zh" | "ja" | "ko" | undefined {
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return "ja";
  if (/\p{Script=Hangul}/u.test(text)) return "ko";
  if (/\p{Script=Han}/u.test(text)) return "zh";
  return undefined;
}
