/** A live channel: one voice that answers with almost no delay. API reference B. */
import { ignoreFailure } from "../promises";
import { startTimer, type Timer } from "../timers";
import { VocuError } from "./errors";
import { liveAddress, type LiveAddress } from "./live-address";
import { synthesisRequest, type LiveAudio, type LiveRequest } from "./live-messages";
import { connectLive } from "./live-connect";
import type { LiveSocket, MessageLimit } from "./live-socket";
import { isObject } from "./json";
import { replyError } from "./reply";
import { withRetries } from "./retry";
import type { CallOptions, Session } from "./session";

/** How long to leave a channel alone that is not ready yet (API reference B.2). */
const NOT_READY_WAIT_MS = 1000;

/** What a {@link LiveChannel} is made of. */
export interface LiveChannelOptions {
  readonly session: Session;
  /** The channel's voice; it cannot be changed. */
  readonly voiceId: string;
  /** How long the channel stays open while nothing is asked of it, in milliseconds. */
  readonly idleMs: number;
  /** POST /api/tts/turbo/channel; resolves with the `data` of its reply. */
  readonly open: (voiceId: string, options: CallOptions) => Promise<unknown>;
}

/**
 * A voice that answers with almost no delay over a WebSocket (API reference B). The channel is opened when it first
 * speaks and kept until it has been idle. A connection that was lost meanwhile is made again at the same address, and a
 * channel that is gone is opened again.
 *
 * One segment at a time: the caller asks for the next one when the last has ended. The protocol names no segments, so
 * nothing else is certain to belong together, and what was never sent is certain to have cost nothing. For the same
 * reason a segment that did not end as it should (aborted, failed, cut off) takes its channel with it, and a request
 * that was sent is never sent again.
 */
export class LiveChannel {
  readonly #options: LiveChannelOptions;
  #address?: LiveAddress;
  #socket?: LiveSocket;
  #idle?: Timer;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: LiveChannelOptions) {
    this.#options = options;
  }

  /**
   * Speaks one text; ends when the segment is whole. Leave the loop, or abort, to stop: that closes the channel.
   * @throws VocuError `LIVE_NOT_OFFERED`, `LIVE_NOT_READY`, `LIVE_REFUSED`, `LIVE_UNSAFE`, those of opening and of the
   * network; `LIVE_CLOSED` where the connection broke before any audio, `FIRST_BYTE_TIMEOUT`; from the first audio on
   * `STREAM_CUT`, `STREAM_STALLED`; `LIVE_PROTOCOL`; the code of an error message; `ABORTED`
   */
  async *speak(request: LiveRequest, options: CallOptions = {}): AsyncGenerator<LiveAudio, void, undefined> {
    this.#idle?.cancel();
    const socket = await this.#ready(options);
    let whole = false;
    try {
      socket.attentive = true;
      socket.send(synthesisRequest(request));
      yield* this.#segment(socket, options);
      whole = true;
    } finally {
      socket.attentive = false;
      if (whole) this.#rest();
      else ignoreFailure(this.close());
    }
  }

  /** Closes the channel; resolves when its connections are gone. The next speech opens another one. */
  async close(): Promise<void> {
    this.#idle?.cancel();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#address = undefined;
    if (socket) {
      const closing = socket.close().finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
    await Promise.all([...this.#closing]);
  }

  /** From now on the channel is idle. */
  #rest(): void {
    this.#idle?.cancel();
    this.#idle = startTimer(this.#options.idleMs, () => ignoreFailure(this.close()));
  }

  async *#segment(
    socket: LiveSocket,
    { signal, timeoutMs }: CallOptions,
  ): AsyncGenerator<LiveAudio, void, undefined> {
    const { firstByteTimeoutMs, stallTimeoutMs } = this.#options.session.options;
    const first = { ms: timeoutMs ?? firstByteTimeoutMs, code: "FIRST_BYTE_TIMEOUT" };
    // Only audio counts: other messages may come forever.
    let limit: MessageLimit = { ...first, since: performance.now() };
    const begun = (): boolean => limit.code === "STREAM_STALLED";
    for (;;) {
      const message = await socket.next(limit, signal).catch((error: unknown) => {
        const cut = begun() && error instanceof VocuError && error.code === "LIVE_CLOSED";
        throw cut ? error.with({}, "STREAM_CUT") : error;
      });
      if (message.kind === "error") throw this.#errorOf(message.body);
      if (message.kind === "not-found") {
        throw new VocuError(begun() ? "STREAM_CUT" : "LIVE_CLOSED", { statusCode: 404, retryable: false });
      }
      if (message.kind !== "audio") continue;
      if (message.hex === "") return;
      yield message;
      limit = { ms: stallTimeoutMs, code: "STREAM_STALLED", since: performance.now() };
    }
  }

  /** An open connection, whose server has greeted. */
  async #ready(options: CallOptions): Promise<LiveSocket> {
    if (this.#socket?.open) return this.#socket;
    for (;;) {
      const fresh = this.#address === undefined;
      this.#address ??= await this.#open(options);
      const socket = await this.#join(this.#address, options);
      if (socket) return (this.#socket = socket);
      this.#address = undefined;
      if (fresh) throw new VocuError("LIVE_REFUSED", { statusCode: 404, retryable: true });
    }
  }

  async #open(options: CallOptions): Promise<LiveAddress> {
    const { open, voiceId, session } = this.#options;
    try {
      const data = await open(voiceId, options);
      return liveAddress(isObject(data) ? data : {}, session.options.baseUrl);
    } catch (error) {
      const absent = error instanceof VocuError && error.code === "OPERATION_NOT_OFFERED";
      throw absent ? error.with({}, "LIVE_NOT_OFFERED") : error;
    }
  }

  /** Connects to a channel as long as it may take to become ready; undefined when there is no such channel. */
  async #join(
    { url, cancelAfterMs }: LiveAddress,
    { signal, timeoutMs }: CallOptions,
  ): Promise<LiveSocket | undefined> {
    const { session } = this.#options;
    const patienceMs = Math.min(cancelAfterMs, timeoutMs ?? session.options.firstByteTimeoutMs);
    const until = session.clock.now() + patienceMs;
    for (;;) {
      const left = until - session.clock.now();
      const socket = await this.#connect(url, signal);
      if (!socket) return undefined;
      const greeting = await this.#greeting(socket, Math.max(left, 1), signal);
      if (greeting === "connected") return socket;
      ignoreFailure(socket.close());
      if (greeting === "not-found") return undefined;
      if (left <= NOT_READY_WAIT_MS) {
        throw new VocuError("LIVE_NOT_READY", { retryable: true, timeoutMs: patienceMs });
      }
      await session.clock.sleep(NOT_READY_WAIT_MS, signal);
    }
  }

  /** A handshake costs nothing, so it is tried again like a read; undefined if the server answers it with 404. */
  async #connect(url: URL, signal?: AbortSignal): Promise<LiveSocket | undefined> {
    const { session } = this.#options;
    const { retries, onRateLimit } = session.options;
    const rules = { retries, kind: "read", signal, onRateLimit, clock: session.clock } as const;
    try {
      return (await withRetries(rules, () => connectLive(session, url, signal))).value;
    } catch (error) {
      if (error instanceof VocuError && error.cause.statusCode === 404) return undefined;
      throw error;
    }
  }

  /** What the server says first; until then nothing has been asked of it. */
  async #greeting(socket: LiveSocket, ms: number, signal?: AbortSignal) {
    try {
      // A server that sends anything but a greeting must not keep the channel waiting.
      const limit = { ms, code: "LIVE_NOT_READY", since: performance.now() };
      for (;;) {
        const message = await socket.next(limit, signal);
        if (message.kind === "error") throw this.#errorOf(message.body);
        if (message.kind !== "audio") return message.kind;
      }
    } catch (error) {
      ignoreFailure(socket.close());
      throw error instanceof VocuError && error.code === "LIVE_CLOSED"
        ? error.with({ retryable: true }, "LIVE_NOT_READY")
        : error;
    }
  }

  /** An error message reads like the body of an error reply (API reference 4). */
  #errorOf(body: Record<string, unknown>): VocuError {
    const status = Number(body.status ?? body.code);
    const statusCode = status >= 400 && status <= 599 ? status : 500;
    const answer = { statusCode, headers: {} };
    const error = replyError(this.#options.session, answer, JSON.stringify(body), false);
    return error?.with({ retryable: false }) ?? new VocuError("LIVE_PROTOCOL", { retryable: false });
  }
}
