/** Finding the place in another reply at which an audio broke off, and making sure that it is the same audio. */
import { encodingOf } from "./decode";
import { abortError, VocuError } from "./errors";
import type { Answer, ReadLimit } from "./exchange";
import { headerOf, statesItsEnd } from "./header";
import type { RecentBytes } from "./recent-bytes";
import { sendFollowing } from "./redirect";
import { isSuccess } from "./reply";
import type { Session } from "./session";

/** So many of the bytes that are already there are asked for again, to be compared: one second at 128 kbit/s. */
export const OVERLAP_BYTES = 16 * 1024;

/** How far an audio has come. */
export interface Position {
  /** How many bytes are there. */
  readonly bytes: number;
  /** The last of them: {@link OVERLAP_BYTES}, or all where there are fewer. */
  readonly recent: RecentBytes;
}

/**
 * What a URL has behind a position: more (`answer` continues exactly there); nothing (`stated`: the host says so
 * itself, by a length or chunked coding); short: it does not reach the position, or not yet; later: perhaps another
 * time; different: another audio; unusable: never.
 */
export type Reopened =
  | { readonly found: "more"; readonly answer: Answer }
  | { readonly found: "end"; readonly stated: boolean }
  | { readonly found: "short" | "later" | "different" | "unusable" };

/**
 * Opens `url` at a position, without the key: by Range where the host takes it, else by skipping.
 * @throws VocuError the error of `signal`, when that is aborted
 */
export async function reopen(
  session: Session,
  url: string,
  position: Position,
  signal: AbortSignal,
): Promise<Reopened> {
  const from = position.bytes - Math.min(position.recent.length, OVERLAP_BYTES);
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (from > 0) headers.range = `bytes=${from}-`;
  const request = {
    url: new URL(url),
    method: "GET" as const,
    headers,
    firstByteTimeoutMs: session.options.stallTimeoutMs,
    signal,
  };
  try {
    const answer = await sendFollowing(session.transport, request, "any");
    const limit: ReadLimit = { ms: session.options.stallTimeoutMs, code: "STREAM_STALLED" };
    // What it throws is a failure of the answer itself, which has closed its connection.
    const reopened = await goTo(answer, from, position, limit);
    if (reopened.found !== "more") answer.destroy();
    return reopened;
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    return { found: error instanceof VocuError && error.cause.retryable ? "later" : "unusable" };
  }
}

/** Brings a fresh answer to the position. */
async function goTo(answer: Answer, from: number, position: Position, limit: ReadLimit): Promise<Reopened> {
  const { statusCode } = answer;
  // What is still being generated may not have come this far yet.
  if (statusCode === 416 && from > 0) return { found: "short" };
  if (statusCode === 429 || statusCode === 408 || statusCode >= 500) return { found: "later" };
  const isText = /^(text\/|application\/json)/i.test(headerOf(answer, "content-type") ?? "");
  if (!isSuccess(answer) || isText || encodingOf(answer) !== undefined) return { found: "unusable" };
  const begins = statusCode === 206 ? rangeStart(answer) : 0;
  if (begins !== from && begins !== 0) return { found: "unusable" };
  const compared = await skipTo(answer, begins, position, limit);
  if (compared !== "same") return { found: compared };
  const piece = await answer.read(limit);
  if (piece === undefined) {
    return { found: "end", stated: statesItsEnd(answer) || rangeTotal(answer) === position.bytes };
  }
  answer.unread(piece);
  return { found: "more", answer };
}

/** Where a partial reply begins, NaN where it does not say so. */
function rangeStart(answer: Answer): number {
  const range = /^bytes (\d+)-/.exec(headerOf(answer, "content-range") ?? "");
  return Number(range?.[1] ?? Number.NaN);
}

/** How long the whole audio is by a partial reply, NaN where it does not say so. */
function rangeTotal(answer: Answer): number {
  const range = /\/(\d+)$/.exec(headerOf(answer, "content-range") ?? "");
  return Number(range?.[1] ?? Number.NaN);
}

/** Reads on from `begins` to the position, and compares what is remembered of the bytes before it. */
async function skipTo(
  answer: Answer,
  begins: number,
  { bytes, recent }: Position,
  limit: ReadLimit,
): Promise<"same" | "short" | "different"> {
  const known = recent.last(OVERLAP_BYTES);
  const knownFrom = bytes - known.length;
  for (let at = begins; at < bytes;) {
    const piece = await answer.read(limit);
    if (piece === undefined) return "short";
    const end = Math.min(at + piece.length, bytes);
    const from = Math.max(at, knownFrom);
    if (from < end) {
      const expected = known.subarray(from - knownFrom, end - knownFrom);
      if (!piece.subarray(from - at, end - at).equals(expected)) return "different";
    }
    if (at + piece.length > bytes) answer.unread(piece.subarray(bytes - at));
    at = end;
  }
  return "same";
}
