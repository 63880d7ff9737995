/** Audio over HTTP, from a server on the loopback. */
import assert from "node:assert/strict";
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { stub } from "sinon";
import { findPublication, PublishedAudio, serveAudio, type Publication } from "../../lib/audio";
import { dlnaHeaders } from "../../lib/audio/serve/dlna";
import { portionOf, type Extent } from "../../lib/audio/serve/portion";

const MB = 1024 * 1024;
const AUDIO = Buffer.from("0123456789");

describe("the part of an audio that is sent", () => {
  const WHOLE = { bytes: 10, complete: true };
  const GROWING = { bytes: 10, complete: false };

  for (const [range, from, to] of [
    ["bytes=0-0", 0, 1],
    ["bytes=2-5", 2, 6],
    [" bytes=2-5 ", 2, 6],
    ["bytes=5-", 5, 10],
    ["bytes=9-9", 9, 10],
    ["bytes=3-3", 3, 4],
    ["bytes=5-99", 5, 10],
    ["bytes=-3", 7, 10],
    ["bytes=-99", 0, 10],
  ] as const) {
    it(`of a whole one is what the range says: ${range}`, () => {
      assert.deepEqual(portionOf(WHOLE, range), {
        status: 206,
        from,
        to,
        headers: {
          "Accept-Ranges": "bytes",
          "Content-Range": `bytes ${from}-${to - 1}/10`,
          "Content-Length": to - from,
        },
      });
    });
  }

  for (const range of [
    undefined,
    "",
    "bytes=-",
    "bytes=5-2",
    "bytes=1-2,4-5",
    "x bytes=1-2",
    "lines=1-2",
    "bytes=a-b",
  ]) {
    it(`of a whole one is everything for a range that is none: ${range}`, () => {
      const headers = { "Accept-Ranges": "bytes", "Content-Length": 10 };
      assert.deepEqual(portionOf(WHOLE, range), { status: 200, from: 0, to: 10, headers });
    });
  }

  for (const range of ["bytes=10-", "bytes=10-12", "bytes=-0"]) {
    it(`of a whole one is refused behind its end: ${range}`, () => {
      const headers = { "Accept-Ranges": "bytes", "Content-Range": "bytes */10", "Content-Length": 0 };
      assert.deepEqual(portionOf(WHOLE, range), { status: 416, from: 0, to: 0, headers });
    });
  }

  for (const [range, from, to] of [
    ["bytes=0-9", 0, 10],
    ["bytes=4-4", 4, 5],
  ] as const) {
    it(`of one that grows is a range that is there: ${range}`, () => {
      assert.deepEqual(portionOf(GROWING, range), {
        status: 206,
        from,
        to,
        headers: { "Content-Range": `bytes ${from}-${to - 1}/*`, "Content-Length": to - from },
      });
    });
  }

  for (const range of [
    undefined,
    "bytes=0-",
    "bytes=0-10",
    "bytes=5-",
    "bytes=-5",
    "bytes=6-4",
    "bytes=5-4",
  ]) {
    it(`of one that grows is everything, without a length, for any other range: ${range}`, () => {
      assert.deepEqual(portionOf(GROWING, range), { status: 200, from: 0, to: Infinity, headers: {} });
    });
  }

  it("of one that is empty so far is everything", () => {
    const empty: Extent = { bytes: 0, complete: false };
    assert.equal(portionOf(empty, "bytes=0-0").status, 200);
  });
});

describe("what a renderer is told", () => {
  const of = (headers: IncomingHttpHeaders, type = "audio/mpeg", seekable = true): unknown =>
    dlnaHeaders(headers, { type, seekable });
  const FEATURES = "DLNA.ORG_CI=0;DLNA.ORG_FLAGS=01700000000000000000000000000000";

  it("is nothing where it asked for nothing", () => {
    assert.deepEqual(of({}), {});
    assert.deepEqual(of({ "getcontentfeatures.dlna.org": "0" }), {});
  });

  for (const [wanted, given] of [
    ["Streaming", "Streaming"],
    ["background", "Background"],
    ["Interactive", "Streaming"],
  ] as const) {
    it(`is the way of transfer: ${given} where it asked for ${wanted}`, () => {
      assert.deepEqual(of({ "transfermode.dlna.org": wanted }), { "transferMode.dlna.org": given });
    });
  }

  for (const [type, seekable, features] of [
    ["audio/mpeg", true, `DLNA.ORG_PN=MP3;DLNA.ORG_OP=01;${FEATURES}`],
    ["audio/wav", false, `DLNA.ORG_OP=00;${FEATURES}`],
  ] as const) {
    it(`is what it can do with ${type}`, () => {
      assert.deepEqual(of({ "getcontentfeatures.dlna.org": "1" }, type, seekable), {
        "transferMode.dlna.org": "Streaming",
        "contentFeatures.dlna.org": features,
      });
    });
  }
});

describe("audio that is served", () => {
  const published = new PublishedAudio();
  let server: Server;
  let publication: Publication;
  before(async () => {
    server = createServer((incoming, response) => {
      void serveAudio(incoming, response, (incoming.url ?? "").slice(1));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  beforeEach(async () => {
    publication = await published.begin("audio/ogg");
    await published.add(publication, AUDIO, MB);
    published.finish(publication, MB);
  });
  afterEach(() => published.clear());
  after(() => server.close());

  interface Reply {
    readonly status: number | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
  }

  async function fetched(
    headers: Record<string, string> = {},
    method = "GET",
    name = publication.name,
  ): Promise<Reply> {
    const { port } = server.address() as AddressInfo;
    const call = request({ host: "127.0.0.1", port, path: `/${name}`, method, headers }).end();
    const [response] = (await once(call, "response")) as [IncomingMessage];
    return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
  }

  it("is all of it, with its type and length", async () => {
    const { status, headers, body } = await fetched();
    assert.deepEqual([status, headers["content-type"], headers["content-length"]], [200, "audio/ogg", "10"]);
    assert.deepEqual(body, AUDIO);
  });

  it("may be played by any page, is stored nowhere, and is taken for nothing else", async () => {
    const { headers } = await fetched();
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.equal(headers["cache-control"], "private, no-store");
    assert.equal(headers["x-content-type-options"], "nosniff");
  });

  it("is a part of it where a range is wanted", async () => {
    const { status, body } = await fetched({ Range: "bytes=2-4" });
    assert.deepEqual([status, body.toString()], [206, "234"]);
  });

  it("is all of it where the range is wanted of an edition that is known", async () => {
    const { status, body } = await fetched({ Range: "bytes=2-4", "If-Range": '"edition"' });
    assert.deepEqual([status, body.toString()], [200, AUDIO.toString()]);
  });

  it("is nothing but headers for HEAD, whatever the range", async () => {
    const { status, headers, body } = await fetched({ Range: "bytes=2-4" }, "HEAD");
    assert.deepEqual([status, headers["content-length"], body.length], [200, "10", 0]);
  });

  it("is nothing behind its end", async () => {
    const { status, headers, body } = await fetched({ Range: "bytes=10-" });
    assert.deepEqual([status, headers["content-range"], body.length], [416, "bytes */10", 0]);
  });

  it("tells a renderer that it may jump only where the audio is complete", async () => {
    const ask = async (name: string): Promise<string> => {
      const { headers } = await fetched({ "getContentFeatures.dlna.org": "1" }, "HEAD", name);
      return String(headers["contentfeatures.dlna.org"]);
    };
    assert.match(await ask(publication.name), /DLNA\.ORG_OP=01/);
    assert.match(await ask((await published.begin("audio/mpeg")).name), /DLNA\.ORG_OP=00/);
  });

  for (const [what, prepare] of [
    ["has another name", () => Promise.resolve("another.ogg")],
    ["is removed", () => published.drop(publication)],
    ["has been cut off", () => publication.spool.destroy(new Error("gone"))],
  ] as const) {
    it(`is not found where it ${what}`, async () => {
      const name = (await prepare()) ?? publication.name;
      const { status, headers, body } = await fetched({}, "GET", name);
      assert.deepEqual([status, headers["content-length"], body.length], [404, "0", 0]);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["retry-after"], undefined);
    });
  }

  for (const [code, status, retry] of [
    ["ENOENT", 404, undefined],
    ["EMFILE", 503, "1"],
    ["ENFILE", 503, "1"],
    ["EACCES", 500, undefined],
  ] as const) {
    it(`is refused with ${status} where its file cannot be opened: ${code}`, async () => {
      stub(publication.spool, "check").rejects(Object.assign(new Error(code), { code }));
      const reply = await fetched();
      assert.deepEqual([reply.status, reply.headers["retry-after"]], [status, retry]);
      const stays = code !== "ENOENT";
      assert.equal(findPublication(publication.name) !== undefined, stays);
    });
  }

  /** Audio that grows, and the reply in which somebody hears what there is of it. */
  async function heard(): Promise<{ growing: Publication; response: IncomingMessage }> {
    const growing = await published.begin("audio/mpeg");
    await published.add(growing, AUDIO, MB);
    const { port } = server.address() as AddressInfo;
    const call = request({ host: "127.0.0.1", port, path: `/${growing.name}` }).end();
    const [response] = (await once(call, "response")) as [IncomingMessage];
    await once(response, "readable");
    return { growing, response };
  }

  it("has no reader any more when the listener has gone", async () => {
    const { growing, response } = await heard();
    const isRead = (): boolean => growing.spool.isRead;
    assert.equal(isRead(), true);
    response.on("error", () => undefined);
    response.destroy();
    while (isRead()) await new Promise((turn) => setImmediate(turn));
  });

  it("is cut off also for a listener who takes nothing more", async () => {
    const large = await published.begin("audio/mpeg");
    await published.add(large, Buffer.alloc(16 * MB), 32 * MB);
    published.finish(large, MB);
    const { port } = server.address() as AddressInfo;
    const called = once(server, "request") as Promise<[IncomingMessage, ServerResponse]>;
    const call = request({ host: "127.0.0.1", port, path: `/${large.name}` }).end();
    const [, reply] = await called;
    const [response] = (await once(call, "response")) as [IncomingMessage];
    response.on("error", () => undefined);
    // The listener reads nothing: what is sent waits in the system's buffers, and then here.
    for (let waits = 0; waits < 50; waits = reply.writableNeedDrain ? waits + 1 : 0)
      await new Promise((turn) => setImmediate(turn));
    const closed = once(reply, "close");
    await published.drop(large);
    await closed;
    assert.equal(reply.writableFinished, false);
    response.destroy();
  });

  it("is cut off, so that it is not taken for the whole, when it is removed while it is heard", async () => {
    const { growing, response } = await heard();
    const cutOff = assert.rejects(buffer(response), { code: "ECONNRESET" });
    await published.drop(growing);
    await cutOff;
  });
});
