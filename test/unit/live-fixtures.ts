/** Live channels on this machine for tests: what a server says is up to the test. */
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { abortError, systemClock, type Clock } from "../../lib/api";
import { Journal } from "../nodes/support/journal";
import { pem } from "./api-server";

/** A client's connection, as the server has it. */
export class Caller {
  /** What the client sent, parsed; its pings are left out. */
  readonly asked = new Journal<{ type: string; data?: Record<string, unknown> }>("a message of the client");
  /** The client's pings, in JSON. */
  readonly pings = new Journal<string>("a ping");
  /** Resolves with the code of the close. */
  readonly closed: Promise<number>;

  constructor(
    readonly socket: WebSocket,
    readonly request: IncomingMessage,
  ) {
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string };
      if (message.type === "ping") this.pings.add(data.toString());
      else this.asked.add(message);
    });
  }

  /** Closes the connection as servers do; resolves when the client knows. */
  async drop(): Promise<void> {
    this.socket.close(1001);
    await this.closed;
  }

  /** From now on a close of the client is not answered. */
  ignoreClose(): void {
    this.socket.close = () => undefined;
  }

  say(message: object | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  greet(): void {
    this.say({ type: "connected", data: { status: 200, message: "OK, voice selected" } });
  }

  audio(bytes: Buffer, pcm: unknown = { sampleRate: 8000, channels: 1, bitDepth: 16 }): void {
    this.say({ type: "audio_chunk", data: { hex: bytes.toString("hex"), pcm } });
  }

  /** The end of a segment. */
  end(): void {
    this.audio(Buffer.alloc(0));
    this.say({ type: "segment_end", data: {} });
  }
}

/** A server for live channels that greets and then does nothing by itself. */
export class LiveServer {
  readonly callers = new Journal<Caller>("a connection");
  /** `voiceId` of every channel that was opened. */
  readonly opened: unknown[] = [];
  /** Headers of the requests that opened channels. */
  readonly openHeaders: IncomingMessage["headers"][] = [];
  /** What is said to the next connections instead of a greeting. */
  readonly greetings: ((caller: Caller) => void)[] = [];
  /** Raw answers to the next handshakes instead of an upgrade; a blank one never comes. */
  readonly refusals: string[] = [];
  /** What the reply to opening says beside, or instead of, the usual. */
  data: Record<string, unknown> = {};
  /** The whole reply to opening, instead. */
  openReply?: { status: number; body: string };
  url = "";
  #sockets = new Set<Duplex>();
  #server = createServer();

  async start(tls = false): Promise<this> {
    if (tls) this.#server = createTlsServer({ key: pem("server-key"), cert: pem("server-cert") });
    const upgrades = new WebSocketServer({ noServer: true });
    this.#server.on("connection", (socket: Duplex) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
    });
    this.#server.on("request", (request, response) => {
      let body = "";
      request.on("data", (piece: Buffer) => (body += piece.toString()));
      request.on("end", () => {
        this.opened.push((JSON.parse(body) as { voiceId: string }).voiceId);
        this.openHeaders.push(request.headers);
        const wsUrl = `${this.url.replace("http", "ws")}/channel/${this.opened.length}`;
        const data = { turboChannelId: String(this.opened.length), wsUrl, cancelAfter: 60, ...this.data };
        const reply = this.openReply ?? { status: 200, body: JSON.stringify({ status: 200, data }) };
        response.writeHead(reply.status, { "content-type": "application/json" }).end(reply.body);
      });
    });
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const refusal = this.refusals.shift();
      if (refusal !== undefined) {
        if (refusal !== "") socket.end(refusal);
        return;
      }
      upgrades.handleUpgrade(request, socket, head, (client) => {
        const caller = new Caller(client, request);
        (this.greetings.shift() ?? ((one: Caller) => one.greet()))(caller);
        this.callers.add(caller);
      });
    });
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    this.url = `${tls ? "https" : "http"}://127.0.0.1:${port}`;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A server for each test of a file. */
export function useLiveServer(): () => LiveServer {
  let server: LiveServer | undefined;
  beforeEach(async () => {
    server = await new LiveServer().start();
  });
  afterEach(() => server?.stop());
  return () => {
    if (!server) throw new Error("the server runs only during tests");
    return server;
  };
}

/** A clock whose waits end when the test says so. */
export class HandClock implements Clock {
  readonly waits = new Journal<number>("a wait");
  time = Date.now();
  #sleeping = new Set<() => void>();
  now = (): number => this.time;
  random = (): number => 1;
  sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    const over = new AbortController();
    const until = this.time + ms;
    const wake = (): void => {
      if (this.time >= until) over.abort();
    };
    this.#sleeping.add(wake);
    this.waits.add(ms);
    const signals = signal ? [over.signal, signal] : [over.signal];
    await systemClock.sleep(2 ** 30, AbortSignal.any(signals)).catch(() => undefined);
    this.#sleeping.delete(wake);
    if (signal?.aborted) throw abortError(signal);
  };

  /** Lets time pass. */
  advance(ms: number): void {
    this.time += ms;
    for (const wake of [...this.#sleeping]) wake();
  }
}
