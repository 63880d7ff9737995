import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import type { SpeechInfo, SpeechParams } from "../../lib/api";
import { bytes, client, collect, failure, json, KEY, refusingUrl, serve } from "./api-server";

const HELLO: SpeechParams = { voiceId: "v-1", text: "Hello" };
const AUDIO = bytes(3000);
const PATH = "/api/tts/simple-generate";

function speakTo(
  response: ServerResponse,
  headers: Record<string, string> = {},
  audio: Buffer = AUDIO,
): void {
  response.writeHead(200, { "content-type": "audio/mpeg", ...headers }).end(audio);
}

const speaking = (headers: Record<string, string> = {}) =>
  serve((_request, response) => {
    speakTo(response, headers);
  });

describe("api speech: request", () => {
  it("streams by GET with the key in the header", async () => {
    const server = await speaking();
    const speech = await client(server.url).speak({ ...HELLO, text: "a b+c 你好", flash: true, srt: false });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    const request = server.seen[0];
    assert.deepEqual([request?.method, request?.path, speech.transport], ["GET", PATH, "get"]);
    assert.equal(request?.headers.authorization, `Bearer ${KEY}`);
    assert.deepEqual(Object.fromEntries(request.query), {
      voiceId: "v-1",
      text: "a b+c 你好",
      flash: "true",
      srt: "false",
    });
  });

  it("does not send blank parameters", async () => {
    const server = await speaking();
    await client(server.url).speak({ ...HELLO, promptId: "", seed: null, preset: undefined, language: "" });
    assert.equal(server.seen[0]?.rawUrl, `${PATH}?voiceId=v-1&text=Hello`);
  });

  const postOnly: [string, Partial<SpeechParams>][] = [
    ["language", { language: "yue" }],
    ["vivid", { vivid: false }],
    ["emo_switch", { emo_switch: [0, 5, 0, 0, 0] }],
  ];
  for (const [name, params] of postOnly) {
    it(`sends ${name} by POST, as JSON with its type`, async () => {
      const server = await speaking();
      const speech = await client(server.url).speak({ ...HELLO, seed: 7, promptId: "", ...params });
      assert.deepEqual(await collect(speech.audio), AUDIO);
      const request = server.seen[0];
      assert.deepEqual([request?.method, request?.rawUrl, speech.transport], ["POST", PATH, "post"]);
      assert.equal(request?.headers.authorization, `Bearer ${KEY}`);
      assert.deepEqual(JSON.parse(String(request.body)), {
        ...HELLO,
        seed: 7,
        ...params,
        stream: true,
        direct_stream: true,
      });
    });
  }

  it("sends by GET what makes a URL of exactly 6 KB, and by POST what makes a longer one", async () => {
    const server = await speaking();
    const vocu = client(server.url);
    const room = 6144 - `${server.url}${PATH}?voiceId=v-1&text=`.length;
    await vocu.speak({ voiceId: "v-1", text: "x".repeat(room) });
    await vocu.speak({ voiceId: "v-1", text: "x".repeat(room + 1) });
    assert.deepEqual(
      server.seen.map((request) => request.method),
      ["GET", "POST"],
    );
  });

  it("refuses a redirect to another origin", async () => {
    const other = await speaking();
    const server = await serve((_request, response) =>
      response.writeHead(302, { location: other.url }).end(),
    );
    assert.equal((await failure(client(server.url).speak(HELLO))).code, "REDIRECT_REFUSED");
    assert.equal(other.connections(), 0);
  });
});

describe("api speech: where the key goes", () => {
  /** A server of the 2025 edition: the key in the query, 401 to the header; POST takes the header only. */
  const older = (postStatus = 200) =>
    serve((request, response) => {
      const known = request.method === "POST" ? postStatus === 200 : request.query.get("token") === KEY;
      if (known) speakTo(response);
      else json(response, { status: 401, message: "no" }, 401);
    });
  const ways = (server: { seen: { headers: { authorization?: string }; query: URLSearchParams }[] }) =>
    server.seen.map(({ headers, query }) =>
      [headers.authorization ? "header" : "", query.has("token") ? "token" : ""].join(""),
    );

  it("tries the query once when the header is refused, without the header", async () => {
    const server = await older();
    const speech = await client(server.url).speak(HELLO);
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual([ways(server), speech.attempts], [["header", "token"], 1]);
  });

  it("remembers that the query worked", async () => {
    const server = await older();
    const vocu = client(server.url);
    await vocu.speak(HELLO);
    await vocu.speak(HELLO);
    assert.deepEqual(ways(server), ["header", "token", "token"]);
  });

  it("does not put the key into a URL when the header has worked before", async () => {
    let known = true;
    const server = await serve((_request, response) => {
      if (known) speakTo(response);
      else json(response, { status: 401, code: "AUTH_UNAUTHORIZED" }, 401);
    });
    const vocu = client(server.url);
    await vocu.speak(HELLO);
    known = false;
    assert.equal((await failure(vocu.speak(HELLO))).code, "AUTH_UNAUTHORIZED");
    assert.deepEqual(ways(server), ["header", "header"]);
  });

  it("forgets a way that is refused, and starts again", async () => {
    let edition = 2025;
    const server = await serve((request, response) => {
      if (request.query.has("token") === (edition === 2025)) speakTo(response);
      else json(response, { status: 401 }, 401);
    });
    const vocu = client(server.url);
    await vocu.speak(HELLO);
    edition = 2026;
    await vocu.speak(HELLO);
    await vocu.speak(HELLO);
    assert.deepEqual(ways(server), ["header", "token", "token", "header", "header"]);
  });

  it("reports 401 when both ways are refused", async () => {
    const server = await serve((_request, response) => json(response, { status: 401 }, 401));
    const error = await failure(client(server.url).speak(HELLO));
    assert.deepEqual([error.code, error.cause.statusCode], ["HTTP_401", 401]);
    assert.deepEqual(ways(server), ["header", "token"]);
  });

  for (const status of [400, 401, 403]) {
    it(`tries the query once after ${status} without a code, and remembers that it worked`, async () => {
      const server = await serve((request, response) => {
        if (request.query.get("token") === KEY) speakTo(response);
        else json(response, { status, message: "no" }, status);
      });
      const vocu = client(server.url);
      await vocu.speak(HELLO);
      await vocu.speak(HELLO);
      assert.deepEqual(ways(server), ["header", "token", "token"]);
    });

    it(`does not show the key in a URL after ${status} with a code`, async () => {
      const server = await serve((_request, response) =>
        json(response, { status, code: "SOME_CODE" }, status),
      );
      assert.equal((await failure(client(server.url).speak(HELLO))).code, "SOME_CODE");
      assert.deepEqual(ways(server), ["header"]);
    });

    it(`does not show the key in a URL after ${status} if the header has worked before`, async () => {
      let known = true;
      const server = await serve((_request, response) => {
        if (known) speakTo(response);
        else json(response, { status }, status);
      });
      const vocu = client(server.url);
      await vocu.speak(HELLO);
      known = false;
      assert.equal((await failure(vocu.speak(HELLO))).code, `HTTP_${status}`);
      assert.deepEqual(ways(server), ["header", "header"]);
    });
  }

  for (const status of [402, 404, 409, 500]) {
    it(`does not try the query after ${status}`, async () => {
      const server = await serve((_request, response) => json(response, { status }, status));
      await failure(client(server.url).speak(HELLO));
      assert.deepEqual(ways(server), ["header"]);
    });
  }

  it("always takes the place that was chosen", async () => {
    for (const [keyIn, way] of [
      ["header", "header"],
      ["query", "token"],
    ] as const) {
      const server = await serve((_request, response) => json(response, { status: 401 }, 401));
      const vocu = client(server.url, { keyIn });
      await failure(vocu.speak(HELLO));
      await failure(vocu.speak(HELLO));
      assert.deepEqual(ways(server), [way, way]);
    }
  });

  it("sends the header for everything but a streaming GET, also if the query was chosen", async () => {
    const server = await older();
    const vocu = client(server.url, { keyIn: "query" });
    await vocu.speak({ ...HELLO, vivid: true });
    await failure(vocu.call({ operation: "x", method: "GET", path: "/api/voice" }));
    assert.deepEqual(ways(server), ["header", "header"]);
  });

  it("counts the key when it goes into the URL: what no longer fits goes by POST with the header", async () => {
    const server = await older();
    const room = 6144 - `${server.url}${PATH}?voiceId=v-1&text=`.length;
    const speech = await client(server.url).speak({ voiceId: "v-1", text: "x".repeat(room) });
    assert.deepEqual([ways(server), speech.transport], [["header", "header"], "post"]);
  });

  it("reports 401 to a POST, which has no other way", async () => {
    const server = await older(401);
    const vocu = client(server.url);
    await vocu.speak(HELLO);
    assert.equal((await failure(vocu.speak({ ...HELLO, vivid: true }))).code, "HTTP_401");
    assert.deepEqual(ways(server), ["header", "token", "header"]);
  });
});

describe("api speech: reply", () => {
  it("is there as soon as the first audio is", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.write(AUDIO.subarray(0, 10));
    });
    const speech = await client(server.url).speak(HELLO);
    const first = await speech.audio.next();
    assert.deepEqual(first.value, AUDIO.subarray(0, 10));
  });

  it("knows what the headers say", async () => {
    const data = {
      id: "a-1",
      audio: "https://storage.example/a.mp3",
      streamUrl: "https://stream.example/a.mp3?auth=1",
      credit_used: 12,
      estimatedDuration: 2500,
      billing: { x: 1 },
      srt: "1\n",
    };
    const server = await speaking({
      "X-Reecho-Audio-Id": "a-1",
      "X-Reecho-Response-Data": JSON.stringify(data),
      "X-Vocu-App-Request-Id": "r-1",
    });
    const speech = await client(server.url).speak(HELLO);
    assert.deepEqual(speech.info, {
      audioId: "a-1",
      audioUrl: data.audio,
      streamUrl: data.streamUrl,
      creditsUsed: 12,
      estimatedDurationMs: 2500,
      billing: { x: 1 },
      srt: "1\n",
    } satisfies SpeechInfo);
    assert.deepEqual([speech.statusCode, speech.requestId, speech.attempts], [200, "r-1", 1]);
  });

  for (const type of [
    "audio/mpeg",
    "audio/mp3",
    "AUDIO/MPEG; charset=x",
    "application/octet-stream",
    undefined,
  ]) {
    it(`takes ${type ?? "a missing content type"} for audio`, async () => {
      const server = await serve((_request, response) => {
        response.writeHead(200, type === undefined ? {} : { "content-type": type }).end(AUDIO);
      });
      const speech = await client(server.url).speak(HELLO);
      assert.deepEqual(await collect(speech.audio), AUDIO);
    });
  }

  it("passes on audio of an audio type whatever it begins with", async () => {
    const audio = Buffer.from("{not json");
    const server = await serve((_request, response) => speakTo(response, {}, audio));
    assert.deepEqual(await collect((await client(server.url).speak(HELLO)).audio), audio);
  });

  it("keeps audio that begins with white space whole, cut into single bytes", async () => {
    const audio = Buffer.from(" \n\t\xff\xfb audio", "latin1");
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      const next = (i: number) => {
        if (i === audio.length) response.end();
        else response.write(audio.subarray(i, i + 1), () => setImmediate(next, i + 1));
      };
      next(0);
    });
    assert.deepEqual(await collect((await client(server.url).speak(HELLO)).audio), audio);
  });

  // Each piece that is handed on is work for every part of the package behind it; a server may flush every few bytes.
  it("reads small writes that arrive together as one piece", async () => {
    const write = Buffer.alloc(100, "a");
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.cork();
      for (let count = 0; count < 500; count += 1) response.write(write);
      response.uncork();
      response.end();
    });
    const pieces: Buffer[] = [];
    for await (const piece of (await client(server.url).speak(HELLO)).audio) pieces.push(piece);
    assert.deepEqual(Buffer.concat(pieces), Buffer.alloc(50_000, "a"));
    assert.ok(pieces.length < 50, `${pieces.length} pieces`);
  });

  const notAudio: [string, string | undefined, string][] = [
    ["an HTML page", "text/html", "<html>hi</html>"],
    ["HTML without a content type", undefined, "\n <!doctype html>"],
    ["plain text", "text/plain", "hi"],
    ["JSON without audio", "application/json", '{"status":200,"data":{}}'],
    ["JSON called a stream", "application/octet-stream", ' {"status":200}'],
    ["nothing, called audio", "audio/mpeg", ""],
    ["nothing", undefined, ""],
  ];
  for (const [what, type, body] of notAudio) {
    it(`fails with NOT_AUDIO for ${what}`, async () => {
      const server = await serve((_request, response) => {
        response.writeHead(200, type === undefined ? {} : { "content-type": type }).end(body);
      });
      const error = await failure(client(server.url).speak(HELLO));
      assert.deepEqual(
        [error.code, error.cause.operation, error.cause.retryable],
        ["NOT_AUDIO", "speak", false],
      );
    });
  }

  for (const type of ["application/json", "application/octet-stream"]) {
    it(`takes an error in the body of a 200 as that error (${type})`, async () => {
      const body = { status: 403, code: "BILLING_INSUFFICIENT_CREDIT", message: "no credit" };
      const server = await serve((_request, response) => {
        response.writeHead(200, { "content-type": type }).end(JSON.stringify(body));
      });
      const error = await failure(client(server.url).speak(HELLO));
      assert.deepEqual([error.code, error.cause.statusCode], [body.code, 403]);
    });
  }

  it("fetches the audio that a server without direct_stream has only made, without the key", async () => {
    const storage = await speaking();
    const server = await serve((_request, response) =>
      json(response, { status: 200, data: { id: "a-1", audio: `${storage.url}/a.mp3`, credit_used: 5 } }),
    );
    const speech = await client(server.url).speak({ ...HELLO, language: "ja" });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual([speech.info.audioId, speech.info.creditsUsed, speech.resumes], ["a-1", 5, 0]);
    assert.deepEqual(
      [storage.seen[0]?.headers.authorization, storage.seen[0]?.rawUrl],
      [undefined, "/a.mp3"],
    );
    assert.equal(server.seen.length, 1);
  });
});

describe("api speech: abort", () => {
  const beginning = () =>
    serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.write(AUDIO.subarray(0, 100));
    });

  it("ends reading immediately and closes the socket", async () => {
    const server = await beginning();
    const abort = new AbortController();
    const speech = await client(server.url).speak(HELLO, { signal: abort.signal });
    await speech.audio.next();
    const next = failure(speech.audio.next());
    abort.abort();
    assert.equal((await next).code, "ABORTED");
    await server.seen[0]?.closed;
  });

  it("closes the socket of a stream that nobody reads", async () => {
    const server = await beginning();
    const abort = new AbortController();
    await client(server.url).speak(HELLO, { signal: abort.signal });
    abort.abort();
    await server.seen[0]?.closed;
  });

  it("closes the socket when the loop is left", async () => {
    const server = await beginning();
    const speech = await client(server.url).speak(HELLO);
    for await (const piece of speech.audio) {
      assert.equal(piece.length, 100);
      break;
    }
    await server.seen[0]?.closed;
  });

  it("closes the socket on return() although a read is waiting, and although nothing was read", async () => {
    const server = await beginning();
    const vocu = client(server.url);
    const reading = await vocu.speak(HELLO);
    await reading.audio.next();
    const waiting = failure(reading.audio.next());
    await reading.audio.return?.();
    assert.equal((await waiting).code, "ABORTED");
    const untouched = await vocu.speak(HELLO);
    await untouched.audio.return?.();
    assert.deepEqual(await untouched.audio.next(), { done: true, value: undefined });
    await Promise.all(server.seen.map((request) => request.closed));
  });

  it("ends the wait for the first audio", async () => {
    const abort = new AbortController();
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.flushHeaders();
      abort.abort();
    });
    assert.equal((await failure(client(server.url).speak(HELLO, { signal: abort.signal }))).code, "ABORTED");
    await server.seen[0]?.closed;
  });
});

describe("api speech: download", () => {
  it("fetches a URL without the key and knows type and length", async () => {
    const storage = await speaking({ "content-length": "3000" });
    const file = await client("https://v1.vocu.ai").download(`${storage.url}/a.mp3?auth=1`);
    assert.deepEqual(await collect(file.body), AUDIO);
    assert.deepEqual([file.statusCode, file.contentType, file.contentLength], [200, "audio/mpeg", 3000]);
    assert.equal(storage.seen[0]?.headers.authorization, undefined);
  });

  it("does not send the key even to the API's own origin", async () => {
    const server = await speaking();
    await client(server.url).download(`${server.url}/a.mp3`);
    assert.equal(server.seen[0]?.headers.authorization, undefined);
  });

  it("follows redirects to other hosts", async () => {
    const storage = await speaking();
    const front = await serve((_request, response) =>
      response.writeHead(302, { location: storage.url }).end(),
    );
    const file = await client("https://v1.vocu.ai").download(front.url);
    assert.deepEqual(await collect(file.body), AUDIO);
  });

  for (const location of ["file:///etc/passwd", "http://"]) {
    it(`does not follow a redirect to ${location}`, async () => {
      const front = await serve((_request, response) => response.writeHead(302, { location }).end());
      const error = await failure(client("https://v1.vocu.ai").download(front.url));
      assert.equal(error.code, "REDIRECT_REFUSED");
    });
  }

  for (const url of [
    "file:///etc/passwd",
    "nonsense",
    `https://storage.example/?token=${encodeURIComponent(KEY)}`,
  ]) {
    it(`refuses ${url.replace(/token=.*/, "a URL that holds the key")}`, async () => {
      const error = await failure(client("https://v1.vocu.ai").download(url));
      assert.deepEqual([error.code, error.cause.field], ["BAD_PARAMETER", "url"]);
    });
  }

  it("reports with which status the host refused", async () => {
    const storage = await serve((_request, response) => response.writeHead(404).end("<Error>gone</Error>"));
    const error = await failure(client("https://v1.vocu.ai").download(storage.url));
    assert.deepEqual(
      [error.code, error.cause.serverMessage, error.cause.operation],
      ["HTTP_404", "gone", "download"],
    );
  });

  it("fails with CONNECTION_REFUSED when the host is not there", async () => {
    const error = await failure(client("https://v1.vocu.ai").download(await refusingUrl()));
    assert.equal(error.code, "CONNECTION_REFUSED");
  });
});
