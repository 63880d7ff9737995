/** Removes emoji, including skin tones, joined pictures and flags. */
import { joinParts, REMOVED, type Part } from "./gaps";

/** One emoji as Unicode composes it (UTS #51, section 1.4.9): a flag, or characters that are joined to one picture. */
const ONE = String.raw`\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|[\u{E0020}-\u{E007E}]+\u{E007F})?`;
const EMOJI = new RegExp(
  String.raw`\p{RI}\p{RI}?|([0-9#*])\uFE0F?\u20E3|${ONE}(?:\u200D${ONE})*|\p{Emoji_Modifier}`,
  "gu",
);

/** Shown as a picture by default, or asked to be one. */
const PICTURE = /\p{Emoji_Presentation}|\uFE0F/u;

/** Older symbols such as ☀ and ✔ are emoji as well; marks below them, such as © and ‼, are text. */
const SYMBOL = /[\u2300-\u27BF]/u;

/** `text` without emoji; the digits of keycaps stay. */
export const withoutEmoji = (text: string): string => joinParts(partsOf(text));

function* partsOf(text: string): Generator<Part> {
  let from = 0;
  for (const { 0: emoji, 1: digit, index } of text.matchAll(EMOJI)) {
    if (digit === undefined && !PICTURE.test(emoji) && !SYMBOL.test(emoji)) continue;
    yield text.slice(from, index);
    yield digit ?? REMOVED;
    from = index + emoji.length;
  }
  yield text.slice(from);
}
