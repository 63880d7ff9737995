/** Accepts WebSocket connections for live channels. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { LIVE_PATH, type Fault } from "../faults";
import { answerOf, delay } from "../inject";
import { Entry } from "../log";
import type { Clock } from "../state/clock";
import type { World } from "../world";
import { LiveConnection } from "./connection";

const REPEAT_MS = 50;
const NOT_READY = "Waiting for Turbo Channel to be ready.";

/** Whether a fault replaces the handshake; if so it is carried out. */
async function handshakeFault(
  fault: Fault,
  { socket }: IncomingMessage,
  entry: Entry,
  world: World,
): Promise<boolean> {
  if (fault.headersDelayMs) await delay(fault.headersDelayMs, entry.ended);
  if (fault.resetBeforeHeaders) {
    entry.cutHere = true;
    socket.resetAndDestroy();
    return true;
  }
  const answer = answerOf(fault, entry, world, "");
  if (!answer) return fault.hangBeforeHeaders ?? false;
  const { status, headers, body } = answer;
  const all = { ...headers, "content-length": Buffer.byteLength(body), connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  entry.begin(status);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join("")}\r\n${body}`);
  return true;
}

/** Greets a connected client, or rejects it with the texts of API reference B.2. */
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
  } else if (fault?.live === "repeat-notice") {
    const notice = JSON.stringify({ type: "message", data: { message: NOT_READY } });
    void repeat(client, world.clock, () => client.send(notice));
  } else {
    const connection = new LiveConnection(client, channel, entry, fault?.live, world);
    if (fault?.live === "never-greets") void repeat(client, world.clock, () => connection.sendSilence());
    else connection.greet();
  }
}

/** Repeats an action until the client has left. */
async function repeat(client: WebSocket, clock: Clock, act: () => void): Promise<void> {
  const gone = new Promise((resolve) => client.once("close", resolve));
  while (client.readyState === client.OPEN && !clock.stopped) {
    act();
    await Promise.race([clock.sleep(REPEAT_MS), gone]);
  }
}

/** Serves live channels on the API's own server; the returned function drops every client. API reference B. */
export function acceptLive(server: Server, world: World): () => void {
  const sockets = new WebSocketServer({ noServer: true });
  const open = new Set<Duplex>();

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
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
    if (fault && (await handshakeFault(fault, request, entry, world))) return;
    sockets.handleUpgrade(request, socket, head, (client) => {
      entry.begin(101);
      welcome(client, entry, fault, world);
    });
  }

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void accept(request, socket, head);
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}
