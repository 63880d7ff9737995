/** How an account reaches its server: Node-RED's own `http proxy` and `tls-config` nodes, or the environment. */
import type { Node, NodeAPI } from "node-red";
import type { ClientOptions } from "../../api";
import { Problem } from "../message/problem";

type ProxyOptions = NonNullable<ClientOptions["proxy"]>;
type TlsOptions = NonNullable<ClientOptions["tls"]>;

interface ProxyNode extends Omit<Node, "credentials"> {
  url?: string;
  noproxy?: string[];
  /** Missing if neither a name nor a password is stored. */
  credentials?: { username?: string; password?: string };
}

interface TlsNode extends Node {
  /** False if its certificate files could not be read. */
  valid?: boolean;
  addTLSOptions(options: object): object;
}

/**
 * The proxy of a core `http proxy` node, else the one the environment names, by Node-RED's rules.
 * @throws Problem `PROXY_NOT_DEPLOYED`: bypassing a configured proxy could expose the key to the wrong network
 */
export function proxyOf(RED: NodeAPI, id: unknown): ProxyOptions | undefined {
  const node = nodeOf(RED, id, "PROXY_NOT_DEPLOYED") as ProxyNode | undefined;
  if (!node?.url) {
    const { proxyOptions } = RED.settings as { proxyOptions?: ProxyRules };
    return environmentProxy(process.env, proxyOptions);
  }
  const { url, noproxy = [], credentials } = node;
  const proxy = (protocol: "http" | "https"): string =>
    withCredentials(withScheme(url, protocol), credentials);
  return { http: proxy("http"), https: proxy("https"), no: noproxy.join(",") };
}

/**
 * The TLS options of a core `tls-config` node.
 * @throws Problem `TLS_NOT_DEPLOYED`, `TLS_NOT_USABLE`
 */
export function tlsOf(RED: NodeAPI, id: unknown): TlsOptions | undefined {
  const node = nodeOf(RED, id, "TLS_NOT_DEPLOYED") as TlsNode | undefined;
  if (node?.valid === false) throw new Problem("TLS_NOT_USABLE");
  return node ? node.addTLSOptions({}) : undefined;
}

/** The config node that a property refers to, if any; a missing or disabled one is a problem with this code. */
function nodeOf(RED: NodeAPI, id: unknown, missing: string): Node | undefined {
  if (typeof id !== "string" || id === "") return undefined;
  const node = RED.nodes.getNode(id) as unknown as Node | null;
  if (!node) throw new Problem(missing);
  return node;
}

function withCredentials(url: string, { username, password }: ProxyNode["credentials"] = {}): string {
  if (!username || !URL.canParse(url)) return url;
  const full = new URL(url);
  full.username = encodeURIComponent(username);
  full.password = encodeURIComponent(password ?? "");
  return full.href;
}

/** `proxyOptions` of Node-RED's settings file: which variables count, and in what order. */
interface ProxyRules {
  readonly favourUpperCase?: boolean;
  readonly lowerCaseOnly?: boolean;
  readonly excludeNpm?: boolean;
}

/**
 * `npm_config_*`, `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` as core's http request reads them: lower case
 * first unless the rules say otherwise, and a blank one counts as not set.
 */
export function environmentProxy(
  env: NodeJS.ProcessEnv,
  { favourUpperCase, lowerCaseOnly, excludeNpm }: ProxyRules = {},
): ProxyOptions | undefined {
  const read = (name: string): string | undefined => {
    if (excludeNpm === true && name.startsWith("npm_config_")) return undefined;
    const lower = env[name];
    const upper = lowerCaseOnly === true ? undefined : env[name.toUpperCase()];
    return favourUpperCase === true ? upper || lower : lower || upper;
  };
  const proxyFor = (protocol: "http" | "https"): string | undefined => {
    const found =
      read(`npm_config_${protocol}_proxy`) ||
      read(`${protocol}_proxy`) ||
      read("npm_config_proxy") ||
      read("all_proxy");
    return found && withScheme(found, protocol);
  };
  const http = proxyFor("http");
  const https = proxyFor("https");
  if (!http && !https) return undefined;
  const no = read("npm_config_no_proxy") || read("no_proxy");
  return { ...(http ? { http } : {}), ...(https ? { https } : {}), ...(no ? { no } : {}) };
}

/** A proxy without a scheme has the scheme of the request. */
const withScheme = (proxy: string, protocol: "http" | "https"): string =>
  proxy.includes("://") ? proxy : `${protocol}://${proxy}`;
