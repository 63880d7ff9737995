import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";
import { proxyFor } from "../../lib/api/proxy";
import type { NodeAPI } from "node-red";
import { environmentProxy, proxyOf } from "../../lib/flow/account/network";

/** How core's http request node finds its proxy. */
const core = createRequire(__filename)("@node-red/nodes/core/network/lib/proxyHelper.js") as {
  getProxyForUrl(url: string, options: object): string;
};

const NAMES = ["http_proxy", "https_proxy", "all_proxy", "npm_config_proxy", "npm_config_http_proxy"];
const EXCEPTIONS = ["no_proxy", "npm_config_no_proxy"];
const HOSTS = ["vocu.ai", "v1.vocu.ai", "v1.vocu.ai.example", "VOCU.ai", "127.0.0.1", "[::1]", "xvocu.ai"];
const ENTRIES = ["*", ".vocu.ai", "*.vocu.ai", "*vocu.ai", "vocu.ai", "v1.vocu.ai:8443", "V1.Vocu.AI:443"];
const OTHERS = ["", "127.0.0.1", "[::1]", "[::1]:443", ".", "vocu.ai:80", "vocu.ai:0"];

const eitherCase = (names: string[]): string[] => names.flatMap((name) => [name, name.toUpperCase()]);

const environment = fc
  .tuple(
    fc.dictionary(
      fc.constantFrom(...eitherCase(NAMES)),
      fc.constantFrom("", "http://one.example:3128", "two.example:8080", "https://three.example"),
      { maxKeys: 4 },
    ),
    fc.dictionary(
      fc.constantFrom(...eitherCase(EXCEPTIONS)),
      fc
        .array(fc.constantFrom(...ENTRIES, ...OTHERS), { maxLength: 3 })
        .chain((entries) => fc.constantFrom(",", " ", ", ").map((separator) => entries.join(separator))),
      { maxKeys: 2 },
    ),
  )
  .map(([proxies, exceptions]) => ({ ...proxies, ...exceptions }));

const url = fc
  .tuple(
    fc.constantFrom("http", "https"),
    fc.constantFrom(...HOSTS),
    fc.constantFrom("", ":80", ":443", ":8443"),
  )
  .map(([protocol, host, port]) => `${protocol}://${host}${port}/api`);

const rules = fc.record(
  { favourUpperCase: fc.boolean(), lowerCaseOnly: fc.boolean(), excludeNpm: fc.boolean() },
  { requiredKeys: [] },
);

describe("the proxy of the environment", () => {
  it("is the one that core's http request takes, for every host and every list of exceptions", () => {
    fc.assert(
      fc.property(environment, url, rules, (env, address, options) => {
        const ours = proxyFor(new URL(address), environmentProxy(env, options) ?? {});
        assert.equal(ours ?? "", core.getProxyForUrl(address, { env, ...options }));
      }),
      { numRuns: 3000 },
    );
  });

  it("is none if no variable names one", () => {
    assert.equal(environmentProxy({ NO_PROXY: "vocu.ai", HTTP_PROXY: "" }), undefined);
  });

  it("has exceptions for whole names and ends of names, whatever is around them", () => {
    const proxies = (no: string) => ({ https: "http://secure.example", no });
    for (const no of ["vocu.ai", "VOCU.AI", " ,vocu.ai:443", "*ocu.ai", "*", "other.example vocu.ai"])
      assert.equal(proxyFor(new URL("https://vocu.ai/"), proxies(no)), undefined, no);
    for (const no of ["", " , ", "ocu.ai", "vocu.ai:8443", "vocu.a*", "xvocu.ai", "vocu.ai.example"])
      assert.equal(proxyFor(new URL("https://vocu.ai/"), proxies(no)), "http://secure.example", no);
  });

  it("serves channels as it serves requests", () => {
    const proxies = { http: "http://plain.example", https: "http://secure.example", no: "vocu.ai:443" };
    assert.equal(proxyFor(new URL("wss://v1.vocu.ai/"), proxies), proxies.https);
    assert.equal(proxyFor(new URL("ws://v1.vocu.ai/"), proxies), proxies.http);
    assert.equal(proxyFor(new URL("wss://vocu.ai/"), proxies), undefined);
  });
});

describe("the proxy of a core http proxy node", () => {
  it("gets name and password as they were typed, whatever is in them", () => {
    const credentials = { username: "a%41@b", password: "c%2f:d/e" };
    const node = { url: "http://proxy.example:3128", noproxy: [], credentials };
    const RED = { nodes: { getNode: () => node } } as unknown as NodeAPI;
    const { username, password, host } = new URL(proxyOf(RED, "proxy")?.https ?? "");
    assert.deepEqual(
      [decodeURIComponent(username), decodeURIComponent(password), host],
      [credentials.username, credentials.password, "proxy.example:3128"],
    );
  });
});
