/** A forward proxy on this machine: plain http by absolute URL, everything else through CONNECT. */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A running proxy. */
export interface Proxy {
  readonly port: number;
  readonly url: string;
  /** Hosts (`host:port`) of plain requests and of tunnels, in order of arrival; refused ones too. */
  readonly plain: string[];
  readonly tunnels: string[];
  /** `Proxy-Authorization` of each request, undefined if it had none. */
  readonly credentials: (string | undefined)[];
  /** Every connection that is still open. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** How a proxy behaves. */
export interface ProxyOptions {
  /** `name:password` that it wants to see. */
  readonly auth?: string;
  /** Where a host of a tunnel really is: host name to address. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** Starts a proxy. */
export async function startProxy({ auth, hosts = {} }: ProxyOptions = {}): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const plain: string[] = [];
  const tunnels: string[] = [];
  const credentials: (string | undefined)[] = [];
  const isAllowed = ({ headers }: IncomingMessage): boolean => {
    const given = headers["proxy-authorization"];
    credentials.push(given);
    return auth === undefined || given === `Basic ${Buffer.from(auth).toString("base64")}`;
  };
  const server = createServer((request, response) => {
    plain.push(new URL(request.url ?? "").host);
    if (isAllowed(request)) pass(request, response);
    else response.writeHead(407, { "proxy-authenticate": "Basic" }).end("No");
  });
  server.on("connect", (request: IncomingMessage, client: Duplex) => {
    tunnels.push(request.url ?? "");
    if (isAllowed(request)) dig(request, client, hosts);
    else client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    plain,
    tunnels,
    credentials,
    sockets,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function pass(request: IncomingMessage, response: ServerResponse): void {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !name.startsWith("proxy-")),
  );
  // Without an agent: a connection that is kept may be closed by the server just when it is used again.
  const options = { method: request.method, headers, agent: false } as const;
  const upstream = forward(new URL(request.url ?? ""), options, (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
    reply.on("error", () => response.destroy());
    reply.pipe(response);
  });
  upstream.on("error", () => response.destroy());
  response.on("close", () => upstream.destroy());
  request.pipe(upstream);
}

function dig(request: IncomingMessage, client: Duplex, hosts: Readonly<Record<string, string>>): void {
  const { hostname, port } = new URL(`http://${request.url ?? ""}`);
  const upstream = connect(Number(port || 80), hosts[hostname] ?? hostname, () => {
    client.write("HTTP/1.1 200 Connected\r\n\r\n");
    upstream.pipe(client).pipe(upstream);
  });
  upstream.on("error", () => client.destroy());
  client.on("error", () => upstream.destroy());
  client.on("close", () => upstream.destroy());
  upstream.on("close", () => client.destroy());
}
