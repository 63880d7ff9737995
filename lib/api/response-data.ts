/** What a reply says about a speech beside its audio. */
import { isObject, parseObject, type JsonObject } from "./reply";
import type { Answer } from "./exchange";
import { headerOf } from "./header";
import type { Redactor } from "./redact";

/** What Vocu tells about a speech beside its audio (API reference D.1 and D.4). Everything may be missing. */
export interface SpeechInfo {
  audioId?: string;
  /** Finished audio; needs no key and must never get it. */
  audioUrl?: string;
  /** The same audio, playable while it is being generated; needs no key and must never get it. */
  streamUrl?: string;
  creditsUsed?: number;
  /** Milliseconds. The reference leaves the unit open: below 300 the value is taken for seconds, no speech being shorter. */
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

/** Info from the headers `X-Reecho-Audio-Id` and `X-Reecho-Response-Data` (API reference D.4), read tolerantly. */
export function infoFromHeaders(answer: Pick<Answer, "headers">, redactor: Redactor): SpeechInfo {
  const data = parseHeader(headerOf(answer, "x-reecho-response-data"));
  const info = infoFromData(data ?? {}, redactor);
  const id = headerOf(answer, "x-reecho-audio-id");
  const audioId = info.audioId ?? textOf(id, redactor);
  return audioId === undefined ? info : { ...info, audioId };
}

/**
 * Info from the `data` of a JSON reply (API reference D.1), or from an envelope around it. Values of a wrong type are
 * ignored one by one.
 */
export function infoFromData(found: JsonObject, redactor: Redactor): SpeechInfo {
  const isEnvelope = isObject(found.data) && !NAMES.some((name) => name in found);
  const data = isEnvelope ? (found.data as JsonObject) : found;
  const info: SpeechInfo = {
    audioId: textOf(data.id, redactor),
    audioUrl: urlOf(data.audio, redactor),
    streamUrl: urlOf(data.streamUrl, redactor),
    creditsUsed: amountOf(data.credit_used),
    estimatedDurationMs: durationOf(data.estimatedDuration),
    srt: opaque(data.srt, redactor),
    billing: opaque(data.billing, redactor),
  };
  return Object.fromEntries(Object.entries(info).filter(([, value]) => value !== undefined));
}

/**
 * The JSON object in a header whose encoding is not documented: plain, UTF-8 bytes that Node reads as Latin-1,
 * percent-encoded, or base64.
 */
function parseHeader(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  const readings = [
    () => fromUtf8Bytes(text),
    () => text,
    () => decodeURIComponent(text),
    () => fromBase64(text),
  ];
  for (const reading of readings) {
    try {
      const found = parseObject(reading());
      if (found) return found;
    } catch {
      // not written that way
    }
  }
  return undefined;
}

/** Both alphabets; "" for what is no base64. */
function fromBase64(text: string): string {
  return /^[\w+/-]+={0,2}$/.test(text.trim()) ? Buffer.from(text, "base64").toString("utf8") : "";
}

function fromUtf8Bytes(text: string): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "latin1"));
}

function textOf(value: unknown, redactor: Redactor): string | undefined {
  return typeof value === "string" && value !== "" ? redactor.redact(value) : undefined;
}

/** A URL that may be fetched: http or https, and without the key, which must not reach another host. */
function urlOf(value: unknown, redactor: Redactor): string | undefined {
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

function opaque(value: unknown, redactor: Redactor): unknown {
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
