/** The one reader of what a reply says about a speech (API reference D.1, D.4, 10.1); it never fails. */
import { fieldsOf, isObject, listOf, type JsonObject } from "../json";
import type { Redactor } from "../redact";

/** Facts that Vocu returns about a speech (API reference D.1 and D.4). Everything may be missing. */
export interface SpeechInfo {
  audioId?: string;
  /** Finished audio; needs no key and must never get it. */
  audioUrl?: string;
  /** The same audio, playable while it is being generated; needs no key and must never get it. */
  streamUrl?: string;
  creditsUsed?: number;
  /** Milliseconds. The unit is not documented: a value below 300 is treated as seconds, as no speech is shorter. */
  estimatedDurationMs?: number;
  /** Subtitles as they came; their form is not documented. */
  srt?: unknown;
  /** Billing details as they came; their form is not documented. */
  billing?: unknown;
}

const SHORTEST_SPEECH_MS = 300;
/** What shows that an object is the data themselves. */
const NAMES = ["audio", "streamUrl", "credit_used", "estimatedDuration"];
/** What is nested deeper cannot be subtitles or a bill, and is more than copying a message can take. */
const DEEPEST = 32;

/** What takes the key out. */
type Cleaner = Pick<Redactor, "redact" | "leaks">;

/** Nothing to take out: the whole reply has been cleaned before. */
const CLEAN: Cleaner = { redact: (text) => text, leaks: () => false };

/**
 * Reads the `data` of a JSON reply (API reference D.1), or an envelope around it. Values of a wrong type are ignored
 * one by one. Servers have been seen that put the addresses elsewhere: next to `data`, or where a task has them (7.8).
 * @param redactor takes the key out of data that still may have it
 */
export function readSpeech(found: unknown, redactor: Cleaner = CLEAN): SpeechInfo {
  const outer = fieldsOf(found);
  const isEnvelope = isObject(outer.data) && !NAMES.some((name) => name in outer);
  const data = isEnvelope ? fieldsOf(outer.data) : outer;
  const info: SpeechInfo = {
    audioId: textOf(data.id, redactor),
    audioUrl: firstUrl([data.audio, ...audioOfTask(data)], redactor),
    streamUrl: firstUrl([data.streamUrl, data.stream_url], redactor),
    creditsUsed: amountOf(data.credit_used),
    estimatedDurationMs: durationOf(data.estimatedDuration),
    srt: opaque(data.srt, redactor),
    billing: opaque(data.billing, redactor),
  };
  return Object.fromEntries(Object.entries(info).filter(([, value]) => value !== undefined));
}

/** The merged audio, or that of a single block. */
function audioOfTask(data: Readonly<JsonObject>): unknown[] {
  const metadata = fieldsOf(data.metadata);
  const blocks = listOf(metadata.contents);
  return [metadata.audio, blocks.length === 1 ? blocks[0]?.audio : undefined];
}

function firstUrl(values: readonly unknown[], redactor: Cleaner): string | undefined {
  for (const value of values) {
    const url = urlOf(value, redactor);
    if (url !== undefined) return url;
  }
  return undefined;
}

function textOf(value: unknown, redactor: Cleaner): string | undefined {
  return typeof value === "string" && value !== "" ? redactor.redact(value) : undefined;
}

/** A URL that may be fetched: http or https, and without the key, which must not reach another host. */
function urlOf(value: unknown, redactor: Cleaner): string | undefined {
  if (typeof value !== "string" || !URL.canParse(value) || redactor.leaks(value)) return undefined;
  return /^https?:$/.test(new URL(value).protocol) ? value : undefined;
}

function amountOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function durationOf(value: unknown): number | undefined {
  if (typeof value !== "number" || value <= 0) return undefined;
  return value < SHORTEST_SPEECH_MS ? value * 1000 : value;
}

function opaque(value: unknown, redactor: Cleaner): unknown {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return redactor.redact(value);
  if (!isObject(value) && !Array.isArray(value)) return undefined;
  if (isDeeperThan(DEEPEST, value)) return undefined;
  return redactor.leaks(JSON.stringify(value)) ? undefined : value;
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(levels - 1, member));
}
