/**
 * The one reader of a voice object (API reference 7.1, 7.2, 7.7); whatever is missing or of another type is left out.
 */
import { fieldsOf, listOf, textOf, type JsonObject } from "../json";

/** The id of every voice's first style. */
export const DEFAULT_STYLE = "default";

/** One style of a voice. */
export interface Style {
  readonly id: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** Deleted styles stay in the list. */
  readonly deleted: boolean;
  readonly language: string | undefined;
  /** Web address of a recording of it: the processed one before the uploaded one. */
  readonly recording: string | undefined;
}

/** What matters of a voice. */
export interface Voice {
  /** Undefined if the value is not a voice. */
  readonly id: string | undefined;
  /** What a request sends as `voiceId` (API reference 7.1, 10.1). */
  readonly voiceId: string | undefined;
  readonly name: string | undefined;
  /** `creating`, `pending` (usable!), `lora-…`, `failed`; undefined if nothing is said. */
  readonly status: string | undefined;
  readonly version: string | undefined;
  readonly description: string | undefined;
  /** Web address of a picture. */
  readonly avatar: string | undefined;
  /** Bought on the market, and not made by the account. */
  readonly market: boolean;
  /** Whether speech can be generated with it. A voice that does not say counts as usable. */
  readonly usable: boolean;
  /** As the service lists them, deleted ones too. */
  readonly styles: readonly Style[];
}

const USABLE: readonly string[] = ["pending", "lora-success", "lora-awaiting-auto-reupload"];

/** Reads a voice. */
export function readVoice(value: unknown): Voice {
  const fields = fieldsOf(value);
  const metadata = fieldsOf(fields.metadata);
  const status = textOf(fields.status);
  return {
    id: textOf(fields.id),
    voiceId: voiceIdOf(fields),
    name: textOf(fields.name),
    status,
    version: textOf(fields.version),
    description: textOf(metadata.description),
    avatar: webAddress(metadata.avatar) ?? webAddress(fields.avatar),
    market: textOf(fields.from) === "market" || voiceIdOf(fields)?.startsWith("market:") === true,
    usable: status === undefined || USABLE.includes(status),
    styles: listOf(metadata.prompts).flatMap(readStyle),
  };
}

/** `idForGenerate`, else the id; older lists leave the prefix of market voices, which have a `type`, to the client. */
function voiceIdOf(fields: Readonly<JsonObject>): string | undefined {
  const id = textOf(fields.idForGenerate) ?? textOf(fields.id);
  const bare = id !== undefined && textOf(fields.idForGenerate) === undefined && !id.startsWith("market:");
  return bare && textOf(fields.type) !== undefined ? `market:${id}` : id;
}

function readStyle(fields: Readonly<JsonObject>): Style[] {
  const id = textOf(fields.id);
  if (id === undefined) return [];
  const { name, description, deleted, language } = fields;
  const recording =
    webAddress(fields.playBackAudio) ??
    webAddress(fields.previewAudio) ??
    webAddress(fields.promptOriginAudioStorageUrl);
  return [
    {
      id,
      name: textOf(name),
      description: textOf(description),
      deleted: deleted === true,
      language: textOf(language),
      recording,
    },
  ];
}

/** Only what a browser may load without running it. */
const webAddress = (value: unknown): string | undefined =>
  typeof value === "string" && /^https?:\/\//.test(value) ? value : undefined;
