/** Which proxy, if any, a URL is reached through. */

/** Proxies by the protocol of the target; URLs may hold `user:password@`. */
export interface ProxyOptions {
  http?: string;
  https?: string;
  /** Hosts that are reached directly: list of `host`, `.domain`, `*domain`, `host:port`, or `*`, see `proxyFor`. */
  no?: string;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "http:": 80,
  "ws:": 80,
  "https:": 443,
  "wss:": 443,
};

/** The URL of the proxy through which a URL is reached; undefined if it is reached directly. */
export function proxyFor(url: URL, { http, https, no = "" }: ProxyOptions): string | undefined {
  const proxy = /^(https|wss):$/.test(url.protocol) ? https : http;
  return proxy && !isExcepted(url, no) ? proxy : undefined;
}

/**
 * Whether a list of exceptions names the host of a URL, as Node-RED reads such lists: names apart by commas or blanks,
 * each for exactly that host, with a dot or an asterisk before it for all that end so, with `:port` for that port only.
 */
function isExcepted({ protocol, host, port }: URL, no: string): boolean {
  const hostname = host.replace(/:\d*$/, "");
  const number = Number(port) || (DEFAULT_PORTS[protocol] ?? 0);
  return no
    .toLowerCase()
    .split(/[,\s]/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, name = entry, wantedPort = "0"] = /^(.+):(\d+)$/.exec(entry) ?? [];
      if (Number(wantedPort) !== 0 && Number(wantedPort) !== number) return false;
      return /^[.*]/.test(name) ? hostname.endsWith(name.replace(/^\*/, "")) : hostname === name;
    });
}
