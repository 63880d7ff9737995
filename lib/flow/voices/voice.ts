/** A voice as the service describes it (API reference 7.1, 7.2, 7.7). */
import { fieldsOf, readVoice, type Style, type Voice } from "../../api";
import type { RunContext } from "../node/run-context";
import { callApi } from "../node/operation";
import { Problem } from "../message/problem";

/** Languages of a sample (API reference 7.4); older servers know `en` and `fr`, so any code may be typed. */
export const SAMPLE_LANGUAGES = [
  "auto",
  "zh",
  "en-us",
  "ja",
  "ja-asmr",
  "ko",
  "fr-fr",
  "es",
  "de",
  "yue",
  "pt",
] as const;

/**
 * Reads a voice (API reference C.6) before changing it.
 * @throws Problem `BAD_REPLY` if none exists: what is not known could be lost by the change
 */
export async function fetchVoice(context: RunContext<unknown, unknown>, voiceId: string): Promise<Voice> {
  const request = { operation: context.operation, method: "GET", path: "/api/voice/{id}" } as const;
  const { data, statusCode, requestId } = await callApi(context, { ...request, pathParams: { id: voiceId } });
  const voice = readVoice(data);
  if (voice.id !== undefined) return voice;
  const detail = "no voice";
  throw new Problem("BAD_REPLY", { detail }, { statusCode, requestId, detail });
}

/**
 * A style of a voice.
 * @throws Problem `STYLE_NOT_FOUND`: the service itself does not say so everywhere (API reference C.9, H)
 */
export function styleIn(voice: Voice, promptId: string, { deleted = false } = {}): Style {
  const style = voice.styles.find(({ id }) => id === promptId);
  if (style && (deleted || !style.deleted)) return style;
  throw new Problem("STYLE_NOT_FOUND", { promptId }, { field: "promptId" });
}

/** A voice object without the styles that were deleted (API reference 7.2); anything else as it is. */
export function withoutDeletedStyles(voice: unknown): unknown {
  const fields = fieldsOf(voice);
  const metadata = fieldsOf(fields.metadata);
  if (!Array.isArray(metadata.prompts)) return voice;
  const prompts = metadata.prompts.filter((style: unknown) => fieldsOf(style).deleted !== true);
  return { ...fields, metadata: { ...metadata, prompts } };
}
