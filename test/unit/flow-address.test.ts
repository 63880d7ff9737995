/** By which address other devices reach this Node-RED. */
import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import type { NodeAPI } from "node-red";
import { httpNodesUrl } from "../../lib/flow/sound/address";
import { ownAddresses } from "../../lib/flow/sound/own-address";

const info = (address: string, own: object = {}): NetworkInterfaceInfo =>
  ({
    address,
    family: address.includes(":") ? "IPv6" : "IPv4",
    internal: false,
    ...own,
  }) as NetworkInterfaceInfo;

describe("the addresses of this machine", () => {
  it("are those that others may reach, the one in the home's network first", () => {
    const found = ownAddresses({
      lo: [info("127.0.0.1", { internal: true }), info("::1", { internal: true })],
      docker0: [info("172.17.0.1")],
      wlan0: [info("fe80::1"), info("2001:db8::7"), info("192.168.1.20")],
      tailscale0: [info("100.64.0.3")],
      eth1: [info("169.254.7.7"), info("203.0.113.9")],
    });
    assert.deepEqual(
      found.map(({ address }) => address),
      ["192.168.1.20", "203.0.113.9", "2001:db8::7", "172.17.0.1", "100.64.0.3"],
    );
  });

  it("are none without a network", () => {
    assert.deepEqual(ownAddresses({ lo: [info("127.0.0.1", { internal: true })] }), []);
  });
});

describe("the address of Node-RED's HTTP nodes", () => {
  const red = (settings: object = {}): NodeAPI =>
    ({
      settings: { uiHost: "192.168.1.10", uiPort: 1880, ...settings },
      server: undefined,
    }) as unknown as NodeAPI;

  for (const [what, settings, publicUrl, url] of [
    ["with its port", {}, "", "http://192.168.1.10:1880"],
    ["with httpNodeRoot", { httpNodeRoot: "/api/" }, "", "http://192.168.1.10:1880/api"],
    ["over https", { https: {} }, "", "https://192.168.1.10:1880"],
    ["over IPv6", { uiHost: "2001:db8::7" }, "", "http://[2001:db8::7]:1880"],
    ["as entered", { https: {} }, " http://127.0.0.1:1880/ ", "http://127.0.0.1:1880"],
  ] as const) {
    it(`is ${url} ${what}`, () => assert.equal(httpNodesUrl(red(settings), publicUrl), url));
  }

  it("is in this machine's network where it listens everywhere, also for a request from the machine itself", () => {
    const [own] = ownAddresses();
    const address = own?.address ?? "127.0.0.1";
    const host = address.includes(":") ? `[${address}]` : address;
    const req = { headers: { host: "localhost:1880" }, socket: { localAddress: "::ffff:127.0.0.1" } };
    assert.equal(httpNodesUrl(red({ uiHost: "" }), "", req), `http://${host}:1880`);
  });

  describe("for a request that came through a proxy", () => {
    const request = (trusted: boolean, headers: Record<string, string>): object => ({
      headers,
      socket: { remoteAddress: "10.0.0.2", localAddress: "127.0.0.1" },
      app: { get: (name: string) => (name === "trust proxy fn" ? () => trusted : undefined) },
    });
    const forwarded = {
      "x-forwarded-host": "home.example",
      "x-forwarded-proto": "https",
      "x-forwarded-prefix": "/red/",
    };

    it("is what the proxy says, where Node-RED trusts it", () => {
      const url = httpNodesUrl(red({ httpNodeRoot: "/api" }), "", request(true, forwarded));
      assert.equal(url, "https://home.example/red/api");
    });

    it("is its own, where Node-RED does not", () => {
      assert.equal(httpNodesUrl(red(), "", request(false, forwarded)), "http://192.168.1.10:1880");
    });

    for (const host of ["localhost", "127.0.0.1:1880", "a b", "evil.example/x", "user@evil.example", ""]) {
      it(`is its own, if the proxy says ${JSON.stringify(host)}`, () => {
        const url = httpNodesUrl(red(), "", request(true, { ...forwarded, "x-forwarded-host": host }));
        assert.equal(url, "http://192.168.1.10:1880");
      });
    }

    it("leaves out a prefix that is not a path", () => {
      const headers = { ...forwarded, "x-forwarded-prefix": "//evil.example" };
      assert.equal(httpNodesUrl(red(), "", request(true, headers)), "https://home.example");
    });
  });
});
