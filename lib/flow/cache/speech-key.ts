/** Identifies equal speeches: everything that changes the sound, in one normal form. */
import { createHash } from "node:crypto";
import type { SpeechParams } from "../../api";
import { isBlank } from "../../schema/check";
import type { Input } from "../../schema/description";
import { SPEECH_INPUTS } from "../../schema/speech-inputs";

/**
 * Whether `break_clone` follows the preset when it is not sent is not clearly documented (API reference 7.5), so
 * its default is not equal to a missing value.
 */
const WITHOUT_CERTAIN_DEFAULT = new Set(["break_clone"]);

/** The parameters that change the sound, without blank ones and without those at their documented default. */
export function soundOf(params: SpeechParams): Readonly<Record<string, unknown>> {
  const inputs: Readonly<Record<string, Input>> = SPEECH_INPUTS;
  const isDefault = (name: string, value: unknown): boolean => {
    if (WITHOUT_CERTAIN_DEFAULT.has(name)) return false;
    // Five zeros are the documented default of the emotion mix (API reference 7.5).
    if (name === "emo_switch") return Array.isArray(value) && value.every((amount) => amount === 0);
    return inputs[name]?.default === value;
  };
  const given = Object.entries(params).filter(([name, value]) => !isBlank(value) && !isDefault(name, value));
  return Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The key of a speech: SHA-256 (hex) of the server, of what makes the sound, and of the job that it is for where it is
 * for no other. The account's key is not in it.
 */
export function speechKey(baseUrl: string, params: SpeechParams, jobId?: string): string {
  const job = jobId === undefined ? [] : [jobId];
  return createHash("sha256")
    .update(JSON.stringify([baseUrl, soundOf(params), ...job]))
    .digest("hex");
}
