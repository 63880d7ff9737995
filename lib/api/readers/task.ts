/**
 * The one reader of an asynchronous task (API reference 7.8, 10.1); whatever is missing or of another type is left out.
 */
import { fieldsOf, listOf, numberOf, textOf, type JsonObject } from "../json";

/** What matters of a task. */
export interface Task {
  /** Undefined if the value is not a task. */
  readonly id: string | undefined;
  /** As the service says it, usually `pending`, `processing`, `generated` or `failed`. */
  readonly status: string | undefined;
  /** What the status means. For an undocumented one, the audio decides: `generated` with it, `running` without. */
  readonly state: "running" | "generated" | "failed";
  /** How many of its blocks have audio, and how many there are. */
  readonly done: number;
  readonly total: number;
  /** The whole audio; undefined before it is generated. */
  readonly audioUrl: string | undefined;
  /** Billed characters. */
  readonly characters: number | undefined;
  /** Why it failed, where the service says so; the field is not documented (API reference 8). */
  readonly reason: string | undefined;
}

/** Beside the documented words those that clients of the service know (10.1). */
const GENERATED = ["generated", "completed", "done", "success", "succeeded"];
const FAILED = ["failed", "error", "cancelled", "canceled"];
const RUNNING = ["pending", "processing"];

const MAX_REASON = 300;

/** Reads a task. */
export function readTask(value: unknown): Task {
  const fields = fieldsOf(value);
  const metadata = fieldsOf(fields.metadata);
  const blocks = listOf(metadata.contents);
  const status = textOf(fields.status);
  const audioUrl = audioOf(metadata, blocks);
  return {
    id: textOf(fields.id),
    status,
    state: stateOf(status ?? "", textOf(metadata.audio) !== undefined),
    done: blocks.filter((block) => textOf(block.audio) !== undefined).length,
    total: blocks.length,
    audioUrl,
    characters: numberOf(metadata.characters),
    reason: reasonOf([fields, metadata, ...blocks]),
  };
}

function stateOf(status: string, hasAudio: boolean): Task["state"] {
  if (GENERATED.includes(status)) return "generated";
  if (FAILED.includes(status)) return "failed";
  return hasAudio && !RUNNING.includes(status) ? "generated" : "running";
}

/** The merged audio; a single block's own audio is the whole as well (API reference 7.8). */
function audioOf(
  metadata: Readonly<JsonObject>,
  blocks: readonly Readonly<JsonObject>[],
): string | undefined {
  return textOf(metadata.audio) ?? (blocks.length === 1 ? textOf(blocks[0]?.audio) : undefined);
}

function reasonOf(places: readonly Readonly<JsonObject>[]): string | undefined {
  for (const { message, error, reason } of places) {
    const said = textOf(message) ?? textOf(error) ?? textOf(reason);
    if (said !== undefined) return said.slice(0, MAX_REASON);
  }
  return undefined;
}
