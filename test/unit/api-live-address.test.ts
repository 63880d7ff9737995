/** The address of a live channel, and the way there. API reference B.1. */
import assert from "node:assert/strict";
import { VocuError, type ClientOptions } from "../../lib/api";
import { liveAddress, liveRoute } from "../../lib/api/live-address";
import type { Session } from "../../lib/api/session";
import { KEY } from "./api-server";

const API = "https://api.example/v1";

const failureOf = (work: () => unknown): VocuError => {
  try {
    work();
  } catch (error) {
    if (error instanceof VocuError) return error;
    throw error;
  }
  throw new Error("it did not fail");
};

describe("api live address", () => {
  for (const [wsUrl, url] of [
    ["wss://live.example/channel?queueOptions=1", "wss://live.example/channel?queueOptions=1"],
    ["wss://live.example/channel#part", "wss://live.example/channel"],
  ] as const) {
    it(`is the WebSocket address of the reply: ${wsUrl}`, () => {
      assert.equal(liveAddress({ wsUrl }, API).url.href, url);
    });
  }

  for (const wsUrl of [
    undefined,
    "",
    "channel",
    "https://live.example/",
    "xwss://live.example/",
    "wssx://a.example/",
    7,
  ]) {
    it(`makes no sense as ${JSON.stringify(wsUrl)}`, () => {
      const { code, cause } = failureOf(() => liveAddress({ wsUrl }, API));
      assert.deepEqual(
        [code, cause],
        ["BAD_REPLY", { retryable: false, detail: "it names no WebSocket address" }],
      );
    });
  }

  it("may be unencrypted only where the API is", () => {
    const data = { wsUrl: "ws://live.example:8080/" };
    assert.equal(liveAddress(data, "http://127.0.0.1:4880").url.href, data.wsUrl);
    const { code, cause } = failureOf(() => liveAddress(data, API));
    assert.deepEqual([code, cause], ["LIVE_UNSAFE", { retryable: false, host: "live.example:8080" }]);
    assert.equal(liveAddress({ wsUrl: "wss://live.example/" }, "http://127.0.0.1").url.protocol, "wss:");
  });

  for (const [cancelAfter, ms] of [
    [undefined, 60_000],
    [2, 2000],
    ["2.5", 2500],
    [3600, 3_600_000],
    [3601, 60_000],
    [0, 60_000],
    [-1, 60_000],
    ["soon", 60_000],
  ] as const) {
    it(`is left after ${ms} ms by cancelAfter ${JSON.stringify(cancelAfter)}`, () => {
      assert.equal(liveAddress({ wsUrl: "wss://a.example/", cancelAfter }, API).cancelAfterMs, ms);
    });
  }
});

describe("api live address: the way there", () => {
  const routeTo = (address: string, options: Partial<ClientOptions> = {}) => {
    const session = { options: { baseUrl: API, apiKey: KEY, ...options } } as Session;
    return liveRoute(session, new URL(address), new AbortController().signal);
  };

  it("has the key for the API's own origin only", () => {
    assert.equal(routeTo("wss://api.example/x").headers.authorization, `Bearer ${KEY}`);
    const insecure = { baseUrl: "http://api.example" };
    assert.equal(routeTo("ws://api.example/x", insecure).headers.authorization, `Bearer ${KEY}`);
    for (const foreign of ["wss://api.example:444/", "wss://ws.api.example/", "ws://api.example/"])
      assert.equal(routeTo(foreign).headers.authorization, undefined);
  });

  it("has a proxy if the account has one for the protocol", () => {
    const proxy = { https: "http://proxy.example:3128" };
    assert.equal(routeTo("wss://api.example/", { proxy }).agent?.constructor.name, "HttpsProxyAgent");
    assert.equal("agent" in routeTo("ws://api.example/", { proxy }), false);
    assert.equal("agent" in routeTo("wss://api.example/"), false);
    const plain = { proxy: { http: "https://proxy.example" } };
    assert.equal(routeTo("ws://api.example/", plain).agent?.constructor.name, "HttpProxyAgent");
    assert.equal("agent" in routeTo("wss://api.example/", { proxy: { ...proxy, no: "api.example" } }), false);
  });

  for (const https of [
    "nonsense",
    "socks5://proxy.example",
    "xhttp://proxy.example",
    "httpsx://proxy.example",
  ]) {
    it(`has no proxy of another kind: ${https}`, () => {
      const { code, cause } = failureOf(() => routeTo("wss://api.example:444/", { proxy: { https } }));
      assert.deepEqual(
        [code, cause],
        ["PROXY_FAILED", { retryable: false, host: "api.example:444", detail: "not an http or https URL" }],
      );
    });
  }

  it("has what the account trusts everywhere, and nothing that is blank", () => {
    const tls = { ca: "ca", rejectUnauthorized: false, cert: "", servername: undefined, passphrase: "p" };
    const without = (address: string): object => ({ ...routeTo(address, { tls }), headers: {} });
    assert.deepEqual(without("wss://api.example/"), {
      ca: "ca",
      rejectUnauthorized: false,
      passphrase: "p",
      headers: {},
    });
    assert.deepEqual(without("wss://other.example/"), { ca: "ca", rejectUnauthorized: false, headers: {} });
  });

  it("trusts a proxy by the same rules, and ends with the signal", () => {
    const tls = { ca: "ca", rejectUnauthorized: false };
    const proxy = { https: "https://proxy.example" };
    const { agent } = routeTo("wss://other.example/", { tls, proxy });
    const { proxyRequestOptions } = agent as unknown as { proxyRequestOptions: Record<string, unknown> };
    assert.deepEqual(Object.keys(proxyRequestOptions).sort(), ["ca", "rejectUnauthorized", "signal"]);
  });
});
