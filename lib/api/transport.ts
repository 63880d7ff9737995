/** The connection pools of a client: direct and through a proxy. */
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import type { buildConnector, Dispatcher, Pool } from "undici";
import { abortError, VocuError } from "./errors";
import { Exchange, type Answer } from "./exchange";
import { undici } from "./on-demand";
import type { Redactor } from "./redact";
import { proxyFor, type ProxyOptions } from "./proxy";
import type { BuiltRequest } from "./request";
import { uploadOf } from "./upload";

/**
 * Header names and values of a reply together; `X-Reecho-Response-Data` has been seen with 12 KB (API reference D.4).
 */
const MAX_HEADER_BYTES = 64 * 1024;

/** TLS options as Node's `tls.connect` takes them. */
export type TlsOptions = Pick<
  ConnectionOptions,
  "key" | "cert" | "ca" | "pfx" | "passphrase" | "servername" | "rejectUnauthorized"
>;

/** What a {@link Transport} is made of. */
export interface TransportOptions {
  /**
   * Origin of the API. Other hosts get `ca` and `rejectUnauthorized` of `tls`, never its certificate or server name.
   */
  origin: string;
  connectTimeoutMs: number;
  /** How long a server may take nothing of a request's body. */
  stallTimeoutMs: number;
  proxy?: ProxyOptions;
  tls?: TlsOptions;
  redactor: Redactor;
}

/** A request for {@link Transport.send}. */
export interface Outgoing extends BuiltRequest {
  /** From the end of the request to the first byte of its reply. */
  firstByteTimeoutMs: number;
  signal?: AbortSignal;
}

/** `Agent`'s and `ProxyAgent`'s way of making the pool of an origin. */
interface PoolOptions extends Pool.Options {
  connect: buildConnector.connector;
}

/** All connections of one client. Keeps sockets alive between requests; `close` ends them immediately. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #dispatchers = new Map<string, Dispatcher>();
  readonly #exchanges = new Set<Exchange>();
  /**
   * Which exchange a new socket is for: undici does not say, but it mostly connects within the dispatch. (An
   * AsyncLocalStorage would always know; but on Node 20 and 22 it slows every promise of the whole process many times.)
   */
  #dispatching?: Exchange;
  #closed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Sends one request; resolves when the headers of its reply have arrived, whatever the status. Follows no redirect.
   * @throws VocuError of the network (see `networkError`), `FIRST_BYTE_TIMEOUT`, `ABORTED`
   */
  async send(request: Outgoing): Promise<Answer> {
    const { url, body, signal } = request;
    const upload = body && (await uploadOf(body));
    // After the await: both may happen while a file is read.
    if (this.#closed || signal?.aborted) throw abortError(signal);
    const dispatcher = this.#dispatcherFor(url);
    const exchange: Exchange = new Exchange({
      destination: { host: url.host, connectTimeoutMs: this.#options.connectTimeoutMs },
      firstByteTimeoutMs: request.firstByteTimeoutMs,
      uploadStallMs: upload?.whole ? undefined : upload && this.#options.stallTimeoutMs,
      signal,
      redactor: this.#options.redactor,
      onOver: () => this.#exchanges.delete(exchange),
    });
    this.#exchanges.add(exchange);
    const path = url.pathname + url.search;
    const { method } = request;
    const headers = { ...request.headers, ...upload?.headers };
    if (upload) headers["content-length"] = String(upload.length);
    this.#dispatching = exchange;
    try {
      dispatcher.dispatch(
        {
          origin: url.origin,
          path,
          method,
          headers,
          // undici takes an iterable; its type says a stream.
          body: upload?.whole ?? (upload?.pieces((done) => exchange.uploaded(done)) as unknown as Readable),
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        exchange,
      );
    } finally {
      this.#dispatching = undefined;
    }
    return exchange.answered;
  }

  /** Ends every request with `ABORTED` and destroys every socket. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const exchange of this.#exchanges) exchange.destroy();
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
  }

  #dispatcherFor(url: URL): Dispatcher {
    const own = url.origin === this.#options.origin;
    const proxy = proxyFor(url, this.#options.proxy ?? {});
    const key = `${own ? "own" : "foreign"} ${url.protocol} ${proxy === undefined ? "direct" : "proxied"}`;
    const known = this.#dispatchers.get(key);
    if (known) return known;
    const made = this.#makeDispatcher(url, own, proxy);
    this.#dispatchers.set(key, made);
    return made;
  }

  #makeDispatcher(url: URL, own: boolean, proxyUrl: string | undefined): Dispatcher {
    const { Agent, buildConnector, ProxyAgent } = undici();
    const { connectTimeoutMs, tls = {} } = this.#options;
    const targetTls = own ? tls : { ca: tls.ca, rejectUnauthorized: tls.rejectUnauthorized };
    const requestTls = { ...withoutBlanks(targetTls), timeout: connectTimeoutMs };
    const connect = this.#tracked(buildConnector(requestTls), false);
    if (proxyUrl === undefined) return new Agent({ connect, maxHeaderSize: MAX_HEADER_BYTES });

    const { uri, token } = proxyAddress(proxyUrl, url.host);
    return new ProxyAgent({
      uri,
      token,
      proxyTunnel: false,
      connect,
      requestTls,
      proxyTls: {
        ca: tls.ca,
        rejectUnauthorized: tls.rejectUnauthorized ?? true,
        timeout: connectTimeoutMs,
      },
      maxHeaderSize: MAX_HEADER_BYTES,
      clientFactory: (origin, options) => this.#pool(origin, options as PoolOptions),
      factory: (origin, options) => this.#pool(origin, options as PoolOptions),
    });
  }

  #pool(origin: string | URL, options: PoolOptions): Pool {
    const { Pool } = undici();
    const connect = this.#tracked(options.connect, true);
    return new Pool(origin, { ...options, connect, maxHeaderSize: MAX_HEADER_BYTES });
  }

  /** `connector`, telling the exchange that needs it about the new socket. */
  #tracked(connector: buildConnector.connector, toProxy: boolean): buildConnector.connector {
    // It returns the socket, which its type conceals.
    const connect: (...args: Parameters<typeof connector>) => unknown = connector;
    return (options, callback) => {
      const exchange = this.#needingSocket();
      if (this.#closed || !exchange?.mayConnect()) {
        const code = toProxy ? "PROXY_FAILED" : "CONNECT_FAILED";
        callback(new VocuError(code, { retryable: true, detail: "it closed the connection" }), null);
        return;
      }
      const socket = connect(options, callback);
      if (socket instanceof Socket) exchange.connecting(socket, toProxy);
    };
  }

  /**
   * The exchange that is being dispatched; when undici connects later, the oldest that may still have a socket. None
   * when those that wanted one are over: undici connects for aborted requests, too.
   */
  #needingSocket(): Exchange | undefined {
    return this.#dispatching ?? [...this.#exchanges].find((exchange) => exchange.mayConnect());
  }
}

/** undici writes the credentials of a proxy into its errors; so they are taken out of the URL. */
function proxyAddress(text: string, host: string): { uri: string; token?: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new VocuError("PROXY_FAILED", { retryable: false, host, detail: "not an http or https URL" });
  }
  return url.username === "" ? { uri: url.origin } : { uri: url.origin, token: basicToken(url) };
}

function basicToken({ username, password }: URL): string {
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without what is not set: an `undefined` would stand in place of Node.js's own defaults, which environment variables change. */
function withoutBlanks(options: TlsOptions): TlsOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]: [string, unknown]) => value !== undefined && value !== ""),
  );
}

/** The secret parts of proxy URLs, for the redactor. */
export function proxySecrets(proxy: ProxyOptions = {}): string[] {
  return [proxy.http, proxy.https].flatMap((text) => {
    const url = text && URL.canParse(text) ? new URL(text) : undefined;
    if (!url?.password) return [];
    return [url.password, decoded(url.password), basicToken(url).slice("Basic ".length)];
  });
}
