/** Prepares a text for speech. */
import { betweenMarks, isSpeakable } from "../../schema/spoken-text";
import { withoutEmoji } from "./emoji";
import { languageOf } from "./language";
import { withoutMarkdown } from "./markdown";
import { replaceTerms, type Replacement } from "./replacements";
import { splitText, type Pieces } from "./split";
import { spellUnits } from "./units";

/** Options of the preparation. */
export interface Preparation {
  /** Remove Markdown, links, code blocks and HTML tags. */
  readonly markdown: boolean;
  readonly emoji: boolean;
  readonly replacements: readonly Replacement[];
  /** Speak units and abbreviations out. */
  readonly units: boolean;
  /** A language code, or `auto`. */
  readonly language: string;
  /** `none`, `sentences` or `paragraphs`. */
  readonly split: string;
  readonly maxLength: number;
}

/** The pieces of the prepared text; none if nothing is left to speak. Pause marks are kept. */
export function prepareText(text: string, rules: Preparation): Pieces {
  const plain = rules.markdown ? withoutMarkdown(text) : text;
  const bare = rules.emoji ? withoutEmoji(plain) : plain;
  const language = languageOf(bare, rules.language);
  // The user's replacements come first, so that a table does not change their terms.
  const spoken = betweenMarks(bare, (between) => {
    const replaced = replaceTerms(between, rules.replacements, language);
    return rules.units ? spellUnits(replaced, language) : replaced;
  });
  const { pieces, joiner } = splitText(spoken.trim(), { ...rules, language });
  // A pause mark contains letters, so it is kept.
  const speakable = rules.split === "none" && rules.maxLength === 0 ? pieces : pieces.filter(isSpeakable);
  return { pieces: pieces.some(isSpeakable) ? speakable : [], joiner };
}
