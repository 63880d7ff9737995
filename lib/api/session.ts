/** The options of a client and of its calls, and the state that the parts of a client share. */
import type { Clock } from "./clock";
import { VocuError } from "./errors";
import type { KeyIn } from "./key-place";
import type { ProxyOptions } from "./proxy";
import type { TlsOptions, Transport } from "./transport";
import type { Redactor } from "./redact";

/** Everything a client needs to know about an account and its network. */
export interface ClientOptions {
  /** Base URL, see `baseUrlOf`; may have a path. */
  baseUrl: string;
  /** API key; goes to the origin of `baseUrl` only. */
  apiKey: string;
  /** Where a streaming GET carries the key, default `auto`; everything else takes the header only. */
  keyIn?: KeyIn;
  /** Limit for DNS, TCP, proxy and TLS together, in milliseconds. */
  connectTimeoutMs: number;
  /** Limit from sending a request to the first byte of its reply; must exceed the 330 s queue of API reference 5. */
  firstByteTimeoutMs: number;
  /** Limit for silence within a body, in milliseconds; a slow reader does not count. */
  stallTimeoutMs: number;
  /** How often a failed request is tried again. */
  retries: number;
  /**
   * Told at each 429 of the API how many milliseconds to back off (`Retry-After`, at most a minute; else
   * the wait before the next try). API reference 5.
   */
  onRateLimit?: (ms: number) => void;
  proxy?: ProxyOptions;
  tls?: TlsOptions;
  userAgent?: string;
  /** Accept-Language: the language of Vocu's error messages (API reference 4). */
  language?: string;
}

/** Options of every single call. */
export interface CallOptions {
  /** Ends connecting, waiting and reading immediately; its reason is thrown when it is a VocuError, else `ABORTED`. */
  signal?: AbortSignal;
  /** Replaces `firstByteTimeoutMs`. */
  timeoutMs?: number;
}

/** What the parts of one client share. */
export interface Session {
  readonly options: ClientOptions;
  readonly transport: Transport;
  /** Knows the key and the proxy's secrets: for errors. */
  readonly redactor: Redactor;
  /** Knows the key only: for the data in replies, which a weak proxy password would garble. */
  readonly keyRedactor: Redactor;
  readonly clock: Clock;
}

/**
 * Headers of every request to the API (API reference 2). Without `Authorization` where the key goes into the query.
 * @throws VocuError `NO_API_KEY`, `BAD_API_KEY`
 */
export function apiHeaders({ options }: Session, authorization = true): Record<string, string> {
  const { apiKey, userAgent, language } = options;
  if (apiKey === "") throw new VocuError("NO_API_KEY", { retryable: false });
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new VocuError("BAD_API_KEY", { retryable: false });
  return {
    "accept-encoding": "identity",
    ...(authorization ? { authorization: `Bearer ${apiKey}` } : {}),
    ...(language ? { "accept-language": language } : {}),
    ...(userAgent ? { "user-agent": userAgent } : {}),
  };
}
