/** One HTTP request and its reply, with a time limit for each phase. */
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Dispatcher } from "undici";
import { startTimer, type Timer } from "../timers";
import { abortError, VocuError } from "./errors";
import { networkError, type Destination, type Phase } from "./failure";
import { ReadGate, whenSent } from "./read-gate";
import type { Redactor } from "./redact";

/** With more than this waiting, in bytes, nothing is read from the socket. */
const PAUSE_ABOVE = 16 * 1024;

/** Pieces smaller than this, in bytes, are merged with the pieces that arrived at the same time. */
const SMALL_BYTES = 4096;

/** How long a read may wait for the network, and the code of the error after that. */
export interface ReadLimit {
  ms: number;
  code: "FIRST_BYTE_TIMEOUT" | "STREAM_STALLED";
}

/** A reply whose headers have arrived and whose body is read piece by piece. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  /**
   * The next piece of the body, undefined at its end; small pieces that arrived at the same time are merged. Only the
   * time in this call counts against `limit`, so that a slow reader does not look like a stalled server. Bytes that
   * arrived before a failure are returned before it is thrown.
   * @throws VocuError `STREAM_CUT`, `ABORTED` or the code of `limit`
   */
  read(limit: ReadLimit): Promise<Buffer | undefined>;
  /** Puts a piece back at the front of the body. */
  unread(piece: Buffer): void;
  /** Closes the socket immediately; a waiting read fails with `ABORTED`. */
  destroy(): void;
}

/** Options of an exchange in addition to those of undici. */
export interface ExchangeOptions {
  destination: Omit<Destination, "proxied">;
  firstByteTimeoutMs: number;
  /** With a body: how long the server may take none of it, in ms. The wait for the first byte begins at its end. */
  uploadStallMs?: number;
  signal?: AbortSignal;
  redactor: Redactor;
  /** Called once when the exchange has ended, successfully or not. */
  onOver: () => void;
}

/**
 * One request and its reply: undici's handler with own timers, so that every wait (connect, first byte, pieces) has its
 * own limit and abort works in each of them, connecting included.
 */
export class Exchange implements Dispatcher.DispatchHandler, Answer {
  statusCode = 0;
  headers: IncomingHttpHeaders = {};
  /** Resolves with this exchange when the headers have arrived. */
  readonly answered: Promise<Answer>;

  #phase: Phase = "connecting";
  #controller?: Dispatcher.DispatchController;
  #connecting: Socket[] = [];
  #gate?: ReadGate;
  #proxied = false;
  #timer?: Timer;
  #settle!: { resolve: (answer: Answer) => void; reject: (error: VocuError) => void };
  #reader?: { resolve: (piece: Buffer | undefined) => void; reject: (error: VocuError) => void };
  #pieces: Buffer[] = [];
  #size = 0;
  #ended = false;
  #failure?: VocuError;

  constructor(private readonly options: ExchangeOptions) {
    this.answered = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const { signal, destination } = options;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#limit(destination.connectTimeoutMs, "CONNECT_TIMEOUT", { host: destination.host });
  }

  /** Whether the exchange has ended, successfully or not. */
  get over(): boolean {
    return this.#ended || this.#failure !== undefined;
  }

  /**
   * Whether a socket may be opened: only one, and none once the request has been sent, because undici would reconnect
   * forever to a proxy that closes the connection.
   */
  mayConnect(): boolean {
    return !this.over && this.#phase === "connecting" && this.#connecting.length === 0;
  }

  /** Records a connecting socket, possibly to a proxy, so that abort can destroy it. */
  connecting(socket: Socket, proxied: boolean): void {
    if (this.#phase !== "connecting") return;
    this.#connecting.push(socket);
    this.#proxied = proxied;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#failure) {
      controller.abort(this.#failure);
      return;
    }
    this.#controller = controller;
    whenSent((socket) => {
      if (!this.over) this.#gate = ReadGate.of(socket);
    });
    this.#connecting = [];
    this.#phase = "waiting";
    this.uploaded(this.options.uploadStallMs === undefined);
  }

  /** The connection has taken a piece of the body, or all of it. */
  uploaded(all: boolean): void {
    if (this.#phase !== "waiting" || this.over) return;
    const { destination, firstByteTimeoutMs, uploadStallMs = firstByteTimeoutMs } = this.options;
    const { host } = destination;
    if (all) this.#limit(firstByteTimeoutMs, "FIRST_BYTE_TIMEOUT", { host });
    else this.#limit(uploadStallMs, "UPLOAD_STALLED", { host });
  }

  onResponseStart(_controller: unknown, statusCode: number, headers: IncomingHttpHeaders): void {
    if (statusCode < 200 || this.over) return;
    this.#timer?.cancel();
    this.#phase = "receiving";
    this.statusCode = statusCode;
    this.headers = headers;
    this.#settle.resolve(this);
  }

  onResponseData(_controller: unknown, piece: Buffer): void {
    if (this.over) return;
    this.#pieces.push(piece);
    this.#size += piece.length;
    if (this.#reader) this.#deliverSoon();
    if (this.#size > PAUSE_ABOVE) this.#gate?.close();
  }

  onResponseEnd(): void {
    if (this.over) return;
    this.#ended = true;
    this.#finish();
    this.#deliver();
  }

  onResponseError(_controller: unknown, error: Error): void {
    const { destination, redactor } = this.options;
    this.#fail(networkError(error, this.#phase, { ...destination, proxied: this.#proxied }, redactor));
  }

  read(limit: ReadLimit): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      if (this.#size === 0 && !this.over) this.#limit(limit.ms, limit.code);
      else this.#deliver();
    });
  }

  unread(piece: Buffer): void {
    this.#pieces.unshift(piece);
    this.#size += piece.length;
  }

  destroy(): void {
    this.#pieces = [];
    this.#size = 0;
    this.#fail(abortError());
  }

  readonly #onAbort = () => {
    this.#pieces = [];
    this.#size = 0;
    this.#fail(abortError(this.options.signal));
  };

  #limit(ms: number, code: string, facts: { host?: string } = {}): void {
    this.#timer?.cancel();
    this.#timer = startTimer(ms, () => {
      this.#fail(new VocuError(code, { retryable: true, timeoutMs: ms, ...facts }));
    });
  }

  /** Delivers after the current turn, so that pieces from one read of the socket are merged. */
  #deliverSoon(): void {
    queueMicrotask(() => this.#deliver());
  }

  /** Resolves the waiting read with a piece, else the end, else the failure. */
  #deliver(): void {
    const reader = this.#reader;
    if (!reader) return;
    const piece = this.#takePiece();
    if (piece === undefined && !this.over) return;
    this.#reader = undefined;
    this.#timer?.cancel();
    if (piece) {
      this.#size -= piece.length;
      reader.resolve(piece);
      if (this.#size <= PAUSE_ABOVE) this.#gate?.open();
    } else if (this.#failure) reader.reject(this.#failure);
    else reader.resolve(undefined);
  }

  /** The first piece, or the small pieces at the front merged. */
  #takePiece(): Buffer | undefined {
    const large = this.#pieces.findIndex(({ length }) => length >= SMALL_BYTES);
    const small = large < 0 ? this.#pieces.length : large;
    const taken = this.#pieces.splice(0, Math.max(1, small));
    return taken.length > 1 ? Buffer.concat(taken) : taken[0];
  }

  #fail(error: VocuError): void {
    if (this.over) return;
    this.#failure = error;
    this.#settle.reject(error);
    this.#finish();
    // With an error; otherwise undici would wait for the connection forever.
    for (const socket of this.#connecting) socket.destroy(error);
    this.#controller?.abort(error);
    this.#deliver();
  }

  #finish(): void {
    this.#timer?.cancel();
    this.options.signal?.removeEventListener("abort", this.#onAbort);
    this.#gate?.open();
    this.#gate = undefined;
    this.options.onOver();
  }
}
