/** A voice as the service describes it (API reference 7.1, 7.2, 7.7). */
import type { Reply } from "../../api";
import type { RunContext } from "../node/run-context";
import { callApi } from "../node/operation";
import { Problem } from "../message/problem";

/** The id of every voice's first style. */
export const DEFAULT_STYLE = "default";

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

/** One style of a voice. */
export interface Style {
  readonly id: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** Deleted styles stay in the list. */
  readonly deleted: boolean;
}

/** What matters of a voice. */
export interface Voice {
  readonly id: string;
  /** `creating`, `pending` (usable!), `lora-…`, `failed`. */
  readonly status: string;
  readonly description?: string;
  readonly styles: readonly Style[];
  /** The object as it came. */
  readonly raw: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** The object a value is, or an empty one. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** The text a value is; undefined where it is blank or no text. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined;

/** The reply has no sense. */
export function badReply({ statusCode, requestId }: Reply, detail: string): Problem {
  return new Problem("BAD_REPLY", { detail }, { statusCode, requestId, detail });
}

/**
 * Reads the voice out of a reply.
 * @throws Problem `BAD_REPLY` where there is none
 */
export function readVoice(reply: Reply): Voice {
  const raw = fieldsOf(reply.data);
  const id = textOf(raw.id);
  if (id === undefined) throw badReply(reply, "no voice");
  const metadata = fieldsOf(raw.metadata);
  return {
    id,
    status: textOf(raw.status) ?? "",
    description: textOf(metadata.description),
    styles: promptsOf(metadata).map((style) => ({
      id: textOf(style.id) ?? "",
      name: textOf(style.name),
      description: textOf(style.description),
      deleted: style.deleted === true,
    })),
    raw,
  };
}

const promptsOf = (metadata: Fields): Fields[] =>
  Array.isArray(metadata.prompts) ? metadata.prompts.map(fieldsOf) : [];

/** Looks a voice up (API reference C.6). */
export async function fetchVoice(context: RunContext<unknown, unknown>, voiceId: string): Promise<Voice> {
  return readVoice(
    await callApi(context, {
      operation: "voice-get",
      method: "GET",
      path: "/api/voice/{id}",
      pathParams: { id: voiceId },
    }),
  );
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

const USABLE: readonly string[] = ["pending", "lora-success", "lora-awaiting-auto-reupload"];

/** Whether speech can be generated with a voice of this status (API reference 7.1). */
export const isUsable = (status: unknown): boolean => USABLE.includes(String(status));

/** A voice object without the styles that were deleted (API reference 7.2); anything else as it is. */
export function withoutDeletedStyles(voice: unknown): unknown {
  const fields = fieldsOf(voice);
  const metadata = fieldsOf(fields.metadata);
  if (!Array.isArray(metadata.prompts)) return voice;
  const prompts = metadata.prompts.filter((style) => fieldsOf(style).deleted !== true);
  return { ...fields, metadata: { ...metadata, prompts } };
}
