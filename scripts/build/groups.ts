/** The sub-headings of the collapsed part of a dialog, by input or setting; others come first, without a heading. */

/** In the order of the dialog; each has a text `groups.<name>`. */
export const GROUPS = {
  expression: [
    "vivid",
    "emo_switch",
    "break_clone",
    "instruct_mode",
    "reference_mode",
    "temperature",
    "top_k",
    "top_p",
    "sharpen",
  ],
  quality: ["flash", "seed", "srt", "stream"],
  conversion: ["input_audio", "vc_mode", "high_quality"],
  sound: [
    "gain",
    "volume",
    "silenceMs",
    "silenceAfterMs",
    "silenceBetweenMs",
    "silenceUnlessWithin",
    "silenceTone",
    "chime",
    "device",
  ],
  delivery: [
    "chunkBytes",
    "pace",
    "leadMs",
    "minLength",
    "format",
    "samples",
    "cache",
    "keep",
    "continue",
    "pauses",
    "requestTimeout",
    "idleSeconds",
    "idleTimeout",
    "maxMb",
    "publicUrl",
    "growing",
  ],
  connection: ["proxy", "tls", "keyIn", "connectTimeout", "firstByteTimeout", "stallTimeout", "retries"],
  limits: ["maxConcurrent", "maxWaiting", "budgetPerHour", "budgetPerDay", "budgetExemptPriority"],
  storedSpeech: ["cacheEnabled", "cacheMaxMb", "cacheMaxDays", "keptPhrases", "clearCache"],
  /** Superseded and undocumented parameters: hidden unless they are set. */
  rare: ["infinite_mode", "post_processing", "keep_prosody", "cover_mode"],
} as const;

export type Group = keyof typeof GROUPS;

/** The heading of a field. */
export function groupOf(field: string): Group | undefined {
  const found = Object.entries(GROUPS).find(([, fields]) => (fields as readonly string[]).includes(field));
  return found?.[0] as Group | undefined;
}
