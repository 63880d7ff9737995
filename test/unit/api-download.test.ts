/** Files from hosts that Vocu names. API reference 2 and 6. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { bytes, client, collect, failure, FakeClock, KEY, serve } from "./api-server";

const AUDIO = bytes(3000);
const API = "https://v1.vocu.ai";

/** A host that answers with the statuses in turn, then with audio. */
const failing = (...statuses: number[]) =>
  serve((_request, response) => {
    const status = statuses.shift() ?? 200;
    response.writeHead(status, { "retry-after": "1" }).end(status === 200 ? AUDIO : "no");
  });

describe("api download", () => {
  it("asks for bytes as they are, without the key", async () => {
    const storage = await failing();
    const { body } = await client(API).download(`${storage.url}/a.mp3?x=1`);
    assert.deepEqual(await collect(body), AUDIO);
    const [request] = storage.seen;
    assert.deepEqual(
      [request?.method, request?.rawUrl, request?.headers["accept-encoding"], request?.headers.authorization],
      ["GET", "/a.mp3?x=1", "identity", undefined],
    );
  });

  it("knows what the host says, and nothing else", async () => {
    const storage = await serve((request, response) => {
      if (request.path === "/said")
        response.setHeader("content-length", "3").setHeader("content-type", "a/b");
      response.end("abc");
    });
    const vocu = client(API);
    const said = await vocu.download(`${storage.url}/said`);
    assert.deepEqual(
      [said.statusCode, said.contentType, said.contentLength, said.attempts],
      [200, "a/b", 3, 1],
    );
    const chunked = await serve((_request, response) => {
      response.write("a");
      response.end("bc");
    });
    const unsaid = await vocu.download(chunked.url);
    assert.deepEqual([unsaid.contentType, unsaid.contentLength], [undefined, undefined]);
    assert.deepEqual([String(await collect(unsaid.body)), unsaid.unverified], ["abc", false]);
  });

  it("is tried again like a read, without slowing the account down", async () => {
    const clock = new FakeClock();
    const told: number[] = [];
    const storage = await failing(429, 500);
    const vocu = client(API, { retries: 2, onRateLimit: (ms) => told.push(ms) }, clock);
    assert.equal((await vocu.download(storage.url)).attempts, 3);
    assert.deepEqual([clock.waits, told], [[1000, 1000], []]);
  });

  it("says in its error what failed, and how often it was tried", async () => {
    const storage = await failing(503, 503);
    const { code, cause } = await failure(client(API, { retries: 1 }).download(storage.url));
    assert.deepEqual([code, cause.operation, cause.attempts], ["HTTP_503", "download", 2]);
  });

  it("says so too where the audio breaks off", async () => {
    const storage = await serve((_request, response) => {
      if (storage.seen.length > 1) response.writeHead(404).end();
      else {
        response.writeHead(200, { "content-length": "3000" });
        response.write(AUDIO.subarray(0, 100), () => response.socket?.resetAndDestroy());
      }
    });
    const { body } = await client(API).download(storage.url);
    const { code, cause } = await failure(collect(body));
    assert.deepEqual(
      [code, cause.operation, cause.bytes, cause.attempts],
      ["STREAM_CUT", "download", 100, 1],
    );
  });

  for (const [timeoutMs, expected] of [
    [30, 30],
    [undefined, 40],
  ] as const) {
    it(`waits for an answer as long as it is told: ${timeoutMs ?? "by the account"}`, async () => {
      const storage = await serve(() => undefined);
      const vocu = client(API, { firstByteTimeoutMs: 40 });
      const { code, cause } = await failure(vocu.download(storage.url, { timeoutMs }));
      assert.deepEqual(
        [code, cause.timeoutMs, cause.operation],
        ["FIRST_BYTE_TIMEOUT", expected, "download"],
      );
    });
  }

  it("ends with its signal, waiting and reading", async () => {
    const stop = new AbortController();
    const silent = await serve(() => stop.abort());
    assert.equal((await failure(client(API).download(silent.url, { signal: stop.signal }))).code, "ABORTED");
    const again = new AbortController();
    const begun = await serve((_request, response) => response.write("a"));
    const { body } = await client(API).download(begun.url, { signal: again.signal });
    await body.next();
    again.abort();
    assert.equal((await failure(body.next())).code, "ABORTED");
  });

  it("is not tried again where the audio is compressed", async () => {
    const storage = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(AUDIO));
    });
    const { code, cause } = await failure(client(API, { retries: 3 }).download(storage.url));
    assert.deepEqual(
      [code, cause],
      [
        "BAD_REPLY",
        { operation: "download", retryable: false, detail: "it is compressed (gzip)", attempts: 1 },
      ],
    );
  });

  for (const url of [
    "",
    "/a.mp3",
    "ftp://a.example/",
    "xhttp://a.example/",
    "httpsx://a.example/",
    `http://a/${KEY}`,
  ]) {
    it(`takes no such URL: ${url.replace(KEY, "(the key)")}`, async () => {
      const { code, cause } = await failure(client(API).download(url));
      assert.deepEqual(
        [code, cause],
        ["BAD_PARAMETER", { operation: "download", retryable: false, field: "url" }],
      );
    });
  }
});
