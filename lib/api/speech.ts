/** Speech as a stream. API reference D.1 and D.4. */
import type { AudioMeter } from "./audio-plan";
import { VocuError, type ErrorFacts } from "./errors";
import type { Answer, ReadLimit } from "./exchange";
import { sendFollowing } from "./redirect";
import type { KeyMemory, KeyPlace } from "./key-place";
import { requestIdOf } from "./reply";
import type { SpeechInfo } from "./readers/speech";
import { ResumableAudio } from "./resume";
import { withRetries } from "./retry";
import { apiHeaders, type CallOptions, type Session } from "./session";
import { readSpeechReply, type SpeechReply } from "./speech-reply";
import { speechRequest, type SpeechParams, type SpeechRequest } from "./speech-request";

/** Name of the operation in errors. */
const OPERATION = "speak";

/** A speech whose first audio has arrived. */
export interface SpeechStream {
  readonly info: SpeechInfo;
  readonly statusCode: number;
  readonly requestId?: string;
  /** How often the request was sent until it was accepted. */
  readonly attempts: number;
  readonly transport: "get" | "post";
  /** Number of resumptions so far. */
  readonly resumes: number;
  /** At the end of the audio: whether it may have ended too early, which could not be checked. */
  readonly unverified: boolean;
  /** The mp3 bytes as they arrive. Iterate once; leaving the loop closes the socket immediately. */
  readonly audio: AsyncIterableIterator<Buffer>;
}

/** Options of `VocuClient.speak`. */
export interface SpeakOptions extends CallOptions {
  /** Lets the stream notice an end that is clean but too early. */
  meter?: AudioMeter;
}

/** A reply that was accepted, and how it was asked for. */
interface Accepted extends SpeechReply {
  transport: "get" | "post";
}

/**
 * Speaks a text as an mp3 stream (API reference D.4, D.1). Resolves when the first audio has arrived.
 * @throws VocuError Vocu's codes, `NOT_AUDIO`, the network's, and while iterating `STREAM_CUT`, `STREAM_STALLED`,
 *   `STREAM_INCOMPLETE`
 */
export async function speak(
  session: Session,
  keys: KeyMemory,
  params: SpeechParams,
  options: SpeakOptions,
): Promise<SpeechStream> {
  const { signal, meter } = options;
  const firstByteTimeoutMs = options.timeoutMs ?? session.options.firstByteTimeoutMs;
  const send = (request: SpeechRequest) =>
    sendFollowing(
      session.transport,
      {
        ...request,
        headers: { ...request.headers, ...apiHeaders(session, request.authorization) },
        firstByteTimeoutMs,
        signal,
      },
      "same-origin",
    );
  const limit: ReadLimit = { ms: firstByteTimeoutMs, code: "FIRST_BYTE_TIMEOUT" };
  const { retries, onRateLimit } = session.options;
  const { value, attempts } = await withRetries(
    { retries, kind: "write", signal, onRateLimit, clock: session.clock },
    () => named(() => open(session, keys, params, send, limit)),
  );

  const { answer, info } = value;
  const facts: Partial<ErrorFacts> = {
    requestId: requestIdOf(session, answer),
    statusCode: answer.statusCode,
  };
  const audio = new ResumableAudio(session, {
    operation: OPERATION,
    source: value.source,
    urls: [info.streamUrl, info.audioUrl].filter((url) => url !== undefined),
    meter,
    estimatedDurationMs: info.estimatedDurationMs,
    firstByteTimeoutMs,
    signal,
    facts: { ...facts, attempts },
  });
  await audio.ready();
  return {
    info,
    statusCode: answer.statusCode,
    requestId: facts.requestId,
    attempts,
    transport: value.transport,
    get resumes() {
      return audio.resumes;
    },
    get unverified() {
      return audio.unverified;
    },
    audio,
  };
}

/** Puts the operation's name into the error, and takes `retryable` from what would be charged twice. */
async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VocuError)) throw error;
    const doubtful = error.code === "CONNECTION_LOST" || error.code === "FIRST_BYTE_TIMEOUT";
    throw error.with({ operation: OPERATION, retryable: error.cause.retryable && !doubtful });
  }
}

/** Sends the request, with the key where the server expects it. */
async function open(
  session: Session,
  keys: KeyMemory,
  params: SpeechParams,
  send: (request: SpeechRequest) => Promise<Answer>,
  limit: ReadLimit,
): Promise<Accepted> {
  const { baseUrl, apiKey } = session.options;
  for (let place: KeyPlace = keys.place, last = false; ; last = true) {
    const request = speechRequest(baseUrl, params, place, apiKey);
    try {
      const accepted = await readSpeechReply(session, await send(request), limit);
      if (request.transport === "get") keys.accepted(place);
      return { ...accepted, transport: request.transport };
    } catch (error) {
      if (!(error instanceof VocuError) || request.transport === "post") throw error;
      const other = keys.refused(place, error);
      if (!other || last) throw error;
      place = other;
    }
  }
}
