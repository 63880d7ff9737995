/** Turns the parameters of a request into a line for the speech synthesis. */
import type { Line, Timbre } from "./speaker";

/** The parameters of a generation that change how the sandbox speaks, API reference 7.5. */
export interface Direction {
  text: string;
  language?: string;
  preset?: string;
  speechRate?: number;
  vivid?: boolean;
  seed?: number;
}

const PRESET_RANGE: Record<string, number> = { creative: 20, balance: 0, stable: -20 };
const LANGUAGES = ["zh", "en-us", "ja", "ko", "fr-fr", "pt", "de", "es", "yue"];
const SHORT_CODES: Record<string, string> = { en: "en-us", fr: "fr-fr" };

/** `v2_creative`, `v3_creative_pro` and `creative` are one preset to the sandbox. API reference 7.3. */
const plainPreset = (preset: string) => preset.replace(/^v\d+_/, "").replace(/_pro$/, "");

/**
 * Turns a request into a line for the speaker. A seed of 0 or more shifts the pitch a little; without a seed the
 * speech is always the same, so that tests can compare bytes. Unknown values are ignored.
 */
export function direct(direction: Direction, voice: { language: string; timbre: Timbre }): Line {
  const { text, language, preset = "balance", speechRate = 1, vivid = false, seed = -1 } = direction;
  const { timbre } = voice;
  const asked = SHORT_CODES[language ?? ""] ?? language ?? "auto";
  const fixedLanguage = LANGUAGES.includes(asked);
  return {
    text: text.replace(/\{\{.*?\}\}/gs, " "),
    language: fixedLanguage ? asked : voice.language,
    fixedLanguage,
    variant: timbre.variant,
    pitch: timbre.pitch + (seed >= 0 ? (seed % 7) - 3 : 0),
    range: timbre.range + (PRESET_RANGE[plainPreset(preset)] ?? 0) + (vivid ? 15 : 0),
    rate: timbre.rate / speechRate,
  };
}
