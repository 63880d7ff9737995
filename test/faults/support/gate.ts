/** A host in front of the sandbox that hands everything on, and writes replies byte by byte where a test wants them broken. */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A reply as the sandbox gave it. */
export interface Reply {
  readonly status: number;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** What reaches the client instead: these bytes, whatever they are, and then the end of the connection. */
interface Broken {
  readonly wire: Buffer;
  /** `close` (default): the connection is closed in good order. `reset`: it is torn down. `open`: nothing happens any more. */
  readonly then?: "close" | "reset" | "open";
}

/** Breaks the reply to one request. */
export type Break = (reply: Reply) => Broken;

/** Where a gate has audio of its own. */
export const SPARE = "/spare.mp3";

/** A running gate. */
export interface Gate {
  readonly url: string;
  /** The next reply to a request for this path is broken so. */
  breakNext(path: RegExp, how: Break): void;
  /** Breaks nothing any more. */
  disarm(): void;
  /** Serves audio of its own at `/spare.mp3`. */
  serve(audio: Buffer): void;
  /** Every connection that is still open. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** Starts a gate in front of an origin. */
export async function startGate(origin: string): Promise<Gate> {
  const armed: { path: RegExp; how: Break }[] = [];
  const sockets = new Set<Socket>();
  let spare: Buffer = Buffer.alloc(0);
  const server = createServer((request, response) => {
    const at = armed.findIndex(({ path }) => path.test(request.url ?? ""));
    const [fault] = at < 0 ? [] : armed.splice(at, 1);
    if (request.url === SPARE) {
      const headers = ["content-type", "audio/mpeg", "content-length", String(spare.length)];
      if (fault) write(response, fault.how({ status: 200, headers, body: spare }));
      else response.writeHead(200, headers).end(spare);
      return;
    }
    const upstream = forward(
      new URL(request.url ?? "/", origin),
      { method: request.method, headers: request.headers },
      (reply) => {
        if (fault) void collect(reply).then((whole) => write(response, fault.how(whole)));
        else pass(reply, response);
      },
    );
    upstream.on("error", () => response.destroy());
    response.on("close", () => upstream.destroy());
    request.pipe(upstream);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    breakNext: (path, how) => armed.push({ path, how }),
    disarm: () => void armed.splice(0),
    serve: (audio) => (spare = audio),
    sockets,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function collect(reply: IncomingMessage): Promise<Reply> {
  const pieces: Buffer[] = [];
  for await (const piece of reply) pieces.push(piece as Buffer);
  return { status: reply.statusCode ?? 0, headers: reply.rawHeaders, body: Buffer.concat(pieces) };
}

function pass(reply: IncomingMessage, response: ServerResponse): void {
  response.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
  reply.on("error", () => response.destroy());
  reply.pipe(response);
}

function write({ socket }: ServerResponse, { wire, then = "close" }: Broken): void {
  if (!socket) return;
  if (then === "open") socket.write(wire);
  else if (then === "close") socket.end(wire);
  else socket.write(wire, () => socket.resetAndDestroy());
}

/** A reply's head as text on the wire, with headers replaced (`undefined`: left out) or added. */
export function headOf(reply: Reply, own: Readonly<Record<string, string | undefined>> = {}): string {
  const lines: string[] = [];
  const replaced = new Set(["connection", "keep-alive", ...Object.keys(own)]);
  for (let at = 0; at < reply.headers.length; at += 2) {
    const [name = "", value = ""] = reply.headers.slice(at, at + 2);
    if (!replaced.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined) lines.push(`${name}: ${value}`);
  }
  return `HTTP/1.1 ${reply.status} Fine\r\n${lines.join("\r\n")}\r\n\r\n`;
}
