/** Local servers and a client for the tests of lib/api. Everything started here is closed after each test. */
import { readFileSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
  connect,
  createServer as createSocketServer,
  type AddressInfo,
  type Server as SocketServer,
  type Socket,
} from "node:net";
import { join } from "node:path";
import { VocuClient, VocuError, type AudioMeter, type ClientOptions, type Clock } from "../../lib/api";

export const KEY = "sk-Planted+Key/0123456789=";

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A file of test/fixtures/tls. */
export const pem = (name: string) => readFileSync(join(__dirname, "../fixtures/tls", `${name}.pem`));

/** A request as it arrived. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  rawUrl: string;
  headers: IncomingMessage["headers"];
  body: Buffer;
  /** Resolves when the connection of the request has been closed. */
  closed: Promise<void>;
}

export interface TestServer {
  url: string;
  port: number;
  seen: Seen[];
  /** How many connections were opened. */
  connections: () => number;
  /** Resolves with the n-th request (from 0). */
  request: (n: number) => Promise<Seen>;
}

type Handler = (request: Seen, response: ServerResponse, raw: IncomingMessage) => void;

async function listen(
  server: Server | SocketServer,
  scheme: string,
): Promise<{ url: string; port: number; connections: () => number }> {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on("connection", (socket: Socket) => {
    count++;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${scheme}://127.0.0.1:${port}`, port, connections: () => count };
}

async function serveWith(
  make: (listener: RequestListener) => Server,
  scheme: string,
  handler: Handler,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const waiting: { n: number; resolve: (request: Seen) => void }[] = [];
  const server = make((raw, response) => {
    const pieces: Buffer[] = [];
    raw.on("data", (piece: Buffer) => pieces.push(piece));
    raw.on("error", () => undefined);
    raw.on("end", () => {
      const url = new URL(raw.url ?? "", "http://x");
      const request: Seen = {
        method: raw.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        rawUrl: raw.url ?? "",
        headers: raw.headers,
        body: Buffer.concat(pieces),
        closed: new Promise((resolve) => raw.socket.once("close", () => resolve())),
      };
      seen.push(request);
      for (const one of waiting) if (one.n === seen.length - 1) one.resolve(request);
      handler(request, response, raw);
    });
  });
  const at = await listen(server, scheme);
  const request = (n: number) => {
    const there = seen[n];
    return there ? Promise.resolve(there) : new Promise<Seen>((resolve) => waiting.push({ n, resolve }));
  };
  return { ...at, seen, request };
}

/** An HTTP server on a free port of 127.0.0.1. */
export const serve = (handler: Handler): Promise<TestServer> =>
  serveWith(
    // It never hangs up by itself, so that a connection that is closed was closed by the client.
    (listener) => createServer({ maxHeaderSize: 65536, keepAliveTimeout: 0 }, listener),
    "http",
    handler,
  );

/** An HTTPS server with a certificate of the test CA, by default for 127.0.0.1 and localhost. */
export const serveTls = (handler: Handler, name = "server", options: object = {}): Promise<TestServer> =>
  serveWith(
    (listener) =>
      createTlsServer({ key: pem(`${name}-key`), cert: pem(`${name}-cert`), ...options }, listener),
    "https",
    handler,
  );

/** A TCP server. */
export const serveSocket = async (handler: (socket: Socket) => void) =>
  listen(createSocketServer(handler), "http");

/** The URL of a port on which nobody listens. */
export async function refusingUrl(): Promise<string> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

export interface TestProxy {
  url: string;
  /** Targets of CONNECT, and URLs of plain requests. */
  tunnels: string[];
  plain: string[];
}

/** A forward proxy: CONNECT, and plain http by absolute URL; wants `auth` (`user:password`) when given. */
export async function startProxy(auth?: string): Promise<TestProxy> {
  const tunnels: string[] = [];
  const plain: string[] = [];
  const wanted = auth === undefined ? undefined : `Basic ${Buffer.from(auth).toString("base64")}`;
  const server = createServer((request, response) => {
    plain.push(request.url ?? "");
    if (wanted !== undefined && request.headers["proxy-authorization"] !== wanted) {
      response.writeHead(407).end();
      return;
    }
    const url = new URL(request.url ?? "");
    const upstream = connect(Number(url.port), url.hostname, () => {
      const headers = Object.entries(request.headers).filter(([name]) => !name.startsWith("proxy-"));
      const lines = headers.map(([name, value]) => `${name}: ${String(value)}\r\n`).join("");
      upstream.write(`${request.method ?? ""} ${url.pathname}${url.search} HTTP/1.1\r\n${lines}\r\n`);
      request.pipe(upstream);
      if (response.socket) upstream.pipe(response.socket);
    });
    upstream.on("error", () => response.destroy());
    response.socket?.on("close", () => upstream.destroy());
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    tunnels.push(request.url ?? "");
    if (wanted !== undefined && request.headers["proxy-authorization"] !== wanted) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const [host, port] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    socket.on("error", () => upstream.destroy());
    socket.on("close", () => upstream.destroy());
  });
  return { ...(await listen(server, "http")), tunnels, plain };
}

/** A clock that does not wait but notes how long it should have. */
export class FakeClock implements Clock {
  readonly waits: number[] = [];
  now = () => Date.parse("2026-01-01T00:00:00Z");
  random = () => 1;
  sleep = (ms: number, signal?: AbortSignal) => {
    this.waits.push(ms);
    signal?.throwIfAborted();
    return Promise.resolve();
  };
}

/** A client with limits far beyond what a test takes, closed after the test. */
export function client(
  baseUrl: string,
  options: Partial<ClientOptions> = {},
  clock: Clock = new FakeClock(),
): VocuClient {
  const made = new VocuClient(
    {
      baseUrl,
      apiKey: KEY,
      connectTimeoutMs: 60000,
      firstByteTimeoutMs: 60000,
      stallTimeoutMs: 60000,
      retries: 0,
      ...options,
    },
    clock,
  );
  cleanups.push(() => made.close());
  return made;
}

/** Answers with a JSON object. */
export function json(
  response: ServerResponse,
  body: object,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** The VocuError that `work` fails with. */
export async function failure(work: Promise<unknown>): Promise<VocuError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof VocuError) return outcome;
  throw new Error(`expected a VocuError, got ${String(outcome)}`, { cause: outcome });
}

/** Everything that comes out of `audio`. */
export async function collect(audio: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of audio) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Resolves when an amount has not changed for many turns of the event loop that both ends share. */
export async function standstill(amount: () => number): Promise<void> {
  for (let turns = 0; turns < 300; turns++) {
    const before = amount();
    await new Promise((resolve) => setImmediate(resolve));
    if (amount() !== before) turns = 0;
  }
}

/** `n` bytes that are different everywhere. */
export function bytes(n: number): Buffer {
  const data = Buffer.alloc(n);
  for (let i = 0, x = 1; i < n; i++) {
    x = (x * 48271) % 2147483647;
    data[i] = x & 0xff;
  }
  return data;
}

/** A meter that takes every 100 bytes for a frame of 50 ms. */
export class FakeMeter implements AudioMeter {
  bytes = 0;
  push(data: Buffer): void {
    this.bytes += data.length;
  }
  get audioMs(): number {
    return Math.floor(this.bytes / 100) * 50;
  }
  get truncated(): boolean {
    return this.bytes % 100 !== 0;
  }
}
