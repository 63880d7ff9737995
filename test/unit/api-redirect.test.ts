/** Redirects of the API and of the hosts where audio lies. */
import assert from "node:assert/strict";
import { client, collect, failure, json, pem, serve, serveTls, type TestServer } from "./api-server";

const INFO = { operation: "account-info", method: "GET", path: "/api/account/info" } as const;
const CREATE = { operation: "voice-create", method: "POST", path: "/api/voice", json: {} } as const;

/** A server that redirects everything but /there. */
const redirecting = (status: number, location: string): Promise<TestServer> =>
  serve((request, response) => {
    if (request.path === "/there") json(response, { status: 200, data: request.method });
    else response.writeHead(status, { location }).end();
  });

describe("api redirect", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`follows a GET after ${status}`, async () => {
      const server = await redirecting(status, "/there");
      assert.equal((await client(server.url).call(INFO)).data, "GET");
    });
  }

  for (const status of [300, 304, 305]) {
    it(`reports ${status} as it is`, async () => {
      const server = await redirecting(status, "/there");
      assert.equal((await failure(client(server.url).call(INFO))).code, `HTTP_${status}`);
      assert.equal(server.seen.length, 1);
    });
  }

  it("reports a redirect to nowhere as it is", async () => {
    const server = await serve((_request, response) => response.writeHead(302).end());
    assert.equal((await failure(client(server.url).call(INFO))).code, "HTTP_302");
  });

  it("resolves an address against the one that named it, with its port", async () => {
    const server = await serve((request, response) => {
      if (request.path === "/deep/there") json(response, { status: 200, data: "here" });
      else
        response.writeHead(302, { location: request.path === "/deep/first" ? "there" : "/deep/first" }).end();
    });
    assert.equal((await client(server.url).call(INFO)).data, "here");
  });

  it("follows five redirects", async () => {
    const server = await serve((request, response) => {
      if (server.seen.length === 6) json(response, { status: 200, data: request.path });
      else response.writeHead(302, { location: `/${server.seen.length}` }).end();
    });
    assert.equal((await client(server.url).call(INFO)).data, "/5");
  });

  const refusals: [what: string, location: string, request: object, detail: string, host?: string][] = [
    ["no URL", "http://", INFO, "its address is not a URL"],
    ["another origin", "https://other.example:8443/", INFO, "another origin", "other.example:8443"],
    ["a write", "/there", CREATE, "POST requests are not redirected"],
    ["more than five", "/again", INFO, "too many redirects"],
  ];
  for (const [what, location, request, detail, host] of refusals) {
    it(`refuses it, says why, and names the host: ${what}`, async () => {
      const server = await redirecting(307, location);
      const { code, cause } = await failure(client(server.url).call(request as typeof INFO));
      assert.deepEqual(
        [code, cause.detail, cause.host, cause.statusCode, cause.retryable],
        ["REDIRECT_REFUSED", detail, host ?? server.url.slice("http://".length), 307, false],
      );
    });
  }

  for (const location of ["ftp://files.example/a.mp3", "data:audio/mpeg,x", "xhttp://files.example/"]) {
    it(`does not fetch audio from ${location}`, async () => {
      const server = await redirecting(302, location);
      const { code, cause } = await failure(client("https://v1.vocu.ai").download(server.url));
      assert.deepEqual(
        [code, cause.detail, cause.host],
        ["REDIRECT_REFUSED", "neither http nor https", new URL(location).host],
      );
    });
  }

  it("fetches audio from an encrypted host to which an unencrypted one sends", async () => {
    const storage = await serveTls((_request, response) => response.end("audio"));
    const front = await redirecting(302, storage.url);
    const file = await client("https://v1.vocu.ai", { tls: { ca: pem("ca-cert") } }).download(front.url);
    assert.equal(String(await collect(file.body)), "audio");
  });

  it("fetches audio from a host to which another one sends, with the headers of the first request", async () => {
    const storage = await serve((_request, response) => response.end("audio"));
    const front = await redirecting(302, `${storage.url}/there`);
    const file = await client("https://v1.vocu.ai").download(front.url);
    assert.equal(String(await collect(file.body)), "audio");
    assert.equal(storage.seen[0]?.headers["accept-encoding"], "identity");
  });
});
