/** The client of the Vocu API: one object for each account. */
import { systemClock, type Clock } from "./clock";
import { continueSpeech, type BegunSpeech, type ContinuedSpeech, type ContinueOptions } from "./continue";
import { download, type Download, type DownloadOptions } from "./download";
import { VocuError } from "./errors";
import { KeyMemory } from "./key-place";
import { LiveChannel } from "./live";
import { Redactor } from "./redact";
import { sendFollowing } from "./redirect";
import type { JsonObject } from "./json";
import { readEnvelope, requestIdOf } from "./reply";
import { buildRequest, type ApiRequest } from "./request";
import { withRetries } from "./retry";
import { apiHeaders, type CallOptions, type ClientOptions, type Session } from "./session";
import { baseUrlOf } from "./sites";
import { speak, type SpeakOptions, type SpeechStream } from "./speech";
import type { SpeechParams } from "./speech-request";
import { proxySecrets, Transport } from "./transport";

const CHANNEL_PATH = "/api/tts/turbo/channel";

/** A successful reply (API reference 3). */
export interface Reply {
  /** The envelope's `data`; undefined if the operation has none. */
  data: unknown;
  /** The whole envelope, for operations with content outside `data`. */
  body: JsonObject;
  statusCode: number;
  /** Vocu's id of the request, to quote to support. */
  requestId?: string;
  /** From the call to the end of the reply, in ms, including retries and waits. */
  durationMs: number;
  /** Number of attempts. */
  attempts: number;
}

/** The Vocu API for one account. Holds the account's connections; `close()` ends them. */
export class VocuClient {
  readonly #session: Session;
  readonly #keys: KeyMemory;
  readonly #live = new Set<LiveChannel>();

  /** @throws VocuError `BAD_BASE_URL` */
  constructor(options: ClientOptions, clock: Clock = systemClock) {
    const apiKey = options.apiKey.trim();
    const redactor = new Redactor([apiKey, ...proxySecrets(options.proxy)]);
    const { connectTimeoutMs, stallTimeoutMs, proxy, tls } = options;
    const baseUrl = baseUrlOf("custom", options.baseUrl);
    const { origin } = new URL(baseUrl);
    this.#keys = new KeyMemory(options.keyIn);
    this.#session = {
      options: { ...options, baseUrl, apiKey },
      transport: new Transport({ origin, connectTimeoutMs, stallTimeoutMs, proxy, tls, redactor }),
      redactor,
      keyRedactor: new Redactor([apiKey]),
      clock,
    };
  }

  /**
   * One operation with a JSON reply. GETs without charge are retried after network and server faults; everything
   * else only when it certainly was not accepted.
   * @throws VocuError
   */
  async call(request: ApiRequest, options: CallOptions = {}): Promise<Reply> {
    const session = this.#session;
    const started = performance.now();
    const safe = request.method === "GET" || request.repeatable === true;
    const kind = safe && request.costsCredits !== true ? "read" : "write";
    const { signal } = options;
    const attempt = async () => {
      try {
        return await this.#callOnce(request, options);
      } catch (error) {
        if (!(error instanceof VocuError)) throw error;
        const doubtful = error.code === "CONNECTION_LOST" || error.code === "FIRST_BYTE_TIMEOUT";
        const retryable = error.cause.retryable && !(doubtful && kind === "write");
        throw error.with({ operation: request.operation, retryable });
      }
    };
    const { retries, onRateLimit } = session.options;
    const rules = { retries, kind, signal, onRateLimit, clock: session.clock } as const;
    const { value, attempts } = await withRetries(rules, attempt);
    return { ...value, durationMs: performance.now() - started, attempts };
  }

  /**
   * Generates a text as an mp3 stream; resolves when the first audio has arrived. Abort with `signal`, or leave the
   * loop over `audio`; a stream that is neither read nor aborted keeps its connection.
   * @throws VocuError
   */
  speak(params: SpeechParams, options: SpeakOptions = {}): Promise<SpeechStream> {
    return speak(this.#session, this.#keys, params, options);
  }

  /** Continues a speech that was begun elsewhere, without the key and without generating anything. @throws VocuError */
  continueSpeech(begun: BegunSpeech, options: ContinueOptions = {}): Promise<ContinuedSpeech> {
    return continueSpeech(this.#session, begun, options);
  }

  /** Fetches a URL that Vocu returned, without the key. @throws VocuError */
  download(url: string, options: DownloadOptions = {}): Promise<Download> {
    return download(this.#session, url, options);
  }

  /**
   * A live channel for a voice, which opens with its first request and closes after `idleMs` milliseconds without one
   * (API reference B). Closed permanently with `forget`.
   */
  live(voiceId: string, idleMs: number): LiveChannel {
    const channel = new LiveChannel({
      session: this.#session,
      voiceId,
      idleMs,
      open: async (voice, options) => {
        const request = { operation: "open channel", method: "POST", path: CHANNEL_PATH } as const;
        return (await this.call({ ...request, json: { voiceId: voice } }, options)).data;
      },
    });
    this.#live.add(channel);
    return channel;
  }

  /** Closes a live channel and forgets it; resolves when its connections are gone. */
  forget(channel: LiveChannel): Promise<void> {
    this.#live.delete(channel);
    return channel.close();
  }

  /** Closes everything immediately: running calls fail with `ABORTED`. */
  async close(): Promise<void> {
    const channels = [...this.#live].map((channel) => this.forget(channel));
    await Promise.all([this.#session.transport.close(), ...channels]);
  }

  async #callOnce(request: ApiRequest, { signal, timeoutMs }: CallOptions) {
    const session = this.#session;
    const built = buildRequest(session.options.baseUrl, request);
    const answer = await sendFollowing(
      session.transport,
      {
        ...built,
        headers: { ...built.headers, ...apiHeaders(session) },
        firstByteTimeoutMs: timeoutMs ?? session.options.firstByteTimeoutMs,
        signal,
      },
      "same-origin",
    );
    const isWrite = request.method !== "GET" && request.costsCredits !== true;
    const body = await readEnvelope(session, answer, isWrite);
    return {
      data: body.data,
      body,
      statusCode: answer.statusCode,
      requestId: requestIdOf(session, answer, body),
    };
  }
}
