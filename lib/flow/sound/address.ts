/** Where this Node-RED is found by other devices. */
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import type { NodeAPI } from "node-red";
import { Problem } from "../message/problem";

/** The part of Node-RED's settings file that says where its HTTP nodes are. */
interface HttpSettings {
  readonly httpNodeRoot?: string | false;
  readonly uiHost?: string;
  readonly uiPort?: number | string;
  readonly https?: unknown;
}

/** Addresses that mean "all of this machine's". */
const ANYWHERE = ["", "0.0.0.0", "::"];

/**
 * The address of Node-RED's HTTP nodes, without a slash at the end: the one that was set, else that of this machine in its
 * network, with Node-RED's port and `httpNodeRoot`.
 * @throws Problem `HTTP_NODES_OFF`, `BAD_PUBLIC_URL`
 */
export function httpNodesUrl(RED: NodeAPI, publicUrl: string): string {
  const settings = RED.settings as HttpSettings;
  if (settings.httpNodeRoot === false) throw new Problem("HTTP_NODES_OFF");
  const given = publicUrl.trim();
  if (given !== "") {
    const { protocol } = URL.canParse(given) ? new URL(given) : { protocol: "" };
    if (!/^https?:$/.test(protocol)) throw new Problem("BAD_PUBLIC_URL");
    return given.replace(/\/+$/, "");
  }
  const secure = Boolean(settings.https);
  const root = `/${settings.httpNodeRoot ?? ""}`.replace(/\/+/g, "/").replace(/\/$/, "");
  return `${secure ? "https" : "http"}://${hostOf(settings)}:${portOf(RED, settings)}${root}`;
}

function hostOf({ uiHost = "" }: HttpSettings): string {
  const host = ANYWHERE.includes(uiHost) ? ownAddress() : uiHost;
  return host.includes(":") ? `[${host}]` : host;
}

/** The first address by which others in the network may reach this machine. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  return (outside.find(({ family }) => family === "IPv4") ?? outside[0])?.address ?? "127.0.0.1";
}

function portOf(RED: NodeAPI, { uiPort = 1880 }: HttpSettings): number | string {
  const address = (RED.server as { address?: () => AddressInfo | string | null } | undefined)?.address?.();
  return typeof address === "object" && address ? address.port : uiPort;
}
