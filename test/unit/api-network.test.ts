import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createSecureContext, TLSSocket } from "node:tls";
import { VocuError } from "../../lib/api";
import {
  client,
  collect,
  failure,
  json,
  KEY,
  pem,
  refusingUrl,
  serve,
  serveSocket,
  serveTls,
  startProxy,
  type Seen,
  type TestServer,
} from "./api-server";

const INFO = { operation: "account-info", method: "GET", path: "/api/account/info" } as const;
const VOICE = { operation: "voice-create", method: "POST", path: "/api/voice", json: {} } as const;

const ok = (response: Parameters<typeof json>[0]) => json(response, { status: 200, data: "ok" });
const okServer = () => serve((_request, response) => ok(response));
const okTlsServer = (name?: string, options?: object) =>
  serveTls((_request, response) => ok(response), name, options);
const hostOf = (server: { url: string }) => new URL(server.url).host;

describe("api network: failures", () => {
  it("fails with CONNECTION_REFUSED and names the host", async () => {
    const url = await refusingUrl();
    const error = await failure(client(url).call(INFO));
    assert.deepEqual([error.code, error.cause.host], ["CONNECTION_REFUSED", new URL(url).host]);
  });

  it("fails with HOST_NOT_FOUND for a name that does not exist", async () => {
    assert.equal((await failure(client("http://nowhere.invalid").call(INFO))).code, "HOST_NOT_FOUND");
  });

  it("fails with CONNECTION_LOST when the server hangs up instead of answering", async () => {
    const server = await serveSocket((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const error = await failure(client(server.url).call(INFO));
    assert.deepEqual([error.code, error.cause.retryable], ["CONNECTION_LOST", true]);
  });

  it("does not call a lost write retryable, for it may have been accepted", async () => {
    const server = await serveSocket((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const error = await failure(client(server.url).call(VOICE));
    assert.deepEqual([error.code, error.cause.retryable], ["CONNECTION_LOST", false]);
  });

  it("fails with FIRST_BYTE_TIMEOUT when the server does not answer in time", async () => {
    const server = await serve(() => undefined);
    const error = await failure(client(server.url, { firstByteTimeoutMs: 30 }).call(INFO));
    assert.deepEqual([error.code, error.cause.timeoutMs], ["FIRST_BYTE_TIMEOUT", 30]);
    await server.seen[0]?.closed;
  });

  it("takes a call's own time limit instead of the account's", async () => {
    const server = await serve(() => undefined);
    const error = await failure(client(server.url).call(INFO, { timeoutMs: 30 }));
    assert.deepEqual([error.code, error.cause.timeoutMs], ["FIRST_BYTE_TIMEOUT", 30]);
  });

  it("fails with CONNECT_TIMEOUT when TLS is not established in time, and closes the socket", async () => {
    let closed: Promise<unknown> | undefined;
    const server = await serveSocket((socket) => {
      closed = once(socket, "close");
      socket.resume();
    });
    const url = server.url.replace("http:", "https:");
    const error = await failure(client(url, { connectTimeoutMs: 30 }).call(INFO));
    assert.deepEqual([error.code, error.cause.timeoutMs], ["CONNECT_TIMEOUT", 30]);
    await closed;
  });
});

describe("api network: abort", () => {
  it("ends the wait for a connection immediately and destroys the socket", async () => {
    const abort = new AbortController();
    let closed: Promise<unknown> | undefined;
    const server = await serveSocket((socket) => {
      closed = once(socket, "close");
      socket.resume();
      abort.abort();
    });
    const url = server.url.replace("http:", "https:");
    const error = await failure(client(url).call(INFO, { signal: abort.signal }));
    assert.equal(error.code, "ABORTED");
    await closed;
  });

  it("ends the wait for headers immediately and destroys the socket", async () => {
    const abort = new AbortController();
    const server = await serve(() => abort.abort());
    assert.equal((await failure(client(server.url).call(INFO, { signal: abort.signal }))).code, "ABORTED");
    await server.seen[0]?.closed;
  });

  it("ends reading a body immediately and destroys the socket", async () => {
    const abort = new AbortController();
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => abort.abort());
    });
    assert.equal((await failure(client(server.url).call(INFO, { signal: abort.signal }))).code, "ABORTED");
    await server.seen[0]?.closed;
  });

  it("sends nothing when it has been aborted before", async () => {
    const server = await okServer();
    const error = await failure(client(server.url).call(INFO, { signal: AbortSignal.abort() }));
    assert.deepEqual([error.code, server.connections()], ["ABORTED", 0]);
  });

  it("throws the signal's reason when that is a VocuError", async () => {
    const reason = new VocuError("EXPIRED", { retryable: false });
    const server = await okServer();
    assert.equal(await failure(client(server.url).call(INFO, { signal: AbortSignal.abort(reason) })), reason);
  });

  it("does nothing when it comes after the reply", async () => {
    const abort = new AbortController();
    const server = await okServer();
    const vocu = client(server.url);
    await vocu.call(INFO, { signal: abort.signal });
    abort.abort();
    assert.equal((await vocu.call(INFO)).data, "ok");
  });
});

describe("api network: close", () => {
  it("ends what runs with ABORTED and closes its connections", async () => {
    const server = await serve(() => undefined);
    const vocu = client(server.url);
    const call = failure(vocu.call(INFO));
    const request = await server.request(0);
    await vocu.close();
    assert.equal((await call).code, "ABORTED");
    await request.closed;
  });

  it("closes the connections that wait for more, immediately and not when they would end by themselves", async () => {
    const server = await serve((_request, response) =>
      json(response, { status: 200 }, 200, { "keep-alive": "timeout=600" }),
    );
    const vocu = client(server.url);
    await vocu.call(INFO);
    await vocu.close();
    await server.seen[0]?.closed;
  });

  it("ends connecting", async () => {
    const closing: { vocu?: ReturnType<typeof client> } = {};
    const server = await serveSocket((socket) => {
      socket.resume();
      void closing.vocu?.close();
    });
    closing.vocu = client(server.url.replace("http:", "https:"));
    assert.equal((await failure(closing.vocu.call(INFO))).code, "ABORTED");
  });

  it("refuses further calls", async () => {
    const server = await okServer();
    const vocu = client(server.url);
    await vocu.close();
    assert.equal((await failure(vocu.call(INFO))).code, "ABORTED");
  });
});

describe("api network: TLS", () => {
  it("does not talk to a server whose certificate nobody vouches for", async () => {
    const server = await okTlsServer();
    const error = await failure(client(server.url).call(INFO));
    assert.deepEqual([error.code, error.cause.retryable, server.seen.length], ["TLS_FAILED", false, 0]);
  });

  it("trusts a private CA that it was given", async () => {
    const server = await okTlsServer();
    assert.equal((await client(server.url, { tls: { ca: pem("ca-cert") } }).call(INFO)).data, "ok");
  });

  it("does not talk to a server with somebody else's certificate", async () => {
    const server = await okTlsServer("elsewhere");
    const error = await failure(client(server.url, { tls: { ca: pem("ca-cert") } }).call(INFO));
    assert.deepEqual([error.code, server.seen.length], ["TLS_FAILED", 0]);
  });

  it("asks for the server name that it was given", async () => {
    const server = await okTlsServer("elsewhere");
    const tls = { ca: pem("ca-cert"), servername: "elsewhere.test" };
    assert.equal((await client(server.url, { tls }).call(INFO)).data, "ok");
  });

  it("skips verification if it is disabled", async () => {
    const server = await okTlsServer();
    assert.equal((await client(server.url, { tls: { rejectUnauthorized: false } }).call(INFO)).data, "ok");
  });

  it("shows its certificate to the API", async () => {
    const server = await okTlsServer("server", {
      requestCert: true,
      rejectUnauthorized: true,
      ca: pem("ca-cert"),
    });
    const tls = { ca: pem("ca-cert"), cert: pem("server-cert"), key: pem("server-key") };
    assert.equal((await client(server.url, { tls }).call(INFO)).data, "ok");
  });

  it("does not show its certificate to other hosts", async () => {
    const server = await okTlsServer("server", {
      requestCert: true,
      rejectUnauthorized: true,
      ca: pem("ca-cert"),
    });
    const tls = { ca: pem("ca-cert"), cert: pem("server-cert"), key: pem("server-key") };
    await failure(client("https://v1.vocu.ai", { tls }).download(`${server.url}/a.mp3`));
    assert.equal(server.seen.length, 0);
  });

  it("does not show its certificate to another host of the same client, also after the API has seen it", async () => {
    const certificates: string[] = [];
    const shown = (name: string) => (_request: Seen, response: ServerResponse, raw: IncomingMessage) => {
      const { subject } = (
        raw.socket as unknown as { getPeerCertificate(): { subject?: object } }
      ).getPeerCertificate();
      certificates.push(`${name}: ${subject === undefined ? "none" : "one"}`);
      ok(response);
    };
    const asking = { requestCert: true, rejectUnauthorized: false };
    const api = await serveTls(shown("api"), "server", asking);
    const storage = await serveTls(shown("storage"), "server", asking);
    const tls = { ca: pem("ca-cert"), cert: pem("server-cert"), key: pem("server-key") };
    const vocu = client(api.url, { tls });
    await vocu.call(INFO);
    await collect((await vocu.download(`${storage.url}/a.mp3`)).body);
    await vocu.call(INFO);
    assert.deepEqual(certificates, ["api: one", "storage: none", "api: one"]);
  });

  it("fails with TLS_FAILED when the key file is invalid", async () => {
    const server = await okTlsServer();
    const tls = { ca: pem("ca-cert"), cert: pem("server-cert"), key: "nonsense" };
    assert.equal((await failure(client(server.url, { tls }).call(INFO))).code, "TLS_FAILED");
  });

  it("fails with TLS_FAILED when the server speaks plain HTTP", async () => {
    const server = await okServer();
    assert.equal(
      (await failure(client(server.url.replace("http:", "https:")).call(INFO))).code,
      "TLS_FAILED",
    );
  });
});

describe("api network: proxy", () => {
  it("reaches an http server by a plain proxy request", async () => {
    const server = await okServer();
    const proxy = await startProxy();
    assert.equal((await client(server.url, { proxy: { http: proxy.url } }).call(INFO)).data, "ok");
    assert.deepEqual([proxy.plain, proxy.tunnels], [[`${server.url}/api/account/info`], []]);
  });

  it("reaches an https server by a tunnel, with its TLS options", async () => {
    const server = await okTlsServer();
    const proxy = await startProxy();
    const options = { proxy: { https: proxy.url }, tls: { ca: pem("ca-cert") } };
    assert.equal((await client(server.url, options).call(INFO)).data, "ok");
    assert.deepEqual(proxy.tunnels, [hostOf(server)]);
  });

  it("verifies the server behind the tunnel", async () => {
    const server = await okTlsServer();
    const proxy = await startProxy();
    const error = await failure(client(server.url, { proxy: { https: proxy.url } }).call(INFO));
    assert.deepEqual([error.code, server.seen.length], ["TLS_FAILED", 0]);
  });

  it("uses the proxy of the target's protocol only", async () => {
    const server = await okServer();
    const proxy = await startProxy();
    await client(server.url, { proxy: { https: proxy.url } }).call(INFO);
    assert.deepEqual([proxy.plain, proxy.tunnels], [[], []]);
  });

  it("goes round the proxy to the exceptions", async () => {
    const server = await okServer();
    const proxy = await startProxy();
    await client(server.url, { proxy: { http: proxy.url, no: "example.com,127.0.0.1" } }).call(INFO);
    assert.deepEqual(proxy.plain, []);
  });

  it("calls a refused direct connection by its name although there is a proxy for others", async () => {
    const proxy = await startProxy();
    const options = { proxy: { http: proxy.url, no: "127.0.0.1" } };
    assert.equal((await failure(client(await refusingUrl(), options).call(INFO))).code, "CONNECTION_REFUSED");
  });

  it("ignores the proxies of the environment", async () => {
    const server = await okServer();
    const before = process.env.http_proxy;
    process.env.http_proxy = await refusingUrl();
    try {
      assert.equal((await client(server.url).call(INFO)).data, "ok");
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
  });

  const servers: [string, () => Promise<TestServer>][] = [
    ["http", okServer],
    ["https", okTlsServer],
  ];
  for (const [scheme, start] of servers) {
    const through = (server: TestServer, url: string) =>
      client(server.url, { proxy: { http: url, https: url }, tls: { ca: pem("ca-cert") } }).call(INFO);

    it(`gives the proxy its user name and password (${scheme})`, async () => {
      const server = await start();
      const proxy = await startProxy("us er:pä:ss@");
      const url = new URL(proxy.url);
      url.username = encodeURIComponent("us er");
      url.password = encodeURIComponent("pä:ss@");
      assert.equal(((await through(server, url.href)) as { data: unknown }).data, "ok");
    });

    it(`fails with PROXY_FAILED, without the password, when the proxy refuses it (${scheme})`, async () => {
      const server = await start();
      const proxy = await startProxy("user:right");
      const error = await failure(through(server, proxy.url.replace("//", "//user:wrongpassword@")));
      assert.deepEqual(
        [error.code, error.cause.statusCode, error.cause.retryable],
        ["PROXY_FAILED", 407, false],
      );
      assert.doesNotMatch(
        `${error.message}${error.stack ?? ""}${JSON.stringify(error)}`,
        /wrongpassword|d3Jvbmdw/,
      );
      assert.equal(server.seen.length, 0);
    });

    it(`fails with PROXY_FAILED when the proxy is not there (${scheme})`, async () => {
      const server = await start();
      const error = await failure(through(server, await refusingUrl()));
      assert.deepEqual([error.code, error.cause.retryable], ["PROXY_FAILED", true]);
    });
  }

  /** A proxy behind TLS that notes what it is sent and answers nothing. */
  async function startTlsProxy(): Promise<{ url: string; received: string[]; arrived: Promise<void> }> {
    const received: string[] = [];
    let tell: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (tell = resolve));
    const context = createSecureContext({ key: pem("server-key"), cert: pem("server-cert") });
    const { url } = await serveSocket((socket) => {
      const secure = new TLSSocket(socket, { isServer: true, secureContext: context });
      secure.on("error", () => undefined);
      secure.on("data", (piece: Buffer) => {
        received.push(piece.toString());
        tell();
        secure.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      });
    });
    return { url: url.replace("http://", "https://home:secret@"), received, arrived };
  }

  for (const scheme of ["http", "https"]) {
    it(`gives its password to a proxy only after it has proved who it is (${scheme})`, async () => {
      const proxy = await startTlsProxy();
      const target = `${scheme}://127.0.0.1:9`;
      const options = { proxy: { http: proxy.url, https: proxy.url } };
      const error = await failure(client(target, options).call(INFO));
      assert.match(error.code, /^(TLS|PROXY)_FAILED$/);
      assert.deepEqual(proxy.received, []);

      const tls = { ca: pem("ca-cert") };
      await failure(client(target, { ...options, tls }).call(INFO));
      await proxy.arrived;
      assert.match(proxy.received.join(""), /proxy-authorization: Basic aG9tZTpzZWNyZXQ=/i);
    });
  }

  it("fails with PROXY_FAILED when the proxy cannot reach the server", async () => {
    const proxy = await startProxy();
    const url = (await refusingUrl()).replace("http:", "https:");
    const error = await failure(client(url, { proxy: { https: proxy.url } }).call(INFO));
    assert.deepEqual([error.code, error.cause.statusCode], ["PROXY_FAILED", 502]);
  });

  it("fails with PROXY_FAILED when the proxy hangs up, and does not connect again and again", async () => {
    const proxy = await serveSocket((socket) => socket.once("data", () => socket.end()));
    const error = await failure(client("https://vocu.test", { proxy: { https: proxy.url } }).call(INFO));
    assert.equal(error.code, "PROXY_FAILED");
    assert.equal(proxy.connections(), 1);
  });

  it("fails with CONNECT_TIMEOUT when the proxy does not answer", async () => {
    let closed: Promise<unknown> | undefined;
    const proxy = await serveSocket((socket) => {
      closed = once(socket, "close");
      socket.resume();
    });
    const options = { proxy: { https: proxy.url }, connectTimeoutMs: 30 };
    assert.equal((await failure(client("https://vocu.test", options).call(INFO))).code, "CONNECT_TIMEOUT");
    await closed;
  });

  it("fails with PROXY_FAILED for a proxy of another kind", async () => {
    const options = { proxy: { http: "socks5://user:secret@127.0.0.1:1080" } };
    const error = await failure(client("http://vocu.test", options).call(INFO));
    assert.deepEqual([error.code, JSON.stringify(error).includes("secret")], ["PROXY_FAILED", false]);
  });
});

describe("api network: secrets", () => {
  it("takes the key out of everything the server says", async () => {
    const said = {
      code: "X_Y",
      message: `bad ${KEY} ${encodeURIComponent(KEY)}`,
      requestId: KEY,
      traceId: KEY,
    };
    const server = await serve((_request, response) =>
      json(response, { ...said, detail: { field: KEY } }, 401, { "X-Vocu-App-Request-Id": KEY }),
    );
    const error = await failure(client(server.url).call(INFO));
    const all = `${error.message}${error.stack ?? ""}${JSON.stringify(error)}`;
    assert.ok(!all.includes(KEY) && !all.includes(encodeURIComponent(KEY)), all);
    assert.equal(error.cause.serverMessage, "bad *** ***");
  });

  it("takes the key out of a reply that is invalid", async () => {
    const server = await serve((request, response) =>
      response.writeHead(200).end(request.headers.authorization),
    );
    const error = await failure(client(server.url).call(INFO));
    assert.deepEqual([error.code, error.cause.detail], ["BAD_REPLY", "Bearer ***"]);
  });
});
