/** The address of a live channel, reached with the same proxy and TLS as every other request. API reference B.1. */
import type { Agent } from "node:http";
import { VocuError } from "./errors";
import { hpagent } from "./on-demand";
import { proxyFor } from "./proxy";
import type { JsonObject } from "./json";
import { apiHeaders, type Session } from "./session";
import type { ProxyOptions } from "./proxy";
import type { TlsOptions } from "./transport";

/** The documented time that a channel waits for its client, and the default if the reply lacks it. */
const USUAL_CANCEL_AFTER_S = 60;
const LONGEST_CANCEL_AFTER_S = 3600;

/** An opened channel. */
export interface LiveAddress {
  readonly url: URL;
  /** The channel is cancelled when there is no connection within this many milliseconds. */
  readonly cancelAfterMs: number;
}

/**
 * Reads the reply to opening a channel.
 * @throws VocuError `BAD_REPLY` without a WebSocket address; `LIVE_UNSAFE` where speech would leave an encrypted API
 *   for an unencrypted channel
 */
export function liveAddress(data: JsonObject, baseUrl: string): LiveAddress {
  const { wsUrl } = data;
  const url = typeof wsUrl === "string" && URL.canParse(wsUrl) ? new URL(wsUrl) : undefined;
  if (!url || !/^wss?:$/.test(url.protocol)) {
    throw new VocuError("BAD_REPLY", { retryable: false, detail: "it names no WebSocket address" });
  }
  if (url.protocol === "ws:" && new URL(baseUrl).protocol === "https:") {
    throw new VocuError("LIVE_UNSAFE", { retryable: false, host: url.host });
  }
  // WebSocket addresses must not have a fragment.
  url.hash = "";
  const seconds = Number(data.cancelAfter);
  const known = seconds > 0 && seconds <= LONGEST_CANCEL_AFTER_S;
  return { url, cancelAfterMs: (known ? seconds : USUAL_CANCEL_AFTER_S) * 1000 };
}

/** The options of a channel's WebSocket. */
export interface LiveRoute extends TlsOptions {
  readonly headers: Record<string, string>;
  readonly agent?: Agent;
}

/**
 * The way to a channel. The key, a client certificate and a server name go to the API's own host only; the address of
 * another host carries its own permission (API reference 5, question 5).
 * @param signal ends a request to the proxy that is still under way
 * @throws VocuError `PROXY_FAILED` where the proxy's address is none
 */
export function liveRoute(session: Session, url: URL, signal: AbortSignal): LiveRoute {
  const { baseUrl, tls = {}, proxy = {} } = session.options;
  const own = new URL(url.href.replace(/^ws/, "http")).origin === new URL(baseUrl).origin;
  const { ca, rejectUnauthorized } = tls;
  const agent = proxyAgent(url, proxy, { ca, rejectUnauthorized, signal });
  return {
    ...given(own ? tls : { ca, rejectUnauthorized }),
    headers: apiHeaders(session, own),
    ...(agent ? { agent } : {}),
  };
}

function proxyAgent(url: URL, proxies: ProxyOptions, request: object): Agent | undefined {
  const proxy = proxyFor(url, proxies);
  if (!proxy) return undefined;
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol)) {
    throw new VocuError("PROXY_FAILED", {
      retryable: false,
      host: url.host,
      detail: "not an http or https URL",
    });
  }
  const { HttpProxyAgent, HttpsProxyAgent } = hpagent();
  const options = { proxy, proxyRequestOptions: given(request) };
  return url.protocol === "wss:" ? new HttpsProxyAgent(options) : new HttpProxyAgent(options);
}

const given = <T extends object>(options: T): T =>
  Object.fromEntries(
    Object.entries(options).filter(([, value]: [string, unknown]) => value !== undefined && value !== ""),
  ) as T;
