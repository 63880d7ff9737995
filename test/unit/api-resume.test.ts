import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import type { ClientOptions, Clock, SpeakOptions } from "../../lib/api";
import { systemClock } from "../../lib/api/clock";
import {
  bytes,
  client,
  collect,
  failure,
  FakeClock,
  FakeMeter,
  KEY,
  serve,
  type Seen,
  type TestServer,
} from "./api-server";

const HELLO = { voiceId: "v", text: "Hello" };
const AUDIO = bytes(1000);

type Body = (response: ServerResponse) => void;

const cutAfter =
  (n: number): Body =>
  (response) =>
    response.write(AUDIO.subarray(0, n), () => response.socket?.resetAndDestroy());
const endAfter =
  (n: number, audio: Buffer = AUDIO): Body =>
  (response) =>
    response.end(audio.subarray(0, n));
const stallAfter =
  (n: number): Body =>
  (response) =>
    response.write(AUDIO.subarray(0, n));

const offsetOf = ({ headers }: Seen) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);

/** A storage host with Range; `cut` breaks its n-th reply after that many bytes. */
const ranged = (cuts: (number | undefined)[] = [], audio: Buffer = AUDIO) =>
  serve((request, response) => {
    const from = offsetOf(request);
    if (from >= audio.length) {
      response.writeHead(416, { "content-range": `bytes */${audio.length}` }).end();
      return;
    }
    const type = { "content-type": "audio/mpeg" };
    if (from === 0) response.writeHead(200, type);
    else
      response.writeHead(206, {
        ...type,
        "content-range": `bytes ${from}-${audio.length - 1}/${audio.length}`,
      });
    const cut = cuts.shift();
    if (cut === undefined) response.end(audio.subarray(from));
    else response.write(audio.subarray(from, from + cut), () => response.socket?.resetAndDestroy());
  });

/** A storage host that knows no Range. */
const whole = (audio: Buffer = AUDIO) =>
  serve((_request, response) => response.writeHead(200, { "content-type": "audio/mpeg" }).end(audio));

const answering = (status: number, headers: Record<string, string> = {}) =>
  serve((_request, response) => response.writeHead(status, headers).end("no"));

interface Urls {
  streamUrl?: string;
  audio?: string;
  estimatedDuration?: number;
}

/** Speaks with a server whose direct reply is `body`, and whose headers name `urls`. */
async function speak(
  body: Body,
  urls: Urls,
  options: Partial<ClientOptions> & SpeakOptions = {},
  clock: Clock = new FakeClock(),
) {
  const api = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "audio/mpeg", "X-Reecho-Response-Data": JSON.stringify(urls) });
    body(response);
  });
  const { signal, meter, ...rest } = options;
  const speech = await client(api.url, rest, clock).speak(HELLO, { signal, meter });
  return { api, speech };
}

describe("api resume: a stream that was cut", () => {
  it("goes on from the stream URL by Range, byte-exact, without the key and without a second generation", async () => {
    const storage = await ranged();
    const { api, speech } = await speak(cutAfter(400), { streamUrl: `${storage.url}/s?auth=1` });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual([speech.resumes, api.seen.length], [1, 1]);
    const request = storage.seen[0];
    assert.deepEqual([request?.headers.range, request?.rawUrl], ["bytes=400-", "/s?auth=1"]);
    assert.equal(JSON.stringify([request?.headers, request?.rawUrl]).includes(KEY), false);
    assert.equal(request?.headers.authorization, undefined);
  });

  for (const [where, audio] of [
    ["behind the audio", AUDIO.subarray(0, 400)],
    ["in place of the audio", Buffer.alloc(0)],
  ] as const) {
    it(`takes an error in JSON ${where} as that error, and asks nobody for the rest`, async () => {
      const storage = await ranged();
      const body = JSON.stringify({ status: 500, code: "TTS_GENERATE_FAILED", message: "{broken}" });
      const said = Buffer.concat([audio, Buffer.from(body)]);
      const { speech } = await speak(endAfter(said.length, said), { streamUrl: storage.url });
      const error = await failure(collect(speech.audio));
      assert.deepEqual(
        [error.code, error.cause.statusCode, error.cause.retryable, error.cause.bytes],
        ["TTS_GENERATE_FAILED", 500, false, said.length],
      );
      assert.equal(storage.seen.length, 0);
    });
  }

  it("takes audio that happens to end like JSON for audio", async () => {
    const audio = Buffer.concat([AUDIO, Buffer.from('{"title":"a"}')]);
    const { speech } = await speak(endAfter(audio.length, audio), {});
    assert.deepEqual(await collect(speech.audio), audio);
  });

  it("skips what it has where the host knows no Range", async () => {
    const storage = await whole();
    const { speech } = await speak(cutAfter(400), { streamUrl: storage.url });
    assert.deepEqual([await collect(speech.audio), speech.resumes], [AUDIO, 1]);
  });

  it("takes the finished audio when there is no stream URL", async () => {
    const storage = await ranged();
    const { speech } = await speak(cutAfter(400), { audio: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
  });

  it("takes the finished audio when the stream URL has gone", async () => {
    const gone = await answering(404);
    const storage = await ranged();
    const { speech } = await speak(cutAfter(400), { streamUrl: gone.url, audio: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.equal(gone.seen.length, 1);
  });

  it("goes on after several cuts", async () => {
    const storage = await ranged([1, 200, 50]);
    const { api, speech } = await speak(cutAfter(400), { streamUrl: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual([speech.resumes, api.seen.length], [4, 1]);
    assert.deepEqual(storage.seen.map(offsetOf), [400, 401, 601, 651]);
  });

  it("goes on after any number of cuts, as long as each try brings something", async () => {
    const storage = await ranged(Array.from({ length: 12 }, () => 40));
    const { speech } = await speak(cutAfter(400), { streamUrl: storage.url });
    assert.deepEqual([await collect(speech.audio), speech.resumes], [AUDIO, 13]);
  });

  it("starts from the URL when not a byte had come", async () => {
    const storage = await ranged();
    const { speech } = await speak(
      (response) => {
        response.flushHeaders();
        response.socket?.resetAndDestroy();
      },
      { streamUrl: storage.url },
    );
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.equal(storage.seen[0]?.headers.range, undefined);
  });

  it("waits for a host that is ill for a moment", async () => {
    let times = 0;
    const good = AUDIO;
    const storage = await serve((_request, response) => {
      if (++times < 3) response.writeHead(503).end();
      else response.writeHead(200, { "content-type": "audio/mpeg" }).end(good);
    });
    const clock = new FakeClock();
    const { speech } = await speak(cutAfter(400), { streamUrl: storage.url }, {}, clock);
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual(clock.waits, [0, 250, 500]);
  });

  it("gives up after five tries without a new byte, and says how much arrived", async () => {
    const storage = await answering(503);
    const meter = new FakeMeter();
    const { speech } = await speak(cutAfter(400), { streamUrl: storage.url }, { meter });
    const error = await failure(collect(speech.audio));
    assert.equal(error.code, "STREAM_CUT");
    assert.deepEqual(
      [error.cause.bytes, error.cause.audioMs, error.cause.retryable, error.cause.operation],
      [400, 200, false, "speak"],
    );
    assert.equal(storage.seen.length, 5);
  });

  it("says STREAM_CUT at once when there is no URL", async () => {
    const { speech } = await speak(cutAfter(400), {});
    const error = await failure(collect(speech.audio));
    assert.deepEqual([error.code, error.cause.bytes, error.cause.audioMs], ["STREAM_CUT", 400, undefined]);
  });

  it("hands out all that arrived before it fails", async () => {
    const { speech } = await speak(cutAfter(400), {});
    const got: Buffer[] = [];
    await failure(
      (async () => {
        for await (const piece of speech.audio) got.push(piece);
      })(),
    );
    assert.deepEqual(Buffer.concat(got), AUDIO.subarray(0, 400));
  });

  it("is complete when the host says that there is no more", async () => {
    const storage = await ranged();
    const { speech } = await speak(cutAfter(1000), { streamUrl: storage.url });
    assert.deepEqual([await collect(speech.audio), speech.resumes], [AUDIO, 0]);
  });

  it("is complete when the host keeps saying so, although it was estimated longer", async () => {
    const storage = await ranged();
    const { speech } = await speak(
      cutAfter(1000),
      { streamUrl: storage.url, estimatedDuration: 5000 },
      { meter: new FakeMeter() },
    );
    assert.deepEqual(await collect(speech.audio), AUDIO);
  });

  it("is not complete within a frame, whatever the host says", async () => {
    const storage = await ranged([], AUDIO.subarray(0, 450));
    const { speech } = await speak(cutAfter(450), { streamUrl: storage.url }, { meter: new FakeMeter() });
    assert.equal((await failure(collect(speech.audio))).code, "STREAM_CUT");
  });

  it("leaves nothing behind on the signal", async () => {
    const storage = await ranged([100]);
    const { signal } = new AbortController();
    const { speech } = await speak(cutAfter(400), { streamUrl: storage.url }, { signal });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  const liars: [string, () => Promise<TestServer>][] = [
    ["other audio", () => whole(Buffer.concat([Buffer.from("x"), AUDIO]))],
    [
      "an HTML page",
      () =>
        serve((_r, response) =>
          response.writeHead(200, { "content-type": "text/html" }).end("x".repeat(2000)),
        ),
    ],
    [
      "another range",
      () =>
        serve((_r, response) =>
          response.writeHead(206, { "content-range": "bytes 100-999/1000" }).end(AUDIO.subarray(100)),
        ),
    ],
    [
      "a range without saying which",
      () => serve((_r, response) => response.writeHead(206).end(AUDIO.subarray(400))),
    ],
  ];
  for (const [what, start] of liars) {
    it(`never goes on with ${what}`, async () => {
      const liar = await start();
      const { speech } = await speak(cutAfter(400), { streamUrl: liar.url });
      assert.equal((await failure(collect(speech.audio))).code, "STREAM_CUT");
      assert.equal(liar.seen.length, 1);
    });
  }

  it("never sends the key to a URL that holds it", async () => {
    const storage = await ranged();
    const { speech } = await speak(cutAfter(400), {
      streamUrl: `${storage.url}/?token=${encodeURIComponent(KEY)}`,
    });
    assert.equal((await failure(collect(speech.audio))).code, "STREAM_CUT");
    assert.equal(storage.connections(), 0);
  });

  it("is ended by abort while it waits to go on", async () => {
    const storage = await answering(503);
    const abort = new AbortController();
    const { speech } = await speak(
      cutAfter(400),
      { streamUrl: storage.url },
      { signal: abort.signal },
      systemClock,
    );
    const rest = failure(collect(speech.audio));
    await storage.request(1);
    abort.abort();
    assert.equal((await rest).code, "ABORTED");
    assert.ok(storage.seen.length < 5);
  });

  it("is ended by abort while the host does not answer, and closes the socket", async () => {
    const storage = await serve(() => undefined);
    const abort = new AbortController();
    const { speech } = await speak(cutAfter(400), { streamUrl: storage.url }, { signal: abort.signal });
    const rest = failure(collect(speech.audio));
    const request = await storage.request(0);
    abort.abort();
    assert.equal((await rest).code, "ABORTED");
    await request.closed;
  });
});

describe("api resume: a stream that stalls", () => {
  it("goes on from the URL, and closes the silent connection", async () => {
    const storage = await ranged();
    const { api, speech } = await speak(stallAfter(400), { streamUrl: storage.url }, { stallTimeoutMs: 300 });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    await api.seen[0]?.closed;
  });

  it("says STREAM_STALLED when there is no URL", async () => {
    const { speech } = await speak(stallAfter(400), {}, { stallTimeoutMs: 30 });
    const error = await failure(collect(speech.audio));
    assert.deepEqual(
      [error.code, error.cause.bytes, error.cause.timeoutMs, error.cause.retryable],
      ["STREAM_STALLED", 400, 30, false],
    );
  });

  it("says FIRST_BYTE_TIMEOUT when the headers are never followed by audio", async () => {
    const error = await failure(speak((response) => response.flushHeaders(), {}, { firstByteTimeoutMs: 30 }));
    assert.deepEqual([error.code, error.cause.retryable], ["FIRST_BYTE_TIMEOUT", false]);
  });

  it("does not take a slow reader for a stall, with the server waiting or done", async () => {
    const big = bytes(600_000);
    const { speech } = await speak(
      (response) => {
        response.end(big);
      },
      {},
      { stallTimeoutMs: 150 },
    );
    const pieces: Buffer[] = [];
    for await (const piece of speech.audio) {
      pieces.push(piece);
      if (pieces.length <= 2) await new Promise((resolve) => setTimeout(resolve, 250));
    }
    assert.deepEqual(Buffer.concat(pieces), big);
  });

  it("does not count the time in which nobody reads, although the server is silent in it", async () => {
    const server: { response?: ServerResponse } = {};
    const begin: Body = (response) => {
      server.response = response;
      response.write(AUDIO.subarray(0, 400));
    };
    const { speech } = await speak(begin, {}, { stallTimeoutMs: 150 });
    await speech.audio.next();
    await new Promise((resolve) => setTimeout(resolve, 250));
    const rest = collect(speech.audio);
    server.response?.end(AUDIO.subarray(400));
    assert.deepEqual(await rest, AUDIO.subarray(400));
  });

  it("reads no faster than it is read from", async () => {
    let sent = 0;
    const { speech } = await speak((response) => {
      const more = () => {
        do sent += 65536;
        while (!response.destroyed && response.write(Buffer.alloc(65536)));
      };
      response.on("drain", more);
      more();
    }, {});
    await speech.audio.next();
    const before = sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
    // What kernel and Node buffer between two ends of a socket is a few megabytes.
    assert.ok(sent - before < 16e6, `${sent} bytes were taken`);
    await speech.audio.return?.();
  });
});

describe("api resume: an end that is clean but too early", () => {
  it("goes on when the meter finds it within a frame", async () => {
    const storage = await ranged();
    const { api, speech } = await speak(
      endAfter(450),
      { streamUrl: storage.url },
      { meter: new FakeMeter() },
    );
    assert.deepEqual([await collect(speech.audio), speech.resumes], [AUDIO, 1]);
    assert.equal(api.seen.length, 1);
  });

  for (const [unit, estimatedDuration] of [
    ["milliseconds", 5000],
    ["seconds", 5],
  ] as const) {
    it(`goes on when it is much shorter than estimated in ${unit}`, async () => {
      const audio = bytes(10000);
      const storage = await ranged([], audio);
      const { speech } = await speak(
        endAfter(400, audio),
        { streamUrl: storage.url, estimatedDuration },
        { meter: new FakeMeter() },
      );
      assert.deepEqual(await collect(speech.audio), audio);
    });
  }

  it("does not ask again when it is about as long as estimated", async () => {
    const storage = await ranged();
    const { speech } = await speak(
      endAfter(1000),
      { streamUrl: storage.url, estimatedDuration: 600 },
      { meter: new FakeMeter() },
    );
    assert.deepEqual([await collect(speech.audio), storage.seen.length], [AUDIO, 0]);
  });

  const complete: [string, () => Promise<TestServer>][] = [
    ["416", () => ranged([], AUDIO.subarray(0, 450))],
    ["an end at exactly that byte", () => whole(AUDIO.subarray(0, 450))],
  ];
  for (const [answer, start] of complete) {
    it(`was complete after all when the host answers with ${answer}`, async () => {
      const storage = await start();
      const { speech } = await speak(endAfter(450), { streamUrl: storage.url }, { meter: new FakeMeter() });
      assert.deepEqual(await collect(speech.audio), AUDIO.subarray(0, 450));
      assert.equal(storage.seen.length, 1);
    });
  }

  it("says STREAM_INCOMPLETE when the host cannot be asked", async () => {
    const storage = await answering(403);
    const { speech } = await speak(endAfter(450), { streamUrl: storage.url }, { meter: new FakeMeter() });
    const error = await failure(collect(speech.audio));
    assert.deepEqual(
      [error.code, error.cause.bytes, error.cause.audioMs, error.cause.retryable],
      ["STREAM_INCOMPLETE", 450, 200, false],
    );
  });

  it("says STREAM_INCOMPLETE when there is no URL", async () => {
    const { speech } = await speak(endAfter(450), {}, { meter: new FakeMeter() });
    assert.equal((await failure(collect(speech.audio))).code, "STREAM_INCOMPLETE");
  });

  it("believes whole frames when only the estimate speaks against them and nobody can be asked", async () => {
    const storage = await answering(503);
    const { speech } = await speak(
      endAfter(400),
      { streamUrl: storage.url, estimatedDuration: 5000 },
      { meter: new FakeMeter() },
    );
    assert.deepEqual(await collect(speech.audio), AUDIO.subarray(0, 400));
    assert.equal(storage.seen.length, 1);
  });

  it("gets the audio of a reply that was empty from the URL", async () => {
    const storage = await ranged();
    const { speech } = await speak(endAfter(0), { streamUrl: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
  });
});

describe("api resume: a download", () => {
  it("goes on after a cut", async () => {
    const storage = await ranged([300, 300]);
    const file = await client("https://v1.vocu.ai").download(storage.url);
    assert.deepEqual(await collect(file.body), AUDIO);
    assert.deepEqual(storage.seen.map(offsetOf), [0, 300, 600]);
  });

  /** A storage host that ends its first reply in good order after so many bytes. */
  const endingEarly = async (after: number, rest: Body) => {
    const storage = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      if (storage.seen.length === 1) endAfter(after)(response);
      else rest(response);
    });
    return client("https://v1.vocu.ai").download(storage.url, { meter: new FakeMeter() });
  };

  it("fetches what is missing of audio that ended within a frame", async () => {
    const { body } = await endingEarly(250, endAfter(AUDIO.length));
    assert.deepEqual(await collect(body), AUDIO);
  });

  it("takes it as it is where the host confirms its end", async () => {
    const { body } = await endingEarly(250, endAfter(250));
    assert.deepEqual(await collect(body), AUDIO.subarray(0, 250));
  });

  it("says STREAM_INCOMPLETE where nobody can tell", async () => {
    const { body } = await endingEarly(250, (response) => response.end(bytes(900).subarray(1)));
    const error = await failure(collect(body));
    assert.deepEqual([error.code, error.cause.bytes], ["STREAM_INCOMPLETE", 250]);
  });
});
