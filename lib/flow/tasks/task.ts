/** An asynchronous generation task as the service describes it (API reference 7.8). */
import type { Reply } from "../../api";
import { Problem } from "../message/problem";

/** What matters of a task. */
export interface Task {
  readonly id: string;
  /** `pending`, `processing`, `generated`, `failed`; others are treated as on their way. */
  readonly status: string;
  /** How many of its blocks have audio, and how many there are. */
  readonly done: number;
  readonly total: number;
  /** The whole audio; undefined before it is generated. */
  readonly audioUrl?: string;
  /** Billed characters. */
  readonly characters?: number;
  /** Why it failed, where the service says so; the field is not documented (API reference 8, question 13). */
  readonly reason?: string;
  /** The object as it came. */
  readonly raw: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined;

const MAX_REASON = 300;

/**
 * Reads the task out of a reply.
 * @throws Problem `BAD_REPLY` where there is none
 */
export function readTask(reply: Reply): Task {
  const fields = fieldsOf(reply.data);
  const id = textOf(fields.id);
  const status = textOf(fields.status);
  if (id === undefined || status === undefined) {
    const { statusCode, requestId } = reply;
    throw new Problem("BAD_REPLY", { detail: "no task" }, { statusCode, requestId, detail: "no task" });
  }
  const metadata = fieldsOf(fields.metadata);
  const blocks = Array.isArray(metadata.contents) ? metadata.contents.map(fieldsOf) : [];
  return {
    id,
    status,
    done: blocks.filter((block) => textOf(block.audio) !== undefined).length,
    total: blocks.length,
    audioUrl: audioOf(metadata, blocks),
    ...(typeof metadata.characters === "number" ? { characters: metadata.characters } : {}),
    reason: reasonOf([fields, metadata, ...blocks]),
    raw: reply.data,
  };
}

/** The merged audio; a single block's own audio is the whole as well (API reference 7.8). */
function audioOf(metadata: Fields, blocks: readonly Fields[]): string | undefined {
  return textOf(metadata.audio) ?? (blocks.length === 1 ? textOf(blocks[0]?.audio) : undefined);
}

function reasonOf(places: readonly Fields[]): string | undefined {
  for (const { message, error, reason } of places) {
    const said = textOf(message) ?? textOf(error) ?? textOf(reason);
    if (said !== undefined) return said.slice(0, MAX_REASON);
  }
  return undefined;
}
