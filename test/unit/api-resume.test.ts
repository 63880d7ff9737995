import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import type { ClientOptions, Clock, SpeakOptions } from "../../lib/api";
import { doubtAbout } from "../../lib/api/audio-plan";
import type { Answer } from "../../lib/api/exchange";
import { systemClock } from "../../lib/api/clock";
import { ResumableAudio } from "../../lib/api/resume";
import type { Session } from "../../lib/api/session";
import {
  bytes,
  client,
  collect,
  failure,
  FakeClock,
  FakeMeter,
  KEY,
  serve,
  serveSocket,
  standstill,
  type Seen,
  type TestServer,
} from "./api-server";

const HELLO = { voiceId: "v", text: "Hello" };
const AUDIO = bytes(100_000);
/** So many bytes before the break are asked for again. */
const OVERLAP = 16_384;

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
    else
      response.write(audio.subarray(from, from + (from > 0 ? OVERLAP : 0) + cut), () =>
        response.socket?.resetAndDestroy(),
      );
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
  it("continues from the stream URL by Range, byte-exact, without the key and without a second generation", async () => {
    const storage = await ranged();
    const { api, speech } = await speak(cutAfter(40_000), { streamUrl: `${storage.url}/s?auth=1` });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual([speech.resumes, api.seen.length], [1, 1]);
    const request = storage.seen[0];
    assert.deepEqual([request?.headers.range, request?.rawUrl], [`bytes=${40_000 - OVERLAP}-`, "/s?auth=1"]);
    assert.equal(JSON.stringify([request?.headers, request?.rawUrl]).includes(KEY), false);
    assert.equal(request?.headers.authorization, undefined);
  });

  for (const [where, audio] of [
    ["behind the audio", AUDIO.subarray(0, 40_000)],
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

  it("takes an error in JSON as that error also where the connection breaks off behind it", async () => {
    const storage = await ranged();
    const said = Buffer.from(JSON.stringify({ status: 500, code: "TTS_GENERATE_FAILED" }));
    const { speech } = await speak(
      (response) => response.write(said, () => response.socket?.resetAndDestroy()),
      { streamUrl: storage.url },
    );
    assert.equal((await failure(collect(speech.audio))).code, "TTS_GENERATE_FAILED");
    assert.equal(storage.seen.length, 0);
  });

  it("takes what a storage host sends for audio, also if it ends like an error", async () => {
    const audio = Buffer.concat([AUDIO, Buffer.from(JSON.stringify({ status: 500, code: "NO_ERROR" }))]);
    const storage = await ranged([], audio);
    const resumed = await speak(cutAfter(40_000), { streamUrl: storage.url });
    assert.deepEqual(await collect(resumed.speech.audio), audio);
    const api = await serve((_request, response) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ status: 200, data: { audio: storage.url } })),
    );
    const fetched = await client(api.url).speak(HELLO);
    assert.deepEqual([await collect(fetched.audio), fetched.resumes], [audio, 0]);
  });

  it("takes audio that happens to end like JSON for audio", async () => {
    const audio = Buffer.concat([AUDIO, Buffer.from('{"title":"a"}')]);
    const { speech } = await speak(endAfter(audio.length, audio), {});
    assert.deepEqual(await collect(speech.audio), audio);
  });

  it("skips what it has where the host knows no Range", async () => {
    const storage = await whole();
    const { speech } = await speak(cutAfter(40_000), { streamUrl: storage.url });
    assert.deepEqual([await collect(speech.audio), speech.resumes], [AUDIO, 1]);
  });

  it("takes the finished audio when there is no stream URL", async () => {
    const storage = await ranged();
    const { speech } = await speak(cutAfter(40_000), { audio: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
  });

  it("takes the finished audio when the stream URL has gone", async () => {
    const gone = await answering(404);
    const storage = await ranged();
    const { speech } = await speak(cutAfter(40_000), { streamUrl: gone.url, audio: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.equal(gone.seen.length, 1);
  });

  it("continues after several cuts", async () => {
    const storage = await ranged([1, 200, 50]);
    const { api, speech } = await speak(cutAfter(40_000), { streamUrl: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual([speech.resumes, api.seen.length], [4, 1]);
    assert.deepEqual(
      storage.seen.map((request) => offsetOf(request) + OVERLAP),
      [40_000, 40_001, 40_201, 40_251],
    );
  });

  it("continues after any number of cuts, as long as each try brings something", async () => {
    const storage = await ranged(Array.from({ length: 12 }, () => 40));
    const { speech } = await speak(cutAfter(40_000), { streamUrl: storage.url });
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
    const { speech } = await speak(cutAfter(40_000), { streamUrl: storage.url }, {}, clock);
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual(clock.waits, [0, 250, 500]);
  });

  it("gives up after five tries without a new byte, and reports how much arrived", async () => {
    const storage = await answering(503);
    const meter = new FakeMeter();
    const { speech } = await speak(cutAfter(40_000), { streamUrl: storage.url }, { meter });
    const error = await failure(collect(speech.audio));
    assert.equal(error.code, "STREAM_CUT");
    assert.deepEqual(
      [error.cause.bytes, error.cause.audioMs, error.cause.retryable, error.cause.operation],
      [40_000, 20_000, false, "speak"],
    );
    assert.equal(storage.seen.length, 5);
  });

  it("fails with STREAM_CUT immediately when there is no URL", async () => {
    const clock = new FakeClock();
    const { speech } = await speak(cutAfter(40_000), {}, {}, clock);
    const error = await failure(collect(speech.audio));
    assert.deepEqual([error.code, error.cause.bytes, error.cause.audioMs], ["STREAM_CUT", 40_000, undefined]);
    assert.deepEqual(clock.waits, []);
  });

  it("returns all that arrived before it fails", async () => {
    const { speech } = await speak(cutAfter(40_000), {});
    const got: Buffer[] = [];
    await failure(
      (async () => {
        for await (const piece of speech.audio) got.push(piece);
      })(),
    );
    assert.deepEqual(Buffer.concat(got), AUDIO.subarray(0, 40_000));
  });

  it("is complete when the host reports that there is no more", async () => {
    const storage = await ranged();
    for (const meter of [undefined, new FakeMeter()]) {
      const { speech } = await speak(cutAfter(100_000), { streamUrl: storage.url }, { meter });
      assert.deepEqual([await collect(speech.audio), speech.resumes, speech.unverified], [AUDIO, 0, false]);
    }
    assert.equal(storage.seen.length, 2);
  });

  it("is complete when the host keeps saying so, although it was estimated longer", async () => {
    const storage = await ranged();
    const { speech } = await speak(
      cutAfter(100_000),
      { streamUrl: storage.url, estimatedDuration: 500_000 },
      { meter: new FakeMeter() },
    );
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual([storage.seen.length, speech.unverified], [5, false]);
  });

  it("is not complete within a frame, whatever the host says", async () => {
    const storage = await ranged([], AUDIO.subarray(0, 45_050));
    const { speech } = await speak(cutAfter(45_050), { streamUrl: storage.url }, { meter: new FakeMeter() });
    assert.equal((await failure(collect(speech.audio))).code, "STREAM_CUT");
  });

  it("leaves nothing behind on the signal", async () => {
    const storage = await ranged([100]);
    const { signal } = new AbortController();
    const { speech } = await speak(cutAfter(40_000), { streamUrl: storage.url }, { signal });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  /** A storage host whose file has another byte at `place`. */
  const changedAt = (place: number): Promise<TestServer> => {
    const audio = Buffer.from(AUDIO);
    audio[place] = (audio[place] ?? 0) ^ 1;
    return ranged([], audio);
  };

  const liars: [string, () => Promise<TestServer>][] = [
    ["the same range of another file", () => ranged([], bytes(100_001).subarray(1))],
    ["a file that differs in the last byte before the break", () => changedAt(39_999)],
    ["a file that differs in the first byte of the overlap", () => changedAt(40_000 - OVERLAP)],
    ["other audio", () => whole(Buffer.concat([Buffer.from("x"), AUDIO]))],
    [
      "an HTML page",
      () =>
        serve((_r, response) =>
          response.writeHead(200, { "content-type": "text/html" }).end("x".repeat(200_000)),
        ),
    ],
    [
      "another range",
      () =>
        serve((_r, response) =>
          response.writeHead(206, { "content-range": "bytes 100-99999/100000" }).end(AUDIO.subarray(100)),
        ),
    ],
    [
      "a range without saying which",
      () => serve((_r, response) => response.writeHead(206).end(AUDIO.subarray(40_000))),
    ],
  ];
  for (const [what, start] of liars) {
    it(`never continues with ${what}`, async () => {
      const liar = await start();
      const { speech } = await speak(cutAfter(40_000), { streamUrl: liar.url });
      assert.equal((await failure(collect(speech.audio))).code, "STREAM_CUT");
      assert.equal(liar.seen.length, 1);
    });
  }

  it("asks the other URL again, though one is of no use", async () => {
    const gone = await answering(404);
    const storage = await serve((_request, response) => {
      if (storage.seen.length === 1) response.writeHead(503).end();
      else response.writeHead(200, { "content-type": "audio/mpeg" }).end(AUDIO);
    });
    const { speech } = await speak(cutAfter(40_000), { streamUrl: gone.url, audio: storage.url });
    assert.deepEqual([await collect(speech.audio), gone.seen.length, storage.seen.length], [AUDIO, 1, 2]);
  });

  it("asks nobody where the client is closed, and says so", async () => {
    const storage = await ranged();
    const api = await serve((_request, response) => {
      const headers = { "X-Reecho-Response-Data": JSON.stringify({ streamUrl: storage.url }) };
      response.writeHead(200, { "content-type": "audio/mpeg", ...headers }).write(AUDIO.subarray(0, 10));
    });
    const vocu = client(api.url);
    const speech = await vocu.speak(HELLO);
    await speech.audio.next();
    const rest = failure(speech.audio.next());
    await vocu.close();
    const { code, cause } = await rest;
    assert.deepEqual([code, cause, storage.connections()], ["ABORTED", { retryable: false }, 0]);
  });

  it("continues from the other URL if one has another file", async () => {
    const liar = await changedAt(39_999);
    const storage = await ranged();
    const { speech } = await speak(cutAfter(40_000), { streamUrl: liar.url, audio: storage.url });
    assert.deepEqual([await collect(speech.audio), speech.resumes], [AUDIO, 1]);
  });

  it("closes the connection to a host that it does not continue with", async () => {
    const liar = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" }).write(bytes(100_001).subarray(1));
    });
    const { speech } = await speak(cutAfter(40_000), { streamUrl: liar.url });
    await failure(collect(speech.audio));
    await liar.seen[0]?.closed;
  });

  for (const status of [408, 416, 429, 500, 503]) {
    it(`asks again a host that answers ${status} for a moment`, async () => {
      const storage = await serve((request, response) => {
        if (storage.seen.length === 1) response.writeHead(status).end();
        else response.writeHead(200, { "content-type": "audio/mpeg" }).end(AUDIO);
      });
      const { speech } = await speak(cutAfter(40_000), { streamUrl: storage.url });
      assert.deepEqual([await collect(speech.audio), storage.seen.length], [AUDIO, 2]);
    });
  }

  it("never sends the key to a URL that holds it", async () => {
    const storage = await ranged();
    const { speech } = await speak(cutAfter(40_000), {
      streamUrl: `${storage.url}/?token=${encodeURIComponent(KEY)}`,
    });
    assert.equal((await failure(collect(speech.audio))).code, "STREAM_CUT");
    assert.equal(storage.connections(), 0);
  });

  it("is ended by abort while it waits to continue", async () => {
    const storage = await answering(503);
    const abort = new AbortController();
    const { speech } = await speak(
      cutAfter(40_000),
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
    const { speech } = await speak(cutAfter(40_000), { streamUrl: storage.url }, { signal: abort.signal });
    const rest = failure(collect(speech.audio));
    const request = await storage.request(0);
    abort.abort();
    assert.equal((await rest).code, "ABORTED");
    await request.closed;
  });
});

describe("api resume: an audio that nobody wants any more", () => {
  it("is over, closes its connection and leaves nothing on the signal", async () => {
    const { signal } = new AbortController();
    const { api, speech } = await speak(stallAfter(40_000), {}, { signal });
    assert.equal((await speech.audio.next()).done, false);
    assert.equal(getEventListeners(signal, "abort").length > 0, true);
    assert.deepEqual(await speech.audio.return?.(), { done: true, value: undefined });
    await api.seen[0]?.closed;
    assert.equal(getEventListeners(signal, "abort").length, 0);
    assert.equal((await speech.audio.next()).done, true);
  });

  it("is over immediately, though somebody waits for more of it", async () => {
    const { api, speech } = await speak(stallAfter(40_000), {});
    for (let size = 0; size < 40_000;) {
      const { value } = (await speech.audio.next()) as IteratorResult<Buffer, undefined>;
      size += value?.length ?? Number.NaN;
    }
    const waiting = failure(speech.audio.next());
    assert.deepEqual(await speech.audio.return?.(), { done: true, value: undefined });
    assert.equal((await waiting).code, "ABORTED");
    await api.seen[0]?.closed;
  });

  it("is not looked for where its signal was aborted before", async () => {
    const session = { clock: new FakeClock(), options: { stallTimeoutMs: 1 } } as unknown as Session;
    const begun = { bytes: 1, overlap: Buffer.alloc(1) };
    const plan = { operation: "continue", urls: ["http://vocu.test/a.mp3"], firstByteTimeoutMs: 1, begun };
    const audio = new ResumableAudio(session, { ...plan, signal: AbortSignal.abort() });
    assert.equal((await failure(audio.ready())).code, "ABORTED");
  });
});

describe("api resume: a stream that stalls", () => {
  it("continues from the URL, and closes the silent connection", async () => {
    const storage = await ranged();
    const { api, speech } = await speak(
      stallAfter(40_000),
      { streamUrl: storage.url },
      { stallTimeoutMs: 300 },
    );
    assert.deepEqual(await collect(speech.audio), AUDIO);
    await api.seen[0]?.closed;
  });

  it("fails with STREAM_STALLED when there is no URL", async () => {
    const { speech } = await speak(stallAfter(40_000), {}, { stallTimeoutMs: 30 });
    const error = await failure(collect(speech.audio));
    assert.deepEqual(
      [error.code, error.cause.bytes, error.cause.timeoutMs, error.cause.retryable],
      ["STREAM_STALLED", 40_000, 30, false],
    );
  });

  it("fails with FIRST_BYTE_TIMEOUT when the headers are never followed by audio", async () => {
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
      response.write(AUDIO.subarray(0, 40_000));
    };
    const { speech } = await speak(begin, {}, { stallTimeoutMs: 150 });
    await speech.audio.next();
    await new Promise((resolve) => setTimeout(resolve, 250));
    const rest = collect(speech.audio);
    server.response?.end(AUDIO.subarray(40_000));
    assert.deepEqual(await rest, AUDIO.subarray(40_000));
  });

  it("reads no faster than it is read from", async () => {
    const total = 64 * 1024 * 1024;
    let sent = 0;
    const { speech } = await speak((response) => {
      const more = () => {
        while (sent < total) {
          sent += 65536;
          if (!response.write(Buffer.alloc(65536))) return;
        }
      };
      response.on("drain", more);
      more();
    }, {});
    await speech.audio.next();
    await standstill(() => sent);
    // What the system buffers between two ends of a socket is a few megabytes.
    assert.ok(sent < total / 2, `${sent} bytes were taken`);
    await speech.audio.return?.();
  });
});

describe("api resume: an end that is clean but too early", () => {
  it("continues when the meter finds it within a frame", async () => {
    const storage = await ranged();
    const { api, speech } = await speak(
      endAfter(45_050),
      { streamUrl: storage.url },
      { meter: new FakeMeter() },
    );
    assert.deepEqual([await collect(speech.audio), speech.resumes], [AUDIO, 1]);
    assert.equal(api.seen.length, 1);
  });

  for (const [unit, estimatedDuration] of [
    ["milliseconds", 500_000],
    ["seconds", 290],
  ] as const) {
    it(`continues when it is much shorter than estimated in ${unit}`, async () => {
      const audio = bytes(1_000_000);
      const storage = await ranged([], audio);
      const { speech } = await speak(
        endAfter(40_000, audio),
        { streamUrl: storage.url, estimatedDuration },
        { meter: new FakeMeter() },
      );
      assert.deepEqual(await collect(speech.audio), audio);
    });
  }

  it("does not ask again when it is about as long as estimated", async () => {
    const storage = await ranged();
    const { speech } = await speak(
      endAfter(100_000),
      { streamUrl: storage.url, estimatedDuration: 60_000 },
      { meter: new FakeMeter() },
    );
    assert.deepEqual([await collect(speech.audio), storage.seen.length], [AUDIO, 0]);
  });

  const complete: [string, () => Promise<TestServer>][] = [
    ["nothing but the overlap", () => ranged([], AUDIO.subarray(0, 45_050))],
    ["all of it, which ends at exactly that byte", () => whole(AUDIO.subarray(0, 45_050))],
  ];
  for (const [answer, start] of complete) {
    it(`was complete after all when the host answers with ${answer}`, async () => {
      const storage = await start();
      const { speech } = await speak(
        endAfter(45_050),
        { streamUrl: storage.url },
        { meter: new FakeMeter() },
      );
      assert.deepEqual(await collect(speech.audio), AUDIO.subarray(0, 45_050));
      assert.deepEqual([storage.seen.length, speech.unverified], [1, false]);
    });
  }

  it("fails with STREAM_INCOMPLETE when the host cannot be asked", async () => {
    const storage = await answering(403);
    const { speech } = await speak(endAfter(45_050), { streamUrl: storage.url }, { meter: new FakeMeter() });
    const error = await failure(collect(speech.audio));
    assert.deepEqual(
      [error.code, error.cause.bytes, error.cause.audioMs, error.cause.retryable],
      ["STREAM_INCOMPLETE", 45_050, 22_500, false],
    );
  });

  it("fails with STREAM_INCOMPLETE when there is no URL", async () => {
    const { speech } = await speak(endAfter(45_050), {}, { meter: new FakeMeter() });
    assert.equal((await failure(collect(speech.audio))).code, "STREAM_INCOMPLETE");
  });

  it("accepts whole frames if only the estimate differs and no host can be asked", async () => {
    const storage = await answering(503);
    const { speech } = await speak(
      endAfter(40_000),
      { streamUrl: storage.url, estimatedDuration: 500_000 },
      { meter: new FakeMeter() },
    );
    assert.deepEqual(await collect(speech.audio), AUDIO.subarray(0, 40_000));
    assert.deepEqual([storage.seen.length, speech.unverified], [1, true]);
  });

  it("takes the first host's word for its end, and does not ask the other one", async () => {
    const [first, second] = [await whole(AUDIO.subarray(0, 45_050)), await ranged()];
    const urls = { streamUrl: first.url, audio: second.url };
    const { speech } = await speak(endAfter(45_050), urls, { meter: new FakeMeter() });
    assert.deepEqual(await collect(speech.audio), AUDIO.subarray(0, 45_050));
    assert.deepEqual([first.seen.length, second.seen.length], [1, 0]);
  });

  it("waits for the audio of a reply that was empty, and is no audio where there is never any", async () => {
    const grown = [Buffer.alloc(0), Buffer.alloc(0), AUDIO];
    const storage = await serve((_request, response) =>
      response.writeHead(200, { "content-type": "audio/mpeg" }).end(grown.shift()),
    );
    const { speech } = await speak(endAfter(0), { streamUrl: storage.url });
    assert.deepEqual([await collect(speech.audio), storage.seen.length], [AUDIO, 3]);
    const empty = await whole(Buffer.alloc(0));
    const { code, cause } = await failure(speak(endAfter(0), { streamUrl: empty.url }));
    assert.deepEqual([code, cause.detail, cause.retryable], ["NOT_AUDIO", "it is empty", false]);
    assert.equal(empty.seen.length, 5);
  });

  it("gets the audio of a reply that was empty from the URL", async () => {
    const storage = await ranged();
    const { speech } = await speak(endAfter(0), { streamUrl: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
  });
});

describe("api resume: an end that only the connection tells", () => {
  /** What is left of a speech when a body without a length and without chunked coding ends after so many bytes. */
  const speakUnframed = async (n: number, urls: Urls) => {
    const api = await serveSocket((socket) => {
      const head = `HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nX-Reecho-Response-Data: ${JSON.stringify(urls)}`;
      socket.once("data", () => {
        socket.write(`${head}\r\n\r\n`);
        socket.end(AUDIO.subarray(0, n));
      });
    });
    return client(api.url).speak(HELLO, { meter: new FakeMeter() });
  };
  /** A storage host of the same kind, which knows no Range. */
  const unframed = (n: number) =>
    serveSocket((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n");
        socket.end(AUDIO.subarray(0, n));
      });
    });

  it("is mended where it was too early, although it fell between two frames", async () => {
    const storage = await ranged();
    const speech = await speakUnframed(30_000, { audio: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual([speech.resumes, speech.unverified], [1, false]);
  });

  it("is good if the finished audio ends there, too", async () => {
    const storage = await ranged();
    const speech = await speakUnframed(100_000, { audio: storage.url });
    assert.deepEqual(await collect(speech.audio), AUDIO);
    assert.deepEqual([speech.unverified, storage.seen.length], [false, 1]);
  });

  for (const [where, urlsOf] of [
    ["there is no URL", () => Promise.resolve({})],
    ["the URL is gone", async () => ({ audio: (await answering(404)).url })],
    ["the URL holds another file", async () => ({ audio: (await whole(bytes(100_001).subarray(1))).url })],
    ["the other end is told in the same way", async () => ({ audio: (await unframed(30_000)).url })],
  ] as const) {
    it(`cannot be confirmed if ${where}: the audio is returned as unverified`, async () => {
      const speech = await speakUnframed(30_000, await urlsOf());
      assert.deepEqual(await collect(speech.audio), AUDIO.subarray(0, 30_000));
      assert.equal(speech.unverified, true);
    });
  }

  it("cannot be confirmed within a frame either, where the other end is told in the same way", async () => {
    const speech = await speakUnframed(30_050, { audio: (await unframed(30_050)).url });
    assert.deepEqual(await collect(speech.audio), AUDIO.subarray(0, 30_050));
    assert.equal(speech.unverified, true);
  });

  it("is confirmed where one of two hosts states it", async () => {
    const [stating, other] = [await ranged([], AUDIO.subarray(0, 30_000)), await unframed(30_000)];
    const urls = { streamUrl: stating.url, audio: other.url, estimatedDuration: 500_000 };
    const { speech } = await speak(cutAfter(30_000), urls, { meter: new FakeMeter() });
    assert.deepEqual(await collect(speech.audio), AUDIO.subarray(0, 30_000));
    assert.deepEqual([speech.unverified, other.connections()], [false, 5]);
  });

  it("is an error within a frame if nobody has the rest", async () => {
    const speech = await speakUnframed(30_050, {});
    assert.equal((await failure(collect(speech.audio))).code, "STREAM_INCOMPLETE");
  });

  it("is asked about for a download as well", async () => {
    const storage = await unframed(30_000);
    const file = await client("https://v1.vocu.ai").download(storage.url);
    assert.deepEqual(await collect(file.body), AUDIO.subarray(0, 30_000));
    assert.deepEqual([file.unverified, storage.connections()], [true, 2]);
  });
});

describe("api resume: an audio beside its estimate", () => {
  const doubt = (audioMs: number, estimatedDurationMs: number) => {
    const meter = { audioMs, truncated: false, push: () => undefined };
    const plan = { operation: "", urls: [], firstByteTimeoutMs: 1, meter, estimatedDurationMs };
    return doubtAbout(plan, 1, undefined)?.why;
  };
  for (const [audioMs, estimatedMs] of [
    [7499, 10_000],
    [999, 2000],
    [1, 1002],
  ] as const) {
    it(`is in doubt with ${audioMs} of ${estimatedMs} ms`, () => {
      assert.equal(doubt(audioMs, estimatedMs), "shorter than estimated");
    });
  }
  for (const [audioMs, estimatedMs] of [
    [7500, 10_000],
    [1000, 2000],
    [1, 1001],
    [10_000, 0],
  ] as const) {
    it(`is whole with ${audioMs} of ${estimatedMs} ms`, () => {
      assert.equal(doubt(audioMs, estimatedMs), undefined);
    });
  }
});

describe("api resume: a clean end", () => {
  const stated = { headers: { "content-length": "1" } } as unknown as Answer;
  const unstated = { headers: {} } as unknown as Answer;
  const why = (bytes: number, truncated: boolean, source: Answer): string | undefined => {
    const meter = { audioMs: 1, truncated, push: () => undefined };
    const plan = { operation: "", urls: [], firstByteTimeoutMs: 1, meter };
    return doubtAbout(plan, bytes, source)?.why;
  };

  it("is in doubt where nothing came", () => assert.equal(why(0, true, unstated), "empty"));

  it("is in doubt within a frame", () => assert.equal(why(1, true, unstated), "within a frame"));

  it("is in doubt where only the connection ended", () => {
    assert.equal(why(1, false, unstated), "end not stated");
  });

  it("is good where the reply states its end", () => assert.equal(why(1, false, stated), undefined));

  it("is no audio where nothing came and nobody has the rest", async () => {
    const api = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg", "content-length": "0" }).end();
    });
    const error = await failure(client(api.url).speak(HELLO));
    assert.deepEqual([error.code, error.cause.retryable], ["NOT_AUDIO", false]);
  });
});

describe("api resume: a download", () => {
  it("continues after a cut", async () => {
    const storage = await ranged([30_000, 30_000]);
    const file = await client("https://v1.vocu.ai").download(storage.url);
    assert.deepEqual(await collect(file.body), AUDIO);
    assert.deepEqual(storage.seen.map(offsetOf), [0, 30_000 - OVERLAP, 60_000 - OVERLAP]);
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
    const { body } = await endingEarly(25_050, endAfter(AUDIO.length));
    assert.deepEqual(await collect(body), AUDIO);
  });

  it("takes it as it is if the host confirms its end", async () => {
    const { body } = await endingEarly(25_050, endAfter(25_050));
    assert.deepEqual(await collect(body), AUDIO.subarray(0, 25_050));
  });

  it("fails with STREAM_INCOMPLETE if no host can confirm it", async () => {
    const { body } = await endingEarly(25_050, (response) => response.end(bytes(90_000).subarray(1)));
    const error = await failure(collect(body));
    assert.deepEqual([error.code, error.cause.bytes], ["STREAM_INCOMPLETE", 25_050]);
  });
});
