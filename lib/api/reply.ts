/** Reads replies: the envelope, errors and Retry-After. */
import { bodyText, encodingOf } from "./decode";
import { VocuError } from "./errors";
import type { Answer, ReadLimit } from "./exchange";
import { headerOf } from "./header";
import { changeTexts, isObject, parseObject, textOf, type JsonObject } from "./json";
import type { Session } from "./session";

const MAX_ERROR_BYTES = 1024 * 1024;
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
/** A reply may take as long as at 8 kbit/s plus one stall, so that a reply that trickles in ends. */
const SLOWEST_REPLY_BYTES_PER_MS = 1;
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);

const maxBytesOf = (answer: Answer): number => (isSuccess(answer) ? MAX_REPLY_BYTES : MAX_ERROR_BYTES);

/** The body of a reply as text. @throws as `readBytes` */
export async function readText(session: Session, answer: Answer): Promise<string> {
  return bodyText(answer, await readBytes(session, answer), maxBytesOf(answer));
}

/**
 * The body of a reply, at most 1 MB of an error and 64 MB of a success; the socket of a longer one is closed. For an
 * error reply that breaks off, the part that has arrived is enough.
 * @throws VocuError `CONNECTION_LOST` when a success breaks off
 */
async function readBytes(session: Session, answer: Answer): Promise<Buffer> {
  const { stallTimeoutMs } = session.options;
  const ok = isSuccess(answer);
  const maxBytes = maxBytesOf(answer);
  const pieces: Buffer[] = [];
  let size = 0;
  const started = performance.now();
  while (size <= maxBytes) {
    const left = started + stallTimeoutMs + size / SLOWEST_REPLY_BYTES_PER_MS - performance.now();
    const limit: ReadLimit = { ms: Math.max(0, Math.min(stallTimeoutMs, left)), code: "STREAM_STALLED" };
    try {
      const piece = await answer.read(limit);
      if (piece === undefined) break;
      pieces.push(piece);
      size += piece.length;
    } catch (error) {
      if (!(error instanceof VocuError) || !isBreak(error)) throw error;
      if (ok) throw error.with({}, "CONNECTION_LOST");
      break;
    }
  }
  // Without effect on a reply that has ended.
  answer.destroy();
  return Buffer.concat(pieces).subarray(0, maxBytes);
}

/** Whether a body broke off (as opposed to being aborted). */
export function isBreak(error: VocuError): boolean {
  return (
    error.code === "STREAM_CUT" || error.code === "STREAM_STALLED" || error.code === "FIRST_BYTE_TIMEOUT"
  );
}

/** Whether the HTTP status alone indicates success. */
export function isSuccess({ statusCode }: Pick<Answer, "statusCode">): boolean {
  return statusCode >= 200 && statusCode <= 299;
}

/** `Retry-After` in seconds, from seconds or an HTTP date (API reference 5 leaves its form open). */
function retryAfterSeconds(value = "", now: number): number | undefined {
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value);
  // Date.parse takes a number, or a number behind a word, for a month of 2001; every HTTP date has a time of day.
  const date = /\d:\d/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/**
 * The `status` of an envelope where it contradicts a 2xx reply (API reference 3). A value that is not an HTTP status,
 * such as `true` or "", contradicts nothing.
 */
function contradiction(body: JsonObject | undefined): number | undefined {
  const given = body?.status;
  const status = typeof given === "string" ? Number(textOf(given)) : given;
  return typeof status === "number" && Number.isInteger(status) && (status < 200 || status > 299)
    ? status
    : undefined;
}

/** The server's words in an error body; old editions nest them under `error` (API reference 4). */
function wordsOf(body: JsonObject): unknown {
  if (typeof body.message === "string") return body.message;
  return isObject(body.error) ? body.error.message : body.error;
}

/**
 * The error that a reply stands for, by HTTP status and by the body's `status`; undefined when it is a success.
 * API reference 3 and 4. A body without `code`, without JSON or without anything still gives a good error.
 */
export function replyError(
  session: Session,
  answer: Pick<Answer, "statusCode" | "headers">,
  text: string,
  isOperation = true,
): VocuError | undefined {
  const { redactor, clock } = session;
  const body = parseObject(text);
  const statusCode = isSuccess(answer) ? contradiction(body) : answer.statusCode;
  if (statusCode === undefined) return undefined;
  const given = body?.code;
  let code = typeof given === "string" && /^[A-Z][A-Z0-9_]{2,63}$/.test(given) ? given : `HTTP_${statusCode}`;
  // Older editions answer an unknown id with {status: 404, message}; anything else says that there is no such route.
  if (isOperation && code === "HTTP_404" && body?.status !== 404) code = "OPERATION_NOT_OFFERED";
  return new VocuError(redactor.redact(code), {
    statusCode,
    requestId: requestIdOf(session, answer, body),
    traceId: redactor.clean(body?.traceId),
    retryAfter: retryAfterSeconds(headerOf(answer, "retry-after"), clock.now()),
    retryable: TRANSIENT.has(statusCode) || code === "VOICE_CREATING",
    serverMessage: redactor.clean(body ? wordsOf(body) : text),
    field: isObject(body?.detail) ? redactor.clean(body.detail.field) : undefined,
  });
}

/** Vocu's id of a request, from the header or the body (API reference 3). */
export function requestIdOf(
  { redactor }: Session,
  answer: Pick<Answer, "headers">,
  body?: JsonObject,
): string | undefined {
  return redactor.clean(headerOf(answer, "x-vocu-app-request-id") ?? body?.requestId);
}

/**
 * The envelope of a successful reply, with the key taken out where the server repeats it.
 * @param mayBeEmpty what was asked for has been done, whether the server says something about it or not
 * @returns `{ data }` with the bytes where the reply is the audio itself (API reference 10.2)
 * @throws VocuError of the reply, or `BAD_REPLY` where there is no JSON object
 */
export async function readEnvelope(
  session: Session,
  answer: Answer,
  mayBeEmpty: boolean,
): Promise<JsonObject> {
  const bytes = await readBytes(session, answer);
  const text = await bodyText(answer, bytes, MAX_REPLY_BYTES);
  const error = replyError(session, answer, text);
  if (error) throw error;
  if (answer.statusCode === 204 || (mayBeEmpty && text.trim() === "")) return {};
  const body = parseObject(text);
  if (body) {
    changeTexts(body, (said) => session.keyRedactor.redact(said));
    return body;
  }
  // A server that streams although it was not asked to: what was asked for is there, and has been paid for.
  if (bytes.length > 0 && isAudio(answer)) return { data: bytes };
  throw new VocuError("BAD_REPLY", {
    statusCode: answer.statusCode,
    requestId: requestIdOf(session, answer),
    retryable: false,
    detail: text.trim() === "" ? "it is empty" : session.redactor.clean(text),
  });
}

const isAudio = (answer: Answer): boolean =>
  encodingOf(answer) === undefined && /^audio\//i.test(headerOf(answer, "content-type") ?? "");

/** The error of a reply that is none of the API's, e.g. of a storage host; undefined when it is a success. */
export async function statusError(session: Session, answer: Answer): Promise<VocuError | undefined> {
  if (isSuccess(answer)) return undefined;
  return replyError(session, answer, await readText(session, answer), false);
}
