/** Makes a text fit to be spoken. */
import { betweenMarks, isSpeakable } from "../../schema/spoken-text";
import { withoutEmoji } from "./emoji";
import { languageOf } from "./language";
import { withoutMarkdown } from "./markdown";
import { replaceTerms, type Replacement } from "./replacements";
import { splitText, type Pieces } from "./split";
import { spellUnits } from "./units";

/** What is done with a text. */
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

/** The pieces of the prepared text: none where nothing is left to speak. Marks of pauses stay as they are. */
export function prepareText(text: string, rules: Preparation): Pieces {
  const plain = rules.markdown ? withoutMarkdown(text) : text;
  const bare = rules.emoji ? withoutEmoji(plain) : plain;
  const language = languageOf(bare, rules.language);
  // The user's own words come first, so that a table never changes what they stand for.
  const spoken = betweenMarks(bare, (between) => {
    const replaced = replaceTerms(between, rules.replacements, language);
    return rules.units ? spellUnits(replaced, language) : replaced;
  });
  const { pieces, joiner } = splitText(spoken.trim(), { ...rules, language });
  // The mark of a pause has letters, so that it stays.
  const speakable = rules.split === "none" && rules.maxLength === 0 ? pieces : pieces.filter(isSpeakable);
  return { pieces: pieces.some(isSpeakable) ? speakable : [], joiner };
}
