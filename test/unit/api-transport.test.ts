/** Connections: directly and through proxies, to the API and to hosts where audio lies. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { FormData } from "undici";
import { proxySecrets } from "../../lib/api/transport";
import {
  client,
  collect,
  failure,
  json,
  pem,
  refusingUrl,
  serve,
  serveSocket,
  serveTls,
  startProxy,
  type TestServer,
} from "./api-server";

const INFO = { operation: "account-info", method: "GET", path: "/api/account/info" } as const;
const CREATE = { operation: "voice-create", method: "POST", path: "/api/voice", json: {} } as const;
const CA = { ca: pem("ca-cert") };

const okServer = () => serve((_request, response) => json(response, { status: 200, data: "ok" }));
const okTlsServer = () => serveTls((_request, response) => json(response, { status: 200, data: "ok" }));

describe("api transport: long headers", () => {
  const withHeader = (length: number) => (_request: unknown, response: Parameters<typeof json>[0]) =>
    json(response, { status: 200, data: "ok" }, 200, { "x-long": "x".repeat(length) });

  const ways: [way: string, start: (length: number) => Promise<TestServer>, proxied: boolean][] = [
    ["directly", (length) => serve(withHeader(length)), false],
    ["through a proxy", (length) => serve(withHeader(length)), true],
    ["through a tunnel", (length) => serveTls(withHeader(length)), true],
  ];
  for (const [way, start, proxied] of ways) {
    const call = async (length: number) => {
      const { url } = await start(length);
      const proxy = proxied ? (await startProxy()).url : undefined;
      return client(url, { tls: CA, proxy: { http: proxy, https: proxy } }).call(INFO);
    };

    it(`are read ${way} up to 64 KB`, async () => {
      assert.equal((await call(64 * 1024 - 500)).data, "ok");
      assert.equal((await failure(call(64 * 1024 + 1))).code, "BAD_REPLY");
    });
  }
});

describe("api transport: which way", () => {
  it("is the proxy's or not for each host by itself, in one client", async () => {
    const storage = await serve((_request, response) => response.end("audio"));
    const proxy = await startProxy();
    const vocu = client("https://v1.vocu.ai", { proxy: { http: proxy.url, no: "127.0.0.1" } });
    const named = storage.url.replace("127.0.0.1", "localhost");
    for (const url of [storage.url, named, storage.url])
      assert.equal(String(await collect((await vocu.download(`${url}/a.mp3`)).body)), "audio");
    assert.deepEqual(proxy.plain, [`${named}/a.mp3`]);
  });

  it("is the proxy of each protocol, in one client", async () => {
    const plain = await serve((_request, response) => response.end("plain"));
    const secure = await serveTls((_request, response) => response.end("secure"));
    const [http, https] = [await startProxy(), await startProxy()];
    const vocu = client("https://v1.vocu.ai", { tls: CA, proxy: { http: http.url, https: https.url } });
    for (const [server, text] of [
      [plain, "plain"],
      [secure, "secure"],
    ] as const)
      assert.equal(String(await collect((await vocu.download(server.url)).body)), text);
    assert.deepEqual([http.plain, http.tunnels], [[`${plain.url}/`], []]);
    assert.deepEqual([https.plain, https.tunnels], [[], [new URL(secure.url).host]]);
  });

  it("keeps a connection through a tunnel for the next requests", async () => {
    const server = await okTlsServer();
    const proxy = await startProxy();
    const vocu = client(server.url, { tls: CA, proxy: { https: proxy.url } });
    for (let count = 0; count < 5; count++) await vocu.call(INFO);
    assert.ok(proxy.tunnels.length <= 2, `${proxy.tunnels.length} tunnels`);
  });
});

describe("api transport: TLS options", () => {
  it("that are blank are none", async () => {
    const server = await okTlsServer();
    const tls = {
      ...CA,
      cert: "",
      key: "",
      pfx: "",
      passphrase: "",
      servername: "",
      rejectUnauthorized: undefined,
    };
    assert.equal((await client(server.url, { tls }).call(INFO)).data, "ok");
  });

  it("of trust go for other hosts too", async () => {
    const storage = await serveTls((_request, response) => response.end("audio"));
    for (const tls of [CA, { rejectUnauthorized: false }]) {
      const file = await client("https://v1.vocu.ai", { tls }).download(storage.url);
      assert.equal(String(await collect(file.body)), "audio");
    }
    assert.equal((await failure(client("https://v1.vocu.ai").download(storage.url))).code, "TLS_FAILED");
  });

  describe("with Node.js's own switch for certificates off", () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    beforeEach(() => (process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"));
    afterEach(() => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    });

    it("trust the API and other hosts alike", async () => {
      const server = await okTlsServer();
      const tls = { rejectUnauthorized: undefined };
      assert.equal((await client(server.url, { tls }).call(INFO)).data, "ok");
      const storage = await serveTls((_request, response) => response.end("audio"));
      const file = await client("https://v1.vocu.ai").download(storage.url);
      assert.equal(String(await collect(file.body)), "audio");
    });
  });

  it("of the API's name do not go for other hosts", async () => {
    const storage = await serveTls((_request, response) => response.end("audio"));
    const tls = { ...CA, servername: "elsewhere.test" };
    const file = await client("https://v1.vocu.ai", { tls }).download(storage.url);
    assert.equal(String(await collect(file.body)), "audio");
  });
});

describe("api transport: the address of a proxy", () => {
  for (const [what, auth, user] of [
    ["a percent sign that encodes nothing", "user:50%", "user:50%"],
    ["a name without a password", "user:", "user"],
  ] as const) {
    it(`may have ${what}`, async () => {
      const server = await okServer();
      const proxy = await startProxy(auth);
      const url = proxy.url.replace("//", `//${user}@`);
      assert.equal((await client(server.url, { proxy: { http: url } }).call(INFO)).data, "ok");
    });
  }

  for (const url of ["nonsense", "socks5://127.0.0.1:1080", "xhttp://127.0.0.1", "httpsx://127.0.0.1"]) {
    it(`is refused: ${url}`, async () => {
      const { code, cause } = await failure(
        client("http://vocu.test:81", { proxy: { http: url } }).call(INFO),
      );
      assert.deepEqual(
        [code, cause.detail, cause.host, cause.retryable],
        ["PROXY_FAILED", "not an http or https URL", "vocu.test:81", false],
      );
    });
  }

  it("without a name gives the proxy none", async () => {
    const proxy = await okServer();
    await client("http://vocu.test", { proxy: { http: proxy.url } }).call(INFO);
    await client("http://vocu.test", { proxy: { http: proxy.url.replace("//", "//me:word@") } }).call(INFO);
    assert.deepEqual(
      proxy.seen.map(({ headers }) => headers["proxy-authorization"]),
      [undefined, `Basic ${Buffer.from("me:word").toString("base64")}`],
    );
  });

  it("has its secrets taken out of errors, in each form", () => {
    const base64 = Buffer.from("me:p@ss word").toString("base64");
    const http = "http://me:p%40ss%20word@proxy.example";
    assert.deepEqual(proxySecrets({ http }), ["p%40ss%20word", "p@ss word", base64]);
    assert.deepEqual(proxySecrets({ https: http }), proxySecrets({ http }));
    assert.equal(proxySecrets({ http, https: http }).length, 6);
  });

  it("has no secret without a password", () => {
    for (const http of [undefined, "", "nonsense", "http://proxy.example", "http://me@proxy.example"])
      assert.deepEqual(proxySecrets({ http }), []);
    assert.deepEqual(proxySecrets(), []);
  });
});

describe("api transport: a body", () => {
  for (const length of [10, 200_000]) {
    it(`is sent with its length, and not in chunks: ${length} bytes`, async () => {
      const server = await okServer();
      await client(server.url).call({ ...CREATE, json: { text: "x".repeat(length) } });
      const { headers, body } = server.seen[0] ?? {};
      assert.deepEqual(
        [headers?.["content-length"], headers?.["transfer-encoding"]],
        [String(body?.length), undefined],
      );
      assert.deepEqual(JSON.parse(String(body)), { text: "x".repeat(length) });
    });
  }
});

describe("api transport: a request that is aborted before it leaves", () => {
  const form = (): FormData => {
    const made = new FormData();
    made.set("file", new Blob(["x"]), "a.wav");
    return made;
  };

  for (const [what, request] of [
    ["JSON", CREATE],
    ["a form", { ...CREATE, json: undefined, form: form() }],
  ] as const) {
    it(`sends nothing, though the abort comes while ${what} is prepared`, async () => {
      const server = await okServer();
      const abort = new AbortController();
      const calling = client(server.url).call(request, { signal: abort.signal });
      abort.abort();
      assert.equal((await failure(calling)).code, "ABORTED");
      assert.equal(server.connections(), 0);
    });
  }

  for (const [way, start, proxied] of [
    ["directly", okServer, false],
    ["through a proxy", okServer, true],
    ["through a tunnel", okTlsServer, true],
  ] as const) {
    it(`leaves the next requests connections of their own ${way}`, async () => {
      const server = await start();
      const proxy = proxied ? (await startProxy()).url : undefined;
      const vocu = client(server.url, { tls: CA, proxy: { http: proxy, https: proxy } });
      for (let round = 0; round < 2; round++) {
        const abort = new AbortController();
        const first = failure(vocu.call(INFO, { signal: abort.signal }));
        abort.abort();
        const next = [vocu.call(INFO), vocu.call(INFO)];
        assert.equal((await first).code, "ABORTED");
        for (const call of next) assert.equal((await call).data, "ok");
      }
    });
  }
});

describe("api transport: close", () => {
  it("ends every request that is under way, and refuses those that are prepared", async () => {
    const server = await serve(() => undefined);
    const vocu = client(server.url);
    const running = [failure(vocu.call(INFO)), failure(vocu.call(INFO))];
    await server.request(1);
    const prepared = failure(vocu.call(CREATE));
    await vocu.close();
    for (const call of [...running, prepared]) assert.equal((await call).code, "ABORTED");
    assert.equal(server.seen.length, 2);
  });

  it("ends the wait for a server that nobody reaches through the proxy", async () => {
    const silent = await serve(() => undefined);
    const vocu = client(silent.url.replace("http:", "https:"), { proxy: { https: silent.url } });
    const call = failure(vocu.call(INFO));
    await vocu.close();
    assert.equal((await call).code, "ABORTED");
  });
});

describe("api transport: a proxy that hangs up", () => {
  it("is not asked again for the same request", async () => {
    const proxy = await serveSocket((socket) => socket.once("data", () => socket.end()));
    const { code, cause } = await failure(
      client("https://vocu.test", { proxy: { https: proxy.url } }).call(INFO),
    );
    assert.deepEqual(
      [code, cause.host, cause.detail, cause.retryable],
      ["PROXY_FAILED", undefined, "it closed the connection", true],
    );
    // A connection of the test: whatever the client had begun before is there by then.
    const last = connect(proxy.port, "127.0.0.1");
    last.end("x");
    await once(last.resume(), "close");
    assert.equal(proxy.connections(), 2);
  });
});

describe("api transport: a proxy that hangs up while another request waits for its reply", () => {
  it("is not asked again and again", async () => {
    // undici connects anew for as long as any request may have a connection.
    let asked: (() => void) | undefined;
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    const storage = await serve(() => asked?.());
    const proxy = await serveSocket((socket) => socket.once("data", () => socket.end()));
    const options = { proxy: { https: proxy.url }, connectTimeoutMs: 2000 };
    const vocu = client("https://vocu.test", options);
    const waiting = failure(vocu.download(storage.url));
    await arrived;
    assert.equal((await failure(vocu.call(INFO))).code, "PROXY_FAILED");
    assert.equal(proxy.connections(), 1);
    await vocu.close();
    assert.equal((await waiting).code, "ABORTED");
  });
});

describe("api transport: no connection", () => {
  it("is tried again with a new one", async () => {
    const { code, cause } = await failure(client(await refusingUrl(), { retries: 2 }).call(INFO));
    assert.deepEqual([code, cause.attempts], ["CONNECTION_REFUSED", 3]);
  });
});
