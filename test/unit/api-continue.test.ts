import assert from "node:assert/strict";
import type { BegunSpeech } from "../../lib/api";
import {
  bytes,
  client,
  collect,
  failure,
  FakeClock,
  FakeMeter,
  KEY,
  refusingUrl,
  serve,
  serveSocket,
  type Seen,
  type TestServer,
} from "./api-server";

const AUDIO = bytes(100_000);
/** So many bytes before the place are compared at most. */
const OVERLAP = 16_384;
const PLACE = 40_000;

const offsetOf = ({ headers }: Seen) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);

/** A storage host with Range; `cuts` break its replies after so many bytes. */
const storage = (audio: Buffer = AUDIO, cuts: (number | undefined)[] = []): Promise<TestServer> =>
  serve((request, response) => {
    const from = offsetOf(request);
    const type = { "content-type": "audio/mpeg" };
    if (from >= audio.length && from > 0) {
      response.writeHead(416, { "content-range": `bytes */${audio.length}` }).end();
      return;
    }
    const range = `bytes ${from}-${audio.length - 1}/${audio.length}`;
    if (from === 0) response.writeHead(200, type);
    else response.writeHead(206, { ...type, "content-range": range });
    const cut = cuts.shift();
    if (cut === undefined) response.end(audio.subarray(from));
    else response.write(audio.subarray(from, from + cut), () => response.socket?.resetAndDestroy());
  });

const answering = (status: number): Promise<TestServer> =>
  serve((_request, response) => response.writeHead(status).end("no"));

const begun = (own: Partial<BegunSpeech>): BegunSpeech => ({
  bytes: PLACE,
  overlap: AUDIO.subarray(0, PLACE),
  ...own,
});

const open = async (speech: BegunSpeech, api = "http://127.0.0.1:9") =>
  client(api, {}, new FakeClock()).continueSpeech(speech, { meter: new FakeMeter() });

describe("api continue: a speech that was begun elsewhere", () => {
  it("continues exactly behind the place, by Range, without the key", async () => {
    const host = await storage();
    const rest = await open(begun({ streamUrl: `${host.url}/s?auth=1` }));
    assert.deepEqual(await collect(rest.audio), AUDIO.subarray(PLACE));
    assert.deepEqual([rest.more, rest.resumes, rest.unverified], [true, 0, false]);
    const [request] = host.seen;
    assert.deepEqual([request?.headers.range, request?.rawUrl], [`bytes=${PLACE - OVERLAP}-`, "/s?auth=1"]);
    assert.equal(JSON.stringify([request?.headers, request?.rawUrl]).includes(KEY), false);
  });

  it("never sends the key, not even to the server of the API itself", async () => {
    const host = await storage();
    const rest = await open(begun({ audioUrl: `${host.url}/api/tts/simple-generate?text=a` }), host.url);
    await collect(rest.audio);
    assert.deepEqual(
      host.seen.map(({ headers, rawUrl }) => [headers.authorization, rawUrl.includes(KEY)]),
      [[undefined, false]],
    );
  });

  it("compares as much as is known: a single byte, or nothing", async () => {
    const host = await storage();
    for (const known of [1, 0]) {
      const rest = await open(begun({ audioUrl: host.url, overlap: AUDIO.subarray(PLACE - known, PLACE) }));
      assert.deepEqual(await collect(rest.audio), AUDIO.subarray(PLACE));
    }
    assert.deepEqual(
      host.seen.map(({ headers }) => headers.range),
      [`bytes=${PLACE - 1}-`, `bytes=${PLACE}-`],
    );
  });

  it("is the whole speech if nothing has been read of it", async () => {
    const host = await storage();
    const rest = await open(begun({ audioUrl: host.url, bytes: 0 }));
    assert.deepEqual(await collect(rest.audio), AUDIO);
  });

  it("continues if the continued audio is cut too", async () => {
    const host = await storage(AUDIO, [OVERLAP + 10_000]);
    const rest = await open(begun({ streamUrl: host.url }));
    assert.deepEqual(await collect(rest.audio), AUDIO.subarray(PLACE));
    assert.equal(rest.resumes, 1);
  });

  it("takes the finished audio if the growing one has gone or is another one", async () => {
    const host = await storage();
    for (const first of [await answering(404), await storage(bytes(100_000).reverse())]) {
      const rest = await open(begun({ streamUrl: first.url, audioUrl: host.url }));
      assert.deepEqual(await collect(rest.audio), AUDIO.subarray(PLACE));
    }
  });

  it("has no more if the place is the end", async () => {
    const host = await storage();
    const rest = await open({ audioUrl: host.url, bytes: AUDIO.length, overlap: AUDIO });
    assert.deepEqual([rest.more, await collect(rest.audio)], [false, Buffer.alloc(0)]);
  });

  it("has no more, unverified, if the place is an end that only the connection tells", async () => {
    const { url } = await serveSocket((socket) =>
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n");
        socket.end(AUDIO);
      }),
    );
    const rest = await open({ audioUrl: url, bytes: AUDIO.length, overlap: AUDIO });
    assert.deepEqual([rest.more, rest.unverified, await collect(rest.audio)], [false, true, Buffer.alloc(0)]);
  });

  it("knows no more bytes than were read", async () => {
    const host = await storage();
    const rest = await open({
      audioUrl: host.url,
      bytes: 10,
      overlap: Buffer.concat([bytes(50), AUDIO.subarray(0, 10)]),
    });
    assert.deepEqual(
      [await collect(rest.audio), host.seen[0]?.headers.range],
      [AUDIO.subarray(10), undefined],
    );
  });

  it("is refused where there is no address", async () => {
    const { code, cause } = await failure(open(begun({})));
    assert.deepEqual(
      [code, cause],
      ["BAD_PARAMETER", { operation: "continue", retryable: false, field: "continue" }],
    );
  });

  it("is aborted by a signal that was aborted before", async () => {
    const host = await storage();
    const options = { meter: new FakeMeter(), signal: AbortSignal.abort() };
    const opening = client("http://127.0.0.1:9").continueSpeech(begun({ audioUrl: host.url }), options);
    assert.deepEqual([(await failure(opening)).code, host.connections()], ["ABORTED", 0]);
  });

  it("waits for an audio that has not come so far yet", async () => {
    let grown = PLACE - 5;
    const host = await serve((request, response) => {
      const from = offsetOf(request);
      response.writeHead(206, { "content-range": `bytes ${from}-*/*` }).end(AUDIO.subarray(from, grown));
      grown = AUDIO.length;
    });
    const rest = await open(begun({ streamUrl: host.url }));
    assert.deepEqual(await collect(rest.audio), AUDIO.subarray(PLACE));
    assert.equal(host.seen.length, 2);
  });

  for (const [what, audio] of [
    ["has other bytes before the place", Buffer.concat([Buffer.alloc(PLACE), AUDIO.subarray(PLACE)])],
    ["is shorter", AUDIO.subarray(0, PLACE - OVERLAP - 1)],
  ] as const) {
    it(`is refused with CONTINUE_MISMATCH where the audio ${what}`, async () => {
      const host = await storage(audio);
      const error = await failure(open(begun({ audioUrl: host.url })));
      assert.deepEqual(
        [error.code, error.cause.retryable, error.cause.bytes],
        ["CONTINUE_MISMATCH", false, PLACE],
      );
    });
  }

  it("is refused with CONTINUE_GONE if no address has the audio", async () => {
    const [stream, audio] = [await answering(403), await answering(404)];
    const error = await failure(open(begun({ streamUrl: stream.url, audioUrl: audio.url })));
    assert.deepEqual([error.code, error.cause.retryable], ["CONTINUE_GONE", false]);
    assert.deepEqual([stream.seen.length, audio.seen.length], [1, 1]);
  });

  it("may be tried again if no address could be asked", async () => {
    const busy = await answering(503);
    const error = await failure(open(begun({ streamUrl: await refusingUrl(), audioUrl: busy.url })));
    assert.deepEqual([error.code, error.cause.retryable], ["CONTINUE_GONE", true]);
  });

  for (const [what, address] of [
    ["neither http nor https", "file:///etc/passwd"],
    ["no address", "somewhere"],
    ["one with the key in it", `https://storage.example/a.mp3?token=${encodeURIComponent(KEY)}`],
  ] as const) {
    it(`asks nobody where an address is ${what}`, async () => {
      const host = await storage();
      const error = await failure(open(begun({ streamUrl: host.url, audioUrl: address })));
      assert.deepEqual([error.code, error.cause.field], ["BAD_PARAMETER", "continue"]);
      assert.equal(host.seen.length, 0);
    });
  }
});
