/** The connection to a live channel. API reference B.2. */
import type { RawData, WebSocket } from "ws";
import { ignoreFailure } from "../promises";
import { startTimer } from "../timers";
import { abortError, VocuError } from "./errors";
import { CLOSE, PING, readLiveMessage, type LiveMessage } from "./live-messages";
import type { Session } from "./session";

/** Well within the minute of silence after which a server may hang up (API reference B.2). */
const PING_MS = 20_000;
/** How long the other end may take to answer the close, before the connection is ended without its answer. */
const CLOSE_TIMEOUT_MS = 1000;
/** Maximum wait for a connection to close. */
const CLOSE_WAIT_MS = 50;
/** So many characters may wait to be read before the connection is held up. */
const PAUSE_ABOVE = 4 * 1024 * 1024;

/** How long to wait for a message. */
export interface MessageLimit {
  readonly ms: number;
  /** The code of the error when it takes longer. */
  readonly code: string;
  /** From when on `ms` is counted, by `performance.now()`; by default from the call on. */
  readonly since?: number;
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
    ignoreFailure(this.#keepAlive());
  }

  /** Whether something can be sent. */
  get open(): boolean {
    return this.#failure === undefined && this.socket.readyState === this.socket.OPEN;
  }

  /** Whether messages are kept for `next`; while there is no request on the channel, they are discarded. */
  set attentive(attentive: boolean) {
    this.#attentive = attentive;
    if (attentive) return;
    this.#waiting = [];
    this.#size = 0;
    this.#unpause();
  }

  /** Sends a message as a text frame. */
  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /**
   * The next known message. Messages that arrived before a failure are returned before it is thrown.
   * @throws VocuError the code of `limit` when it takes longer, `LIVE_CLOSED`, `LIVE_PROTOCOL`, `ABORTED`
   */
  next({ ms, code, since }: MessageLimit, signal?: AbortSignal): Promise<LiveMessage> {
    return new Promise<LiveMessage>((resolve, reject) => {
      const settle = (): void => {
        timer?.cancel();
        signal?.removeEventListener("abort", onAbort);
        this.#reader = undefined;
      };
      const fail = (error: VocuError): void => {
        settle();
        reject(error);
      };
      const onAbort = (): void => fail(abortError(signal));
      const onTimeout = (): void =>
        fail(new VocuError(code, { retryable: false, timeoutMs: ms, host: this.host }));
      const left = since === undefined ? ms : ms - (performance.now() - since);
      const timer = left > 0 ? startTimer(left, onTimeout) : undefined;
      this.#reader = {
        resolve: (message) => {
          settle();
          resolve(message);
        },
        reject: fail,
      };
      if (signal?.aborted) onAbort();
      // Messages that come without end must not outlast the limit.
      else if (!timer) onTimeout();
      else signal?.addEventListener("abort", onAbort, { once: true });
      this.#deliver();
    });
  }

  /**
   * Ends the channel and the connection. Resolves when the connection is gone, after 50 ms at the latest: where the
   * other end does not answer the close, the connection is ended a second later.
   */
  close(): Promise<void> {
    if (this.open) this.send(CLOSE);
    this.#fail(abortError());
    this.attentive = false;
    this.socket.close(1000);
    const timeout = startTimer(CLOSE_TIMEOUT_MS, () => this.socket.terminate());
    return new Promise((resolve) => {
      const wait = startTimer(CLOSE_WAIT_MS, resolve);
      const closed = this.#closed.then(() => {
        timeout.cancel();
        wait.cancel();
        resolve();
      });
      ignoreFailure(closed);
    });
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
      this.#unpause();
      reader.resolve(first.message);
    } else if (this.#failure) reader.reject(this.#failure);
  }

  #unpause(): void {
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
