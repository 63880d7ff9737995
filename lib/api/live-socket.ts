import type { IncomingMessage } from "node:http";
import { WebSocket, type RawData } from "ws";
import { startTimer } from "../timers";
import { abortError, VocuError } from "./errors";
import type { ReadLimit } from "./exchange";
import { networkError } from "./failure";
import { liveRoute } from "./live-address";
import { CLOSE, PING, readLiveMessage, type LiveMessage } from "./live-messages";
import { replyError } from "./reply";
import type { Session } from "./session";

/** Well within the minute of silence after which a server may hang up (API reference B.2). */
const PING_MS = 20_000;
/** How long the other end may take to say goodbye. */
const GOODBYE_MS = 1000;
/** Longest message; a second of speech has about 100 KB. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** So many characters may wait to be read before the connection is held up. */
const PAUSE_ABOVE = 4 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;

/**
 * Connects to a live channel within `connectTimeoutMs`.
 * @throws VocuError of the network (see `networkError`), `CONNECT_TIMEOUT`, `ABORTED`; `LIVE_REFUSED`, or the code that the
 * reply has, where the server refuses the handshake
 */
export async function connectLive(session: Session, url: URL, signal?: AbortSignal): Promise<LiveSocket> {
  if (signal?.aborted) throw abortError(signal);
  const { connectTimeoutMs } = session.options;
  const ended = new AbortController();
  const route = liveRoute(session, url, ended.signal);
  const to = { host: url.host, proxied: route.agent !== undefined, connectTimeoutMs };
  const socket = new WebSocket(url, { ...route, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  return new Promise<LiveSocket>((resolve, reject) => {
    const settle = (error?: VocuError): void => {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
      if (error) {
        reject(error);
        ended.abort();
        socket.terminate();
      }
    };
    const onAbort = (): void => settle(abortError(signal));
    const timer = startTimer(connectTimeoutMs, () => {
      const { host } = to;
      settle(new VocuError("CONNECT_TIMEOUT", { retryable: true, host, timeoutMs: connectTimeoutMs }));
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    socket.on("error", (error) => settle(connectError(error, to, session)));
    socket.on("unexpected-response", (_request, response) => {
      void refusal(session, response).then(settle);
    });
    socket.once("open", () => {
      settle();
      socket.removeAllListeners("error");
      resolve(new LiveSocket(socket, session, url.host));
    });
  });
}

function connectError(
  error: Error,
  to: { host: string; proxied: boolean; connectTimeoutMs: number },
  { redactor }: Session,
): VocuError {
  const refusedByProxy = /^Bad response: (\d{3})$/.exec(error.message)?.[1];
  if (refusedByProxy === undefined) return networkError(error, "connecting", to, redactor);
  const statusCode = Number(refusedByProxy);
  const { host } = to;
  return new VocuError("PROXY_FAILED", { statusCode, host, retryable: statusCode >= 500 });
}

/** The error of a handshake that was answered otherwise. */
async function refusal(session: Session, response: IncomingMessage): Promise<VocuError> {
  const { statusCode = 0, headers } = response;
  const text = await bodyOf(response);
  const error = replyError(session, { statusCode, headers }, text, false);
  if (!error) return new VocuError("LIVE_REFUSED", { statusCode, retryable: false });
  return error.code === `HTTP_${statusCode}` ? error.with({}, "LIVE_REFUSED") : error;
}

/** What there is of a body; of one that breaks off or is long, the beginning. */
async function bodyOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece);
      size += piece.length;
      if (size > MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // The beginning is enough.
  }
  return Buffer.concat(pieces).toString("utf8", 0, MAX_REFUSAL_BYTES);
}

/** A connection to a live channel: pings by itself, and knows whether the other end still lives. API reference B.2. */
export class LiveSocket {
  readonly #ended = new AbortController();
  readonly #closed: Promise<void>;
  #waiting: { message: LiveMessage; size: number }[] = [];
  #size = 0;
  #attentive = true;
  #heard = true;
  #failure?: VocuError;
  #reader?: { resolve: (message: LiveMessage) => void; reject: (error: VocuError) => void };

  constructor(
    private readonly socket: WebSocket,
    private readonly session: Session,
    private readonly host: string,
  ) {
    this.#closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.#fail(new VocuError("LIVE_CLOSED", { retryable: false, host }));
        this.#ended.abort();
        resolve();
      });
    });
    socket.on("message", (data) => this.#receive(data));
    socket.on("pong", () => (this.#heard = true));
    socket.on("error", (error) => this.#fail(this.#protocolError(error)));
    void this.#keepAlive();
  }

  /** Whether something can be sent. */
  get open(): boolean {
    return this.#failure === undefined && this.socket.readyState === WebSocket.OPEN;
  }

  /** Whether messages are kept for `next`; while nobody asks anything of the channel they are of no use. */
  set attentive(attentive: boolean) {
    this.#attentive = attentive;
    if (attentive) return;
    this.#waiting = [];
    this.#size = 0;
    this.#resume();
  }

  /** Sends a message as a text frame. */
  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /**
   * The next message that means something. What arrived before a failure is handed out before the failure.
   * @throws VocuError the code of `limit` when it takes longer, `LIVE_CLOSED`, `LIVE_PROTOCOL`, `ABORTED`
   */
  next(limit: Pick<ReadLimit, "ms"> & { code: string }, signal?: AbortSignal): Promise<LiveMessage> {
    return new Promise<LiveMessage>((resolve, reject) => {
      const settle = (): void => {
        timer.cancel();
        signal?.removeEventListener("abort", onAbort);
        this.#reader = undefined;
      };
      const fail = (error: VocuError): void => {
        settle();
        reject(error);
      };
      const onAbort = (): void => fail(abortError(signal));
      const timer = startTimer(limit.ms, () =>
        fail(new VocuError(limit.code, { retryable: false, timeoutMs: limit.ms, host: this.host })),
      );
      this.#reader = {
        resolve: (message) => {
          settle();
          resolve(message);
        },
        reject: fail,
      };
      if (signal?.aborted) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
      this.#deliver();
    });
  }

  /** Ends the channel and the connection at once; resolves when the connection is gone, after a second at the latest. */
  async close(): Promise<void> {
    if (this.open) this.send(CLOSE);
    this.#fail(abortError());
    this.attentive = false;
    this.socket.close(1000);
    const timer = startTimer(GOODBYE_MS, () => this.socket.terminate());
    await this.#closed;
    timer.cancel();
  }

  async #keepAlive(): Promise<void> {
    const { clock } = this.session;
    try {
      while (this.open) {
        await clock.sleep(PING_MS, this.#ended.signal);
        this.#ping();
      }
    } catch {
      // The connection is closed.
    }
  }

  /** Gives up on another end that has been silent since the last ping. */
  #ping(): void {
    if (!this.#heard && !this.socket.isPaused) this.socket.terminate();
    if (!this.open) return;
    this.#heard = false;
    this.send(PING);
    this.socket.ping();
  }

  #receive(data: RawData): void {
    this.#heard = true;
    const text = (data as Buffer).toString();
    const message = this.#attentive ? readLiveMessage(text) : undefined;
    if (!message) return;
    this.#waiting.push({ message, size: text.length });
    this.#size += text.length;
    if (this.#size > PAUSE_ABOVE) this.socket.pause();
    this.#deliver();
  }

  #deliver(): void {
    const reader = this.#reader;
    if (!reader) return;
    const first = this.#waiting.shift();
    if (first) {
      this.#size -= first.size;
      this.#resume();
      reader.resolve(first.message);
    } else if (this.#failure) reader.reject(this.#failure);
  }

  #resume(): void {
    if (this.#size <= PAUSE_ABOVE && this.socket.isPaused) this.socket.resume();
  }

  #fail(error: VocuError): void {
    this.#failure ??= error;
    this.#deliver();
  }

  #protocolError(error: Error): VocuError {
    const { redactor } = this.session;
    const senseless = /^WS_ERR_/.test((error as NodeJS.ErrnoException).code ?? "");
    const detail = redactor.clean(error.message);
    const code = senseless ? "LIVE_PROTOCOL" : "LIVE_CLOSED";
    return new VocuError(code, { retryable: false, host: this.host, detail });
  }
}
