import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import {
  createServer as createSecureServer,
  type Server as SecureServer,
  type ServerOptions,
} from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { voiceIds } from "../../sandbox";
import { useFlows, type Credentials, type Flow, type FlowNode } from "./support/flows";
import { bytesOf } from "./support/message";
import { useSandbox } from "./support/sandbox";
import { account, KEY, keyed, sink, speechFlow, speechNode } from "./support/speech-flow";

const TEXT = "Hello.";

const TLS = join(__dirname, "../fixtures/tls");

describe("account", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  const load = (
    own: Record<string, unknown> = {},
    credentials: Credentials = keyed(),
    more: FlowNode[] = [],
  ): Promise<Flow> => flows.load([...speechFlow(sandbox().url, { account: own }), ...more], credentials);

  const speaks = async (flow: Flow): Promise<void> => {
    const { chunks } = await flow.speak(TEXT);
    assert.deepEqual(bytesOf(chunks), await sandbox().speech({ voiceId: voiceIds.english, text: TEXT }));
  };

  describe("key", () => {
    it("may have blanks around it, as copying leaves them", async () => {
      await speaks(await load({}, keyed(` ${KEY}\n`)));
    });

    it("may stand in an environment variable", async () => {
      process.env.TEST_VOCU_API_KEY = KEY;
      try {
        await speaks(await load({}, keyed("${TEST_VOCU_API_KEY}")));
      } finally {
        Reflect.deleteProperty(process.env, "TEST_VOCU_API_KEY");
      }
    });

    it("that is wrong is reported as such and is found nowhere", async () => {
      const flow = await load({}, keyed("sk-planted-9f8e7d"));
      flow.input(TEXT);
      const { code, cause } = await flow.caught();
      assert.equal(code, "AUTH_UNAUTHORIZED");
      assert.equal(cause?.statusCode, 401);
    });

    it("with characters that no key has is refused before it is sent", async () => {
      const flow = await load({}, keyed("sk-\u0000é"));
      flow.input(TEXT);
      assert.equal((await flow.caught()).code, "BAD_API_KEY");
      assert.deepEqual(sandbox().requests, []);
    });

    it("cannot be sent elsewhere by a message", async () => {
      const flow = await load();
      await flow.speak({
        payload: TEXT,
        baseUrl: "http://vocu.invalid",
        site: "vocu.ai",
        url: "http://vocu.invalid",
        headers: { Authorization: "none" },
        account: "other",
      });
      assert.equal(sandbox().requests.length, 1);
    });
  });

  describe("base URL", () => {
    it("may end in a slash", async () => {
      await speaks(await load({ baseUrl: `${sandbox().url}/` }));
    });

    it("may have a path before the API's own", async () => {
      const gateway = await startGateway((path) => `${sandbox().url}${path.replace("/vocu", "")}`);
      try {
        await speaks(await load({ baseUrl: `${gateway.url}/vocu` }));
        assert.deepEqual(gateway.paths, ["/vocu/api/tts/simple-generate"]);
      } finally {
        gateway.close();
      }
    });

    const sites = [
      ["vocu.ai", "v1.vocu.ai:443"],
      ["vocu.studio", "v1.vocu.studio:443"],
      ["wusound.cn", "v1.wusound.cn:443"],
    ];
    for (const [site, host] of sites) {
      it(`is not used for ${site}, which has its own`, async () => {
        const proxy = await startProxy();
        process.env.https_proxy = proxy.url;
        try {
          const flow = await load({ site });
          flow.input(TEXT);
          assert.equal((await flow.caught()).code, "PROXY_FAILED");
          assert.deepEqual(proxy.tunnels, [host]);
          assert.deepEqual(sandbox().requests, []);
        } finally {
          Reflect.deleteProperty(process.env, "https_proxy");
          proxy.close();
        }
      });
    }
  });

  describe("settings", () => {
    it("that are blank take their defaults", async () => {
      await speaks(
        await load({
          connectTimeout: "",
          firstByteTimeout: "",
          stallTimeout: "",
          retries: "",
          maxConcurrent: "",
        }),
      );
    });

    it("that no dialog would take are refused with their name", async () => {
      const flow = await load({ stallTimeout: "soon" });
      flow.input(TEXT);
      const { code, cause } = await flow.caught();
      assert.equal(code, "INPUT_INVALID");
      assert.equal(cause?.field, "stallTimeout");
    });

    it("take Node-RED's httpRequestTimeout if the account says nothing else", async () => {
      sandbox().fail({ hangBeforeHeaders: true });
      const flow = await flows.load(speechFlow(sandbox().url), keyed(), { httpRequestTimeout: 30 });
      flow.input(TEXT);
      const { code, cause } = await flow.caught();
      assert.equal(code, "FIRST_BYTE_TIMEOUT");
      assert.equal(cause?.timeoutMs, 30);
    });

    it("go before Node-RED's httpRequestTimeout", async () => {
      sandbox().fail({ hangBeforeHeaders: true });
      const nodes = speechFlow(sandbox().url, { account: { firstByteTimeout: 0.1 } });
      const flow = await flows.load(nodes, keyed(), { httpRequestTimeout: 30 });
      flow.input(TEXT);
      assert.equal((await flow.caught()).cause?.timeoutMs, 100);
    });
  });

  describe("several accounts", () => {
    it("keep their keys and servers apart", async () => {
      const flow = await flows.load(
        [
          ...speechFlow(sandbox().url),
          { ...account(sandbox().url), id: "second" },
          speechNode({ id: "other", account: "second", wires: [["otherChunks"], []] }),
          sink("otherChunks"),
        ],
        { ...keyed(), second: { apiKey: "sk-planted-other" } },
      );
      await speaks(flow);
      const { error } = await flow.ended(flow.input(TEXT, "other"));
      assert.equal((error as { code?: string }).code, "AUTH_UNAUTHORIZED");
      await speaks(flow);
    });
  });

  describe("proxy", () => {
    const proxyNode = (url: string, own: Record<string, unknown> = {}): FlowNode => ({
      id: "proxy",
      type: "http proxy",
      name: "",
      url,
      noproxy: [],
      ...own,
    });

    it("of a core http proxy node is used, with its name and password", async () => {
      const proxy = await startProxy();
      try {
        const flow = await load(
          { proxy: "proxy" },
          { ...keyed(), proxy: { username: "ada", password: "pass-planted" } },
          [proxyNode(proxy.url)],
        );
        await speaks(flow);
        assert.deepEqual(proxy.credentials, ["ada:pass-planted"]);
      } finally {
        proxy.close();
      }
    });

    it("is passed by for the hosts that it excepts", async () => {
      const proxy = await startProxy();
      try {
        await speaks(
          await load({ proxy: "proxy" }, keyed(), [proxyNode(proxy.url, { noproxy: ["127.0.0.1"] })]),
        );
        assert.deepEqual(proxy.credentials, []);
      } finally {
        proxy.close();
      }
    });

    it("of the environment is used", async () => {
      const proxy = await startProxy();
      process.env.http_proxy = proxy.url;
      try {
        await speaks(await load());
        assert.equal(proxy.credentials.length, 1);
      } finally {
        Reflect.deleteProperty(process.env, "http_proxy");
        proxy.close();
      }
    });

    it("that refuses is reported as such", async () => {
      const proxy = await startProxy(407);
      try {
        const flow = await load({ proxy: "proxy" }, keyed(), [proxyNode(proxy.url)]);
        flow.input(TEXT);
        assert.equal((await flow.caught()).code, "PROXY_FAILED");
      } finally {
        proxy.close();
      }
    });
  });

  it("does not go around a proxy that is missing", async () => {
    const flow = await load({ proxy: "gone" });
    flow.input(TEXT);
    assert.equal((await flow.caught()).code, "PROXY_NOT_DEPLOYED");
    assert.equal(sandbox().requests.length, 0);
  });

  describe("TLS", () => {
    const tlsNode = (own: Record<string, unknown>): FlowNode => ({
      id: "tls",
      type: "tls-config",
      name: "",
      cert: "",
      key: "",
      ca: "",
      certname: "",
      keyname: "",
      caname: "",
      servername: "",
      verifyservercert: true,
      ...own,
    });

    const gateways: Gateway[] = [];
    afterEach(() => {
      for (const gateway of gateways.splice(0)) gateway.close();
    });
    const loadSecure = async (own: Record<string, unknown>, more: FlowNode[] = []): Promise<Flow> => {
      const gateway = await startGateway((path) => `${sandbox().url}${path}`, {
        key: await readFile(join(TLS, "server-key.pem")),
        cert: await readFile(join(TLS, "server-cert.pem")),
      });
      gateways.push(gateway);
      return load({ baseUrl: gateway.url, ...own }, keyed(), more);
    };

    it("with a certificate that nobody knows is refused, before the key is sent", async () => {
      const flow = await loadSecure({});
      flow.input(TEXT);
      assert.equal((await flow.caught()).code, "TLS_FAILED");
      assert.deepEqual(sandbox().requests, []);
    });

    it("reports it if the tls-config node is missing", async () => {
      const flow = await load({ tls: "gone" });
      flow.input(TEXT);
      assert.equal((await flow.caught()).code, "TLS_NOT_DEPLOYED");
    });

    it("reports it if the tls-config node could not read its files", async () => {
      const flow = await loadSecure({ tls: "tls" }, [tlsNode({ ca: join(TLS, "no-such-file.pem") })]);
      flow.input(TEXT);
      assert.equal((await flow.caught()).code, "TLS_NOT_USABLE");
    });

    it("with an authority of one's own works through a core tls-config node", async () => {
      await speaks(await loadSecure({ tls: "tls" }, [tlsNode({ ca: join(TLS, "ca-cert.pem") })]));
    });

    it("works without verification if the tls-config node disables it", async () => {
      await speaks(await loadSecure({ tls: "tls" }, [tlsNode({ verifyservercert: false })]));
    });
  });
});

/** A server before another one. */
interface Gateway {
  url: string;
  /** The paths that were asked for, without their queries. */
  paths: string[];
  readonly close: () => void;
}

/** A server that passes GET requests on to where `to` says, and keeps their paths. */
async function startGateway(to: (path: string) => string, secure?: ServerOptions): Promise<Gateway> {
  const paths: string[] = [];
  const pass: RequestListener = (request, response) => {
    const path = request.url ?? "/";
    paths.push(path.split("?")[0] ?? "");
    const { authorization } = request.headers;
    httpRequest(to(path), { headers: { authorization } }, (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  };
  if (!secure) return { ...(await listening(createServer(pass))), paths };
  const { url, close } = await listening(createSecureServer(secure, pass));
  return { url: url.replace("http:", "https:"), close, paths };
}

/** A proxy of the tests. */
interface Proxy {
  url: string;
  /** Name and password of each request. */
  credentials: string[];
  /** Hosts that a tunnel was asked for; there are none, so that no test reaches the world. */
  tunnels: string[];
  readonly close: () => void;
}

/** Starts a proxy for plain http; with `status` it refuses everybody. */
async function startProxy(status?: number): Promise<Proxy> {
  const credentials: string[] = [];
  const tunnels: string[] = [];
  const server = createServer((request, response) => {
    const given = request.headers["proxy-authorization"]?.replace("Basic ", "") ?? "";
    credentials.push(Buffer.from(given, "base64").toString());
    if (status !== undefined) {
      response.writeHead(status).end();
      return;
    }
    const { authorization, accept } = request.headers;
    httpRequest(request.url ?? "", { headers: { authorization, accept } }, (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    tunnels.push(request.url ?? "");
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  return { ...(await listening(server)), credentials, tunnels };
}

async function listening(server: Server | SecureServer): Promise<{ url: string; close: () => void }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
