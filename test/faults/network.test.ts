import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TlsOptions } from "node:tls";
import { voiceIds } from "../../sandbox";
import { useFlows, type Credentials, type Flow, type FlowNode } from "../nodes/support/flows";
import { bytesOf } from "../nodes/support/message";
import type { CaughtFailure } from "../nodes/support/one-node";
import { useSandbox } from "../nodes/support/sandbox";
import { keyed, onTab, sink, speechFlow } from "../nodes/support/speech-flow";
import { startProxy, type Proxy, type ProxyOptions } from "./support/proxy";
import { pemPath, startTlsFront, type TlsFront } from "./support/tls-front";

const TEXT = "The garage is still open.";
const LOGIN = { username: "home", password: "pass:word/planted" };
const AUTH = `${LOGIN.username}:${LOGIN.password}`;

const tlsNode = (own: Record<string, unknown> = {}): FlowNode => ({
  id: "tls",
  type: "tls-config",
  name: "",
  ca: pemPath("ca-cert"),
  cert: "",
  key: "",
  verifyservercert: true,
  ...own,
});

const proxyNode = (url: string, noproxy: string[] = []): FlowNode => ({
  id: "proxy",
  type: "http proxy",
  name: "",
  url,
  noproxy,
});

const TLS = { tls: "tls" };

describe("network", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  const front = async (certificate?: string, options?: TlsOptions): Promise<TlsFront> => {
    const started = await startTlsFront(sandbox().url, certificate, options);
    cleanups.push(() => started.close());
    return started;
  };
  const proxied = async (options?: ProxyOptions): Promise<Proxy> => {
    const started = await startProxy(options);
    cleanups.push(() => started.close());
    return started;
  };
  const environment = (variables: Record<string, string>): void => {
    for (const [name, value] of Object.entries(variables)) {
      process.env[name] = value;
      cleanups.push(() => Reflect.deleteProperty(process.env, name));
    }
  };

  /** A stream node and one that reads, with the account as given. */
  const load = (
    url: string,
    account: Record<string, unknown>,
    nodes: FlowNode[] = [],
    credentials: Credentials = {},
  ): Promise<Flow> =>
    flows.load(
      [
        ...speechFlow(url, { account: { cacheEnabled: false, ...account } }),
        { ...onTab, id: "voices", type: "vocu-voice-list", account: "account", wires: [["list"]] },
        sink("list"),
        ...nodes,
      ],
      { ...keyed(), ...credentials },
    );

  const works = async (flow: Flow): Promise<void> => {
    const { chunks } = await flow.speak(TEXT);
    const speech = await sandbox().speech({ text: TEXT, voiceId: voiceIds.english });
    assert.ok(bytesOf(chunks).equals(speech));
    assert.equal((await flow.ended(flow.input({ payload: "" }, "voices"))).error, undefined);
  };

  const fails = async (flow: Flow, code: string): Promise<CaughtFailure> => {
    const errors = [flow.input(TEXT), flow.input({ payload: "" }, "voices")].map((input) =>
      flow.ended(input),
    );
    const [speech, list] = (await Promise.all(errors)).map(({ error }) => error as CaughtFailure);
    assert.deepEqual([speech?.code, list?.code], [code, code]);
    assert.deepEqual(sandbox().requests, []);
    return speech as CaughtFailure;
  };

  describe("TLS", () => {
    it("works with the private authority of a tls-config node", async () => {
      const { url, accepted } = await front();
      await works(await load(url, TLS, [tlsNode()]));
      assert.ok(accepted.length > 0);
    });

    it("is refused if nobody vouches for the certificate, and the key is not sent", async () => {
      const { url } = await front();
      await fails(await load(url, {}), "TLS_FAILED");
    });

    it("is refused for a certificate of another name", async () => {
      const { url } = await front("elsewhere");
      await fails(await load(url, TLS, [tlsNode()]), "TLS_FAILED");
    });

    it("takes the name that the node says, and sends it", async () => {
      const { url, accepted } = await front("elsewhere");
      await works(await load(url, TLS, [tlsNode({ servername: "elsewhere.test" })]));
      assert.equal(accepted[0]?.servername, "elsewhere.test");
    });

    it("can do without verification", async () => {
      const { url } = await front("elsewhere");
      await works(await load(url, TLS, [tlsNode({ verifyservercert: false, ca: "" })]));
    });

    it("shows the node's client certificate to a server that wants one", async () => {
      const ca = readFileSync(pemPath("ca-cert"));
      const { url, accepted } = await front("server", { requestCert: true, ca, rejectUnauthorized: true });
      const pair = { cert: pemPath("server-cert"), key: pemPath("server-key") };
      await works(await load(url, TLS, [tlsNode(pair)]));
      assert.ok(accepted.every(({ authorized }) => authorized));
    });

    it("takes up a speech that was cut from a plain storage host", async () => {
      const { url } = await front();
      const flow = await load(url, TLS, [tlsNode()]);
      sandbox().fail({ cutAfter: 1000 });
      await works(flow);
      assert.equal(sandbox().requests.filter(({ host }) => host === "storage").length, 1);
    });

    it("ends with the flow", async () => {
      const { url, accepted } = await front();
      const flow = await load(url, TLS, [tlsNode()]);
      sandbox().fail({ stallAfter: 1000 });
      flow.input(TEXT);
      await flow.at("chunks").nth(0);
      await flow.stop();
      await Promise.all(accepted.map(({ closed }) => closed));
      const request = await sandbox().waitForRequest(() => true);
      await request.ended;
      assert.ok(request.aborted);
    });
  });

  describe("a proxy node", () => {
    it("is tunnelled through, with its name and password, and the secure connection ends at the server", async () => {
      const { url, port } = await front();
      const proxy = await proxied({ auth: AUTH });
      const nodes = [tlsNode(), proxyNode(proxy.url)];
      await works(await load(url, { ...TLS, proxy: "proxy" }, nodes, { proxy: LOGIN }));
      assert.deepEqual([...new Set(proxy.tunnels)], [`127.0.0.1:${port}`]);
      const basic = `Basic ${Buffer.from(AUTH).toString("base64")}`;
      assert.deepEqual([...new Set(proxy.credentials)], [basic]);
    });

    it("finds hosts that only the proxy knows", async () => {
      const { port } = await front();
      const proxy = await proxied({ hosts: { "vocu.test": "127.0.0.1" } });
      const url = `https://vocu.test:${port}`;
      await works(await load(url, { ...TLS, proxy: "proxy" }, [tlsNode(), proxyNode(proxy.url)]));
      assert.deepEqual([...new Set(proxy.tunnels)], [`vocu.test:${port}`]);
    });

    it("does not make an unknown certificate good", async () => {
      const { url } = await front();
      const proxy = await proxied();
      await fails(await load(url, { proxy: "proxy" }, [proxyNode(proxy.url)]), "TLS_FAILED");
    });

    it("that refuses is reported as such", async () => {
      const { url } = await front();
      const proxy = await proxied({ auth: AUTH });
      const nodes = [tlsNode(), proxyNode(proxy.url)];
      const wrong = { proxy: { ...LOGIN, password: "wrong-planted" } };
      const { cause } = await fails(
        await load(url, { ...TLS, proxy: "proxy" }, nodes, wrong),
        "PROXY_FAILED",
      );
      assert.equal(cause.statusCode, 407);
    });

    it("is left out for hosts that it excepts", async () => {
      const { url, port } = await front();
      const proxy = await proxied();
      const nodes = [tlsNode(), proxyNode(proxy.url, ["example.com", `127.0.0.1:${port}`])];
      await works(await load(url, { ...TLS, proxy: "proxy" }, nodes));
      assert.deepEqual(proxy.tunnels, []);
    });

    it("serves the storage host too, unless that is excepted", async () => {
      const { url, port } = await front();
      const proxy = await proxied();
      const storage = new URL(sandbox().storageUrl).host;
      const account = { ...TLS, proxy: "proxy" };
      sandbox().fail({ cutAfter: 1000 });
      await works(await load(url, account, [tlsNode(), proxyNode(proxy.url)]));
      assert.deepEqual(proxy.plain, [storage]);
      sandbox().fail({ cutAfter: 1000 });
      await works(await load(url, account, [tlsNode(), proxyNode(proxy.url, [storage])]));
      assert.deepEqual(proxy.plain, [storage]);
      assert.ok(proxy.tunnels.every((host) => host === `127.0.0.1:${port}`));
    });

    it("may be written without a scheme", async () => {
      const proxy = await proxied();
      await works(await load(sandbox().url, { proxy: "proxy" }, [proxyNode(`127.0.0.1:${proxy.port}`)]));
      assert.ok(proxy.plain.length > 0);
    });

    it("has no connection left when the flow has stopped in the middle of a speech", async () => {
      const { url } = await front();
      const proxy = await proxied();
      const flow = await load(url, { ...TLS, proxy: "proxy" }, [tlsNode(), proxyNode(proxy.url)]);
      sandbox().fail({ stallAfter: 1000 });
      flow.input(TEXT);
      await flow.at("chunks").nth(0);
      const closed = [...proxy.sockets].map((socket) => new Promise((gone) => socket.once("close", gone)));
      assert.ok(closed.length > 0);
      await flow.stop();
      await Promise.all(closed);
    });
  });

  describe("the environment", () => {
    it("names the proxy of secure connections", async () => {
      const { url, port } = await front();
      const [secure, plain] = [await proxied(), await proxied()];
      environment({ HTTPS_PROXY: secure.url, HTTP_PROXY: plain.url });
      await works(await load(url, TLS, [tlsNode()]));
      assert.deepEqual([...new Set(secure.tunnels)], [`127.0.0.1:${port}`]);
      assert.deepEqual(plain.plain, []);
    });

    it("may hold name and password of the proxy", async () => {
      const { url } = await front();
      const proxy = await proxied({ auth: AUTH });
      const secret = `${LOGIN.username}:${encodeURIComponent(LOGIN.password)}`;
      environment({ all_proxy: `http://${secret}@127.0.0.1:${proxy.port}` });
      await works(await load(url, TLS, [tlsNode()]));
      assert.ok(proxy.tunnels.length > 0);
    });

    it("excepts hosts", async () => {
      const { url } = await front();
      const proxy = await proxied();
      environment({ https_proxy: proxy.url, no_proxy: "localhost .0.0.1" });
      await works(await load(url, TLS, [tlsNode()]));
      assert.deepEqual(proxy.tunnels, []);
    });

    it("gives way to the account's own proxy node", async () => {
      const { url } = await front();
      const [own, other] = [await proxied(), await proxied()];
      environment({ https_proxy: other.url, no_proxy: "127.0.0.1" });
      await works(await load(url, { ...TLS, proxy: "proxy" }, [tlsNode(), proxyNode(own.url)]));
      assert.ok(own.tunnels.length > 0);
      assert.deepEqual(other.tunnels, []);
    });
  });
});
