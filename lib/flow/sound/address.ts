/** The address at which other devices reach this Node-RED. */
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { NodeAPI } from "node-red";
import { Problem } from "../message/problem";
import { isOwnAddress, ownAddresses } from "./own-address";

/** The part of Node-RED's settings file that defines the address of its HTTP nodes. */
interface HttpSettings {
  readonly httpNodeRoot?: string | false;
  readonly uiHost?: string;
  readonly uiPort?: number | string;
  readonly https?: unknown;
}

/** A request that a flow answers (`msg.req`), an Express request. */
type Request = Partial<Pick<IncomingMessage, "headers" | "socket">> & {
  readonly app?: { get(name: string): unknown };
};

/** Addresses that mean "all of this machine's". */
const ANYWHERE = ["", "0.0.0.0", "::"];

/** The characters of a header that may become part of an address. */
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;
const PREFIX = /^(\/[\w.~-]+)+$/;

/**
 * The address of Node-RED's HTTP nodes, without a slash at the end: the one that was set; else the one by which the
 * request `req` that the flow answers has reached it, through a proxy that Node-RED trusts or at one of this machine's
 * addresses in the network; else this machine's address, with Node-RED's port and `httpNodeRoot`. Never this machine's
 * own `localhost`, unless that was set.
 * @throws Problem `HTTP_NODES_OFF`, `BAD_PUBLIC_URL`
 */
export function httpNodesUrl(RED: NodeAPI, publicUrl: string, req?: unknown): string {
  const settings = RED.settings as HttpSettings;
  if (settings.httpNodeRoot === false) throw new Problem("HTTP_NODES_OFF");
  const given = publicUrl.trim();
  if (given !== "") return asGiven(given);
  const request = typeof req === "object" && req !== null ? (req as Request) : {};
  const root = `/${settings.httpNodeRoot ?? ""}`.replace(/\/+/g, "/").replace(/\/$/, "");
  const proxied = proxyOrigin(request);
  if (proxied !== undefined) return proxied + root;
  const scheme = settings.https ? "https" : "http";
  return `${scheme}://${bracketed(hostOf(settings, request))}:${portOf(RED, settings)}${root}`;
}

function asGiven(publicUrl: string): string {
  const { protocol } = URL.canParse(publicUrl) ? new URL(publicUrl) : { protocol: "" };
  if (!/^https?:$/.test(protocol)) throw new Problem("BAD_PUBLIC_URL");
  return publicUrl.replace(/\/+$/, "");
}

/**
 * The address in a proxy's `X-Forwarded-*` headers. Anybody can send these headers, so they are used only if Node-RED
 * trusts the sender (`httpServerOptions: { "trust proxy": … }` in its settings file).
 */
function proxyOrigin({ app, headers = {}, socket }: Request): string | undefined {
  const trusted = app?.get("trust proxy fn") as ((address: string, hop: number) => boolean) | undefined;
  if (trusted?.(socket?.remoteAddress ?? "", 0) !== true) return undefined;
  const [host, proto, prefix] = ["host", "proto", "prefix"].map((name) =>
    first(headers[`x-forwarded-${name}`]),
  );
  if (!host || !HOST.test(host) || isLoopback(host)) return undefined;
  const path = prefix && PREFIX.test(prefix.replace(/\/$/, "")) ? prefix.replace(/\/$/, "") : "";
  return `${proto === "https" ? "https" : "http"}://${host}${path}`;
}

const first = (value: string | string[] | undefined): string | undefined =>
  [value].flat()[0]?.split(",")[0]?.trim();

const isLoopback = (host: string): boolean => /^(localhost|127\.|\[::1\])/i.test(host);

function hostOf({ uiHost = "" }: HttpSettings, { socket }: Request): string {
  if (!ANYWHERE.includes(uiHost)) return uiHost;
  // The local address of the request; of several networks that is the right one.
  const asked = socket?.localAddress?.replace(/^::ffff:/, "") ?? "";
  return isOwnAddress(asked) ? asked : (ownAddresses()[0]?.address ?? "127.0.0.1");
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);

function portOf(RED: NodeAPI, { uiPort = 1880 }: HttpSettings): number | string {
  const address = (RED.server as { address?: () => AddressInfo | string | null } | undefined)?.address?.();
  return typeof address === "object" && address ? address.port : uiPort;
}
