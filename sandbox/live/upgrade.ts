import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { errorBody, usualCode } from "../errors";
import { LIVE_PATH, type Fault } from "../faults";
import { Entry } from "../log";
import type { World } from "../world";
import { LiveConnection } from "./connection";

const NOT_READY = "Waiting for Turbo Channel to be ready.";

function refuse(socket: Duplex, entry: Entry, error: NonNullable<Fault["error"]>, world: World): void {
  const { status, code = usualCode(status), message = "Injected fault", headers } = error;
  const body = JSON.stringify(errorBody(world.settings.edition, { status, code, message, extra: {} }, ""));
  const lines = Object.entries({
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...(status === 429 && { "Retry-After": "1" }),
    ...headers,
    Connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  entry.begin(status);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join("")}\r\n${body}`);
}

/** Whether a fault takes the place of the handshake; if so it is carried out. */
function handshakeFault(
  fault: Fault | undefined,
  request: IncomingMessage,
  entry: Entry,
  world: World,
): boolean {
  if (fault?.error) {
    refuse(request.socket, entry, fault.error, world);
  } else if (fault?.resetBeforeHeaders) {
    entry.cutHere = true;
    request.socket.resetAndDestroy();
  } else if (!fault?.hangBeforeHeaders) {
    return false;
  }
  return true;
}

/** A client is connected: greets it, or sends it away with the texts of API reference B.2. */
function welcome(client: WebSocket, entry: Entry, fault: Fault | undefined, world: World): void {
  const channel = world.channels.find(LIVE_PATH.exec(entry.path)?.[1] ?? "");
  if (!channel) {
    client.send("404 Not Found");
    client.close();
  } else if (fault?.live === "not-ready") {
    client.send(JSON.stringify({ type: "message", data: { message: NOT_READY } }));
    client.close();
  } else if (fault?.live === "not-ready-text") {
    client.send(NOT_READY);
    client.close();
  } else {
    new LiveConnection(client, channel, entry, fault?.live, world).greet();
  }
}

/** Serves live channels on the API's own server; the returned function drops every client. API reference B. */
export function acceptLive(server: Server, world: World): () => void {
  const sockets = new WebSocketServer({ noServer: true });
  const open = new Set<Duplex>();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? "/", "http://sandbox");
    const query = Object.fromEntries(url.searchParams);
    const entry = new Entry("api", request.method ?? "GET", url.pathname, query, request.headers);
    world.log.add(entry);
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      open.delete(socket);
      entry.end(entry.status === undefined && !entry.cutHere);
    });
    entry.changed();
    const fault = world.faults.take(entry);
    if (handshakeFault(fault, request, entry, world)) return;
    sockets.handleUpgrade(request, socket, head, (client) => {
      entry.begin(101);
      welcome(client, entry, fault, world);
    });
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}
