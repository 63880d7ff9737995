/**
 * Lets other devices on the network open the demo's page. Node-RED itself stays on loopback: this server passes on the
 * page, its web socket and the audio, and nothing else, so that neither the editor nor its API can be reached.
 */
import { once } from "node:events";
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { isIP, type AddressInfo, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import type { Duplex } from "node:stream";

export interface Lan {
  /** The addresses of this machine in its networks, with the port, e.g. `http://192.168.1.10:1888`. */
  readonly urls: readonly string[];
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** The forwarded paths: the page with everything below it, and the audio. */
const OPEN = /^\/(speaker(\/[a-z]+)?|vocu\/audio\/[^/]+)$/;

/**
 * Opens the page at all addresses of this machine.
 * @param nodeRed where Node-RED serves its HTTP nodes.
 * @param port 0 for any.
 */
export async function openToNetwork(nodeRed: string, port: number): Promise<Lan> {
  const sockets = new Set<Socket>();
  const server = createServer(passOn(nodeRed));
  server.on("upgrade", passUpgradeOn(nodeRed));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const listening = once(server, "listening");
  server.listen(port, "0.0.0.0");
  await listening;
  const { port: opened } = server.address() as AddressInfo;
  return { urls: addressesOf(opened), port: opened, close: () => closeAll(server, sockets) };
}

/** The path to pass on, or undefined: `..` is resolved first, and requests from pages of other sites are rejected. */
function allowedPath({ url = "", headers }: IncomingMessage): string | undefined {
  const { host = "", origin } = headers;
  const own = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  // A host name of another site that resolves to this machine is not accepted.
  if (!own || isIP(own.hostname) === 0) return undefined;
  if (origin !== undefined && origin !== own.origin) return undefined;
  if (!URL.canParse(url, own)) return undefined;
  const { pathname, search } = new URL(url, own);
  return OPEN.test(pathname) ? pathname + search : undefined;
}

function passOn(nodeRed: string): RequestListener {
  return (asked, answer) => {
    const path = allowedPath(asked);
    if (path === undefined) {
      answer.writeHead(404).end();
      return;
    }
    const { method, headers } = asked;
    const passed = request(new URL(path, nodeRed), { method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
      given.on("error", () => answer.destroy());
    });
    passed.on("error", () => fail(answer));
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  };
}

function fail(answer: ServerResponse): void {
  if (answer.headersSent) answer.destroy();
  else answer.writeHead(502).end();
}

function passUpgradeOn(nodeRed: string): (asked: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (asked, socket, head) => {
    socket.on("error", () => socket.destroy());
    const path = allowedPath(asked);
    if (path === undefined) {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
      return;
    }
    const passed = request(new URL(path, nodeRed), { headers: asked.headers });
    passed.on("error", () => socket.destroy());
    passed.on("response", () => socket.destroy());
    passed.on("upgrade", (given, upgraded, early) => {
      const lines = Object.entries(given.headers).map(([name, value]) => `${name}: ${String(value)}`);
      socket.write(["HTTP/1.1 101 Switching Protocols", ...lines, "", ""].join("\r\n"));
      socket.write(early);
      upgraded.write(head);
      upgraded.on("error", () => socket.destroy());
      upgraded.on("close", () => socket.destroy());
      socket.on("close", () => upgraded.destroy());
      upgraded.pipe(socket).pipe(upgraded);
    });
    passed.end();
  };
}

function addressesOf(port: number): string[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => `http://${address}:${port}`);
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
