/** TLS in front of a plain server, with certificates of the tests' own authority. */
import { readFileSync } from "node:fs";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer, type TlsOptions, type TLSSocket } from "node:tls";

/** Path of a file of test/fixtures/tls. */
export const pemPath = (name: string): string => join(__dirname, "../../fixtures/tls", `${name}.pem`);

/** A running front. */
export interface TlsFront {
  readonly port: number;
  readonly url: string;
  /** Connections that got through the handshake, in order. */
  readonly accepted: { servername: TLSSocket["servername"]; authorized: boolean; closed: Promise<void> }[];
  close(): Promise<void>;
}

/** Starts a front for an origin; `certificate` is a pair of test/fixtures/tls. */
export async function startTlsFront(
  origin: string,
  certificate = "server",
  options: TlsOptions = {},
): Promise<TlsFront> {
  const { hostname, port: upstreamPort } = new URL(origin);
  const accepted: TlsFront["accepted"] = [];
  const sockets = new Set<TLSSocket>();
  const pair = {
    key: readFileSync(pemPath(`${certificate}-key`)),
    cert: readFileSync(pemPath(`${certificate}-cert`)),
  };
  const server = createServer({ ...pair, ...options }, (socket) => {
    sockets.add(socket);
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    accepted.push({ servername: socket.servername, authorized: socket.authorized, closed });
    const upstream = connect(Number(upstreamPort), hostname);
    socket.pipe(upstream).pipe(socket);
    socket.on("error", () => upstream.destroy());
    socket.on("close", () => upstream.destroy());
    upstream.on("error", () => socket.destroy());
    upstream.on("close", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    accepted,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
