/** Looking for the rest of an audio at one address. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { VocuError } from "../../lib/api";
import { RecentBytes } from "../../lib/api/recent-bytes";
import { Redactor } from "../../lib/api/redact";
import { OVERLAP_BYTES, reopen, type Reopened } from "../../lib/api/reopen";
import type { Session } from "../../lib/api/session";
import { Transport } from "../../lib/api/transport";
import { bytes, failure, FakeClock, refusingUrl, serve, serveSocket } from "./api-server";

const AUDIO = bytes(60_000);
const AT = 40_000;
const FROM = AT - OVERLAP_BYTES;
const AUDIO_TYPE = { "content-type": "audio/mpeg" };

const open: Transport[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});

function sessionWith(stallTimeoutMs = 60_000): Session {
  const redactor = new Redactor([]);
  const origin = "https://v1.vocu.ai";
  const transport = new Transport({ origin, connectTimeoutMs: 60_000, stallTimeoutMs, redactor });
  open.push(transport);
  return { options: { stallTimeoutMs }, transport, redactor, clock: new FakeClock() } as unknown as Session;
}

/** What an address has behind the first `size` bytes of the audio, of which the last are known. */
function reopened(
  url: string,
  { size = AT, known = OVERLAP_BYTES, session = sessionWith(), signal = new AbortController().signal } = {},
): Promise<Reopened> {
  const recent = new RecentBytes(OVERLAP_BYTES);
  recent.push(AUDIO.subarray(Math.max(0, size - known), size));
  return reopen(session, url, { bytes: size, recent }, signal);
}

const answering = (answer: (response: ServerResponse) => void) =>
  serve((_request, response) => answer(response));

/** A part of the audio from a place on, called by `range`. */
const part = (from: number, range: string, headers: Record<string, string> = AUDIO_TYPE) =>
  answering((response) =>
    response.writeHead(206, { ...headers, "content-range": range }).end(AUDIO.subarray(from)),
  );

async function restOf(found: Reopened): Promise<Buffer> {
  assert.equal(found.found, "more");
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = await found.answer.read({ ms: 60_000, code: "STREAM_STALLED" });
    if (!piece) return Buffer.concat(pieces);
    pieces.push(piece);
  }
}

describe("api reopen: more", () => {
  it("is found in a part that begins with the overlap", async () => {
    const server = await part(FROM, `bytes ${FROM}-59999/60000`);
    assert.deepEqual(await restOf(await reopened(server.url)), AUDIO.subarray(AT));
    const { method, headers } = server.seen[0] ?? {};
    assert.deepEqual(
      [method, headers?.range, headers?.["accept-encoding"]],
      ["GET", `bytes=${FROM}-`, "identity"],
    );
  });

  for (const [what, status, headers] of [
    ["the whole", 200, AUDIO_TYPE],
    ["the whole called a part", 206, { ...AUDIO_TYPE, "content-range": "bytes 0-59999/60000" }],
    ["the whole without a type", 200, {}],
    ["the whole under a type of its own", 200, { "content-type": "x-text/y" }],
  ] as const) {
    it(`is found behind the place in ${what}`, async () => {
      const server = await answering((response) => response.writeHead(status, headers).end(AUDIO));
      assert.deepEqual(await restOf(await reopened(server.url)), AUDIO.subarray(AT));
    });
  }

  it("is all of it where nothing was there, and no part is asked for", async () => {
    const server = await answering((response) => response.writeHead(200, AUDIO_TYPE).end(AUDIO));
    assert.deepEqual(await restOf(await reopened(server.url, { size: 0 })), AUDIO);
    assert.equal(server.seen[0]?.headers.range, undefined);
  });

  it("is all of it but what was there, though that is less than an overlap", async () => {
    const server = await answering((response) => response.writeHead(200, AUDIO_TYPE).end(AUDIO));
    assert.deepEqual(await restOf(await reopened(server.url, { size: 100 })), AUDIO.subarray(100));
    assert.equal(server.seen[0]?.headers.range, undefined);
  });

  it("is found by as many bytes as are known", async () => {
    const server = await part(AT - 7, `bytes ${AT - 7}-59999/60000`);
    assert.deepEqual(await restOf(await reopened(server.url, { known: 7 })), AUDIO.subarray(AT));
    assert.equal(server.seen[0]?.headers.range, `bytes=${AT - 7}-`);
  });

  it("is found in pieces that end anywhere", async () => {
    const at = [0, 1, FROM - 1, FROM, FROM + 1, AT - 1, AT, AT + 1, AUDIO.length];
    const chunks = at.slice(1).map((end, index) => AUDIO.subarray(at[index], end));
    const { url } = await serveSocket((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (const chunk of chunks) {
          socket.write(`${chunk.length.toString(16)}\r\n`);
          socket.write(chunk);
          socket.write("\r\n");
        }
        socket.write("0\r\n\r\n");
      });
    });
    assert.deepEqual(await restOf(await reopened(url)), AUDIO.subarray(AT));
  });
});

describe("api reopen: the end", () => {
  for (const [what, stated, headers] of [
    ["a length", true, { "content-length": String(OVERLAP_BYTES) }],
    [
      "the length of the whole",
      true,
      { "content-range": `bytes ${FROM}-${AT - 1}/${AT}`, connection: "close" },
    ],
    ["no length", false, { "content-range": `bytes ${FROM}-${AT - 1}/*`, connection: "close" }],
    ["another length of the whole", false, { "content-range": `bytes ${FROM}-${AT - 1}/${AT + 1}` }],
    ["words behind the length", false, { "content-range": `bytes ${FROM}-${AT - 1}/${AT} or so` }],
  ] as const) {
    it(`is ${stated ? "stated" : "not stated"} by ${what}`, async () => {
      const { url } = await serveSocket((socket) => {
        const all = { "content-range": `bytes ${FROM}-${AT - 1}/*`, ...headers };
        const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.once("data", () => {
          socket.write(`HTTP/1.1 206 Partial\r\n${head.join("")}\r\n`);
          socket.end(AUDIO.subarray(FROM, AT));
        });
      });
      assert.deepEqual(await reopened(url), { found: "end", stated });
    });
  }
});

describe("api reopen: nothing of use", () => {
  for (const [status, found] of [
    [416, "short"],
    [408, "later"],
    [429, "later"],
    [500, "later"],
    [503, "later"],
    [400, "unusable"],
    [403, "unusable"],
    [404, "unusable"],
    [499, "unusable"],
  ] as const) {
    it(`is ${found} after ${status}, and the connection is closed`, async () => {
      const server = await answering((response) => response.writeHead(status).write("no"));
      assert.deepEqual(await reopened(server.url), { found });
      await server.seen[0]?.closed;
    });
  }

  it("is unusable after 416 where the whole was asked for", async () => {
    const server = await answering((response) => response.writeHead(416).end());
    assert.deepEqual(await reopened(server.url, { size: 100 }), { found: "unusable" });
  });

  for (const headers of [
    { "content-type": "text/html" },
    { "content-type": "Text/Plain" },
    { "content-type": "application/json; charset=utf-8" },
    { ...AUDIO_TYPE, "content-encoding": "gzip" },
  ]) {
    it(`is unusable with ${JSON.stringify(headers)}`, async () => {
      const server = await answering((response) => response.writeHead(200, headers).end(AUDIO));
      assert.deepEqual(await reopened(server.url), { found: "unusable" });
    });
  }

  for (const range of [
    "",
    `bytes ${FROM + 1}-`,
    `bytes ${FROM - 1}-59999/60000`,
    `xbytes ${FROM}-59999/60000`,
    "bytes */60000",
  ]) {
    it(`is unusable with the range ${JSON.stringify(range)}`, async () => {
      const server = await part(FROM, range);
      assert.deepEqual(await reopened(server.url), { found: "unusable" });
    });
  }

  for (const [what, place, found] of [
    ["the last byte", AT - 1, "different"],
    ["the first known byte", FROM, "different"],
    ["a byte that is not known", FROM - 1, "more"],
    ["a byte behind the place", AT, "more"],
  ] as const) {
    it(`is ${found} where ${what} is another`, async () => {
      const other = Buffer.from(AUDIO);
      other[place] = (other[place] ?? 0) ^ 1;
      const server = await answering((response) => response.writeHead(200, AUDIO_TYPE).end(other));
      assert.equal((await reopened(server.url)).found, found);
    });
  }

  it("is short where the audio does not reach the place", async () => {
    const server = await answering((response) =>
      response.writeHead(200, AUDIO_TYPE).end(AUDIO.subarray(0, AT - 1)),
    );
    assert.deepEqual(await reopened(server.url), { found: "short" });
  });

  it("is for later where nobody answers, or stops answering", async () => {
    assert.deepEqual(await reopened(await refusingUrl()), { found: "later" });
    const stuck = await answering((response) =>
      response.writeHead(200, AUDIO_TYPE).write(AUDIO.subarray(0, 100)),
    );
    assert.deepEqual(await reopened(stuck.url, { session: sessionWith(50) }), { found: "later" });
    const silent = await answering(() => undefined);
    assert.deepEqual(await reopened(silent.url, { session: sessionWith(50) }), { found: "later" });
  });

  it("is unusable where it is sent elsewhere in vain", async () => {
    const server = await answering((response) =>
      response.writeHead(302, { location: "ftp://a.example/" }).end(),
    );
    assert.deepEqual(await reopened(server.url), { found: "unusable" });
  });

  it("is the reason of the signal where that is aborted", async () => {
    const stop = new AbortController();
    const reason = new VocuError("EXPIRED", { retryable: true });
    const server = await answering(() => stop.abort(reason));
    assert.equal(await failure(reopened(server.url, { signal: stop.signal })), reason);
  });
});
