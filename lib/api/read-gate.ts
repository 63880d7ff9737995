/**
 * Backpressure on a socket. undici's own way, pausing its parser, ends the whole process where the server closes the
 * connection meanwhile: an assertion fails in an event of the socket (https://github.com/nodejs/undici/issues/5360, mended
 * in undici 8 only, which needs Node.js 22). So what the parser must not see yet stays in the socket.
 */
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Holds back what a socket has received, its end included. */
export class ReadGate {
  static readonly #known = new WeakMap<Socket, ReadGate>();
  readonly #socket: Socket;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const read = socket.read.bind(socket);
    socket.read = (size) => (this.#closed ? null : (read(size) as unknown));
  }

  /** The gate of a socket, which may serve several requests one after the other. */
  static of(socket: Socket): ReadGate {
    const gate = this.#known.get(socket) ?? new ReadGate(socket);
    this.#known.set(socket, gate);
    return gate;
  }

  /** From now on nothing is read. */
  close(): void {
    this.#closed = true;
  }

  /** Lets everything through again, after the current turn: undici may be in the middle of a reply. */
  open(): void {
    if (!this.#closed) return;
    this.#closed = false;
    queueMicrotask(() => this.#socket.emit("readable"));
  }
}

let starting: ((socket: Socket) => void) | undefined;

/**
 * Calls `take` with the socket on which a request is sent. To be called when undici announces that it starts the request:
 * it does not say there which socket it uses, but publishes it immediately afterwards.
 */
export function whenSent(take: (socket: Socket) => void): void {
  starting = take;
}

subscribe("undici:client:sendHeaders", (message) => {
  const take = starting;
  starting = undefined;
  take?.((message as { readonly socket: Socket }).socket);
});
