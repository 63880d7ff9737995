/** What a request for speech may get instead of audio, and what its errors say. API reference D.1 and D.4. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { ClientOptions } from "../../lib/api";
import { bytes, client, collect, failure, json, KEY, refusingUrl, serve } from "./api-server";

const HELLO = { voiceId: "v", text: "Hello" };
const OCTETS = { "content-type": "application/octet-stream" };
const AUDIO = Buffer.concat([Buffer.from([0xff, 0xfb]), bytes(3000)]);

const speaking = async (
  headers: Record<string, string>,
  body: Buffer | string,
  options: Partial<ClientOptions> = {},
) => {
  const server = await serve((_request, response) => response.writeHead(200, headers).end(body));
  return client(server.url, options).speak(HELLO);
};
const detailOf = async (headers: Record<string, string>, body: Buffer | string) => {
  const { code, cause } = await failure(speaking({ "x-vocu-app-request-id": "r-1", ...headers }, body));
  assert.equal(code, "NOT_AUDIO");
  const { detail, ...facts } = cause;
  assert.deepEqual(facts, {
    operation: "speak",
    statusCode: 200,
    requestId: "r-1",
    retryable: false,
    attempts: 1,
  });
  return detail;
};

describe("api speech faults: no audio", () => {
  it("says what came instead", async () => {
    assert.equal(await detailOf({ "content-type": "text/plain" }, "out of order"), "out of order");
    assert.equal(await detailOf({ "content-type": "text/plain" }, ` ${KEY}`), "***");
    assert.equal(await detailOf({ "content-type": "text/plain" }, " \n"), "it is empty");
    const gzip = { "content-type": "audio/mpeg", "content-encoding": "gzip" };
    assert.equal(await detailOf(gzip, gzipSync(AUDIO)), "it is compressed");
  });

  for (const type of ["text/xml", "application/xml", "application/problem+json"]) {
    it(`takes ${type} for text, unless it begins like mp3`, async () => {
      assert.equal(await detailOf({ "content-type": type }, "Hi"), "Hi");
      assert.deepEqual(await collect((await speaking({ "content-type": type }, AUDIO)).audio), AUDIO);
    });
  }

  for (const body of ["{", "<", "\n\t {", " <html>"]) {
    it(`takes bytes that begin with ${JSON.stringify(body)} for text`, async () => {
      assert.equal((await failure(speaking(OCTETS, body))).code, "NOT_AUDIO");
    });
  }

  it("reads no more than 64 KB of white space before audio", async () => {
    const blank = (size: number) => Buffer.concat([Buffer.alloc(size, " "), AUDIO]);
    assert.deepEqual(await collect((await speaking(OCTETS, blank(50_000))).audio), blank(50_000));
    assert.equal((await failure(speaking(OCTETS, blank(300_000)))).code, "NOT_AUDIO");
  });

  it("finds an error behind any amount of white space", async () => {
    const body = " ".repeat(300_000) + JSON.stringify({ status: 403, code: "AUTH_FORBIDDEN" });
    assert.equal((await failure(speaking(OCTETS, body))).code, "AUTH_FORBIDDEN");
  });

  it("fetches the rest of audio that breaks off within its white space", async () => {
    const audio = Buffer.concat([Buffer.from(" "), AUDIO]);
    const storage = await serve((_request, response) => response.end(audio));
    const server = await serve((_request, response) => {
      const data = JSON.stringify({ streamUrl: storage.url });
      response.writeHead(200, { ...OCTETS, "x-reecho-response-data": data });
      response.write(" ", () => setImmediate(() => response.socket?.resetAndDestroy()));
    });
    const speech = await client(server.url).speak(HELLO);
    assert.deepEqual([await collect(speech.audio), speech.resumes], [audio, 1]);
  });

  it("is aborted while it waits for what comes first", async () => {
    const stop = new AbortController();
    const server = await serve((_request, response) => {
      response.writeHead(200, OCTETS).write(" ", () => setImmediate(() => stop.abort()));
    });
    assert.equal((await failure(client(server.url).speak(HELLO, { signal: stop.signal }))).code, "ABORTED");
    await server.seen[0]?.closed;
  });

  it("fails in time where what comes first never comes", async () => {
    const server = await serve((_request, response) => response.writeHead(200, OCTETS).flushHeaders());
    const { code, cause } = await failure(client(server.url, { firstByteTimeoutMs: 40 }).speak(HELLO));
    assert.deepEqual([code, cause.retryable, cause.operation], ["FIRST_BYTE_TIMEOUT", false, "speak"]);
  });
});

describe("api speech faults: whether to try again", () => {
  it("may help where nothing was accepted", async () => {
    const busy = await serve((_request, response) => json(response, { status: 503 }, 503));
    for (const url of [busy.url, await refusingUrl()]) {
      const { cause } = await failure(client(url).speak(HELLO));
      assert.deepEqual([cause.retryable, cause.operation], [true, "speak"]);
    }
  });

  it("does not help where it may have been accepted", async () => {
    const lost = await serve((_request, response) => response.destroy());
    const silent = await serve(() => undefined);
    for (const [url, code] of [
      [lost.url, "CONNECTION_LOST"],
      [silent.url, "FIRST_BYTE_TIMEOUT"],
    ] as const) {
      const error = await failure(client(url, { retries: 3 }).speak(HELLO, { timeoutMs: 100 }));
      assert.deepEqual(
        [error.code, error.cause.retryable, error.cause.operation, error.cause.attempts],
        [code, false, "speak", 1],
      );
    }
    assert.equal(lost.seen.length, 1);
  });

  it("is not done after 500, for that may have cost credits", async () => {
    const server = await serve((_request, response) => json(response, { status: 500 }, 500));
    const { cause } = await failure(client(server.url, { retries: 3 }).speak(HELLO));
    assert.deepEqual([cause.attempts, server.seen.length], [1, 1]);
  });

  it("says with audio that breaks off which request it was", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg", "x-vocu-app-request-id": "r-1" });
      response.write(AUDIO, () => response.socket?.resetAndDestroy());
    });
    const { code, cause } = await failure(collect((await client(server.url).speak(HELLO)).audio));
    assert.deepEqual(
      [code, cause],
      [
        "STREAM_CUT",
        {
          operation: "speak",
          requestId: "r-1",
          statusCode: 200,
          attempts: 1,
          bytes: AUDIO.length,
          host: server.url.slice("http://".length),
          retryable: false,
          detail: cause.detail,
        },
      ],
    );
  });
});

describe("api speech faults: the key", () => {
  it("is tried in each place once where a place that has worked is refused, and then no more", async () => {
    let known = true;
    const server = await serve((request, response) => {
      if (known && request.query.has("token"))
        response.writeHead(200, { "content-type": "audio/mpeg" }).end(AUDIO);
      else json(response, { status: 401 }, 401);
    });
    const vocu = client(server.url);
    await vocu.speak(HELLO);
    known = false;
    assert.equal((await failure(vocu.speak(HELLO))).code, "HTTP_401");
    assert.deepEqual(
      server.seen.map(({ query }) => query.has("token")),
      [false, true, true, false],
    );
  });

  it("may go into a URL though a POST has worked, which says nothing about it", async () => {
    const server = await serve((request, response) => {
      const knows = request.method === "POST" || request.query.has("token");
      if (knows) response.writeHead(200, { "content-type": "audio/mpeg" }).end(AUDIO);
      else json(response, { status: 401 }, 401);
    });
    const vocu = client(server.url);
    await vocu.speak({ ...HELLO, vivid: true });
    assert.deepEqual(await collect((await vocu.speak(HELLO)).audio), AUDIO);
    assert.equal(server.seen.length, 3);
  });

  it("may have white space around it", async () => {
    const { url, seen } = await serve((_request, response) => json(response, { status: 200 }));
    await client(url, { apiKey: ` ${KEY}\n` }).call({ operation: "x", method: "GET", path: "/api/voice" });
    assert.equal(seen[0]?.headers.authorization, `Bearer ${KEY}`);
  });
});

describe("api speech faults: secrets", () => {
  it("of a proxy are taken out of what a server says", async () => {
    const server = await serve((_request, response) => json(response, { message: "no hunter22 here" }, 400));
    const proxy = { https: "http://me:hunter22@127.0.0.1:9" };
    const { cause } = await failure(client(server.url, { proxy }).speak(HELLO));
    assert.equal(cause.serverMessage, "no *** here");
  });
});
