/** Language codes of each edition. */
import type { Edition } from "../options";

const COMMON = ["zh", "ja", "ko", "pt", "de", "es", "yue"];
const NAMED: Record<Edition, string[]> = { "2026": ["en-us", "fr-fr"], "2025": ["en", "fr"] };

/** Codes of the languages a text may be spoken in, API reference 7.4. */
export const synthesisLanguages = (edition: Edition): string[] => ["auto", ...COMMON, ...NAMED[edition]];

/** A sample's language; unknown ones silently become auto. API reference 7.4. */
export function sampleLanguage(asked: string | undefined, edition: Edition): string {
  const known = [...synthesisLanguages(edition), "ja-asmr"];
  return asked !== undefined && known.includes(asked) ? asked : "auto";
}
