import assert from "node:assert/strict";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { bodyText } from "../../lib/api/decode";
import { bytes, client, collect, failure, serve } from "./api-server";

const INFO = { operation: "account-info", method: "GET", path: "/api/account/info" } as const;
const HELLO = { voiceId: "v", text: "Hello" };
const DATA = { status: 200, data: "Grüße 你好" };

/** A server that answers everything with these bytes. */
const answering = (headers: Record<string, string>, body: Buffer, status = 200) =>
  serve((_request, response) => {
    response.writeHead(status, headers).end(body);
  });

describe("api encoding: replies", () => {
  const json = Buffer.from(JSON.stringify(DATA));
  const reading = async (headers: Record<string, string>, body: Buffer) => {
    const server = await answering({ "content-type": "application/json", ...headers }, body);
    return client(server.url).call(INFO);
  };

  it("asks for bytes as they are", async () => {
    const server = await answering({}, json);
    await client(server.url).call(INFO);
    assert.equal(server.seen[0]?.headers["accept-encoding"], "identity");
  });

  for (const [name, encoding, compress] of [
    ["gzip", "gzip", gzipSync],
    ["deflate", "deflate", deflateSync],
    ["brotli", "br", brotliCompressSync],
  ] as const) {
    it(`understands ${name} nevertheless`, async () => {
      assert.equal((await reading({ "content-encoding": encoding }, compress(json))).data, DATA.data);
    });
  }

  it("reads the charset that the reply names", async () => {
    const body = Buffer.from(JSON.stringify({ status: 200, data: "Zoë" }), "latin1");
    const reply = await reading({ "content-type": "application/json; charset=iso-8859-1" }, body);
    assert.equal(reply.data, "Zoë");
  });

  it("takes an unknown charset for UTF-8", async () => {
    assert.equal((await reading({ "content-type": "application/json; charset=none" }, json)).data, DATA.data);
  });

  it("fails with BAD_REPLY for what cannot be decompressed", async () => {
    const error = await failure(reading({ "content-encoding": "gzip" }, json));
    assert.equal(error.code, "BAD_REPLY");
  });

  it("does not unpack more than it is told to", async () => {
    const answer = { headers: { "content-encoding": "gzip" } };
    const bomb = gzipSync(Buffer.alloc(1001, 0x61));
    assert.equal(await bodyText(answer, bomb, 1000), "");
    assert.equal(await bodyText(answer, bomb, 1001), "a".repeat(1001));
  });

  it("reads what the server says in a compressed error", async () => {
    const body = gzipSync(JSON.stringify({ status: 403, code: "AUTH_FORBIDDEN", message: "Not yours" }));
    const server = await answering({ "content-encoding": "gzip" }, body, 403);
    const error = await failure(client(server.url).call(INFO));
    assert.deepEqual([error.code, error.cause.serverMessage], ["AUTH_FORBIDDEN", "Not yours"]);
  });
});

describe("api encoding: audio", () => {
  const audio = Buffer.concat([Buffer.from([0xff, 0xfb]), bytes(3000)]);

  /** Answers with this reply, which names a stream address where the audio is as it should be. */
  const speaking = async (headers: Record<string, string>, body: Buffer) => {
    const storage = await answering({ "content-type": "audio/mpeg" }, audio);
    const data = JSON.stringify({ streamUrl: `${storage.url}/a.mp3` });
    const server = await answering({ "x-reecho-response-data": data, ...headers }, body);
    const speech = await client(server.url).speak(HELLO);
    return { heard: await collect(speech.audio), fetched: storage.seen.length };
  };

  for (const type of ["text/plain", "text/html; charset=utf-8", "application/json"]) {
    it(`recognises mp3 that is called ${type}`, async () => {
      const { heard, fetched } = await speaking({ "content-type": type }, audio);
      assert.deepEqual([heard, fetched], [audio, 0]);
    });
  }

  it("recognises it by its ID3 tag too", async () => {
    const tagged = Buffer.concat([Buffer.from("ID3"), audio]);
    assert.deepEqual((await speaking({ "content-type": "text/plain" }, tagged)).heard, tagged);
  });

  it("fetches audio that comes compressed from where it lies", async () => {
    const headers = { "content-type": "audio/mpeg", "content-encoding": "gzip" };
    const { heard, fetched } = await speaking(headers, gzipSync(audio));
    assert.deepEqual([heard, fetched], [audio, 1]);
  });

  it("closes the connection to compressed audio that it cannot use", async () => {
    const endless = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg", "content-encoding": "gzip" }).write("audio");
    });
    await failure(client(endless.url).speak({ voiceId: "v", text: "Hello" }));
    await failure(client(endless.url).download(endless.url));
    for (const request of endless.seen) await request.closed;
    assert.equal(endless.seen.length, 2);
  });

  it("fails with NOT_AUDIO for compressed audio that lies nowhere else", async () => {
    const headers = { "content-type": "audio/mpeg", "content-encoding": "gzip" };
    const server = await answering(headers, gzipSync(audio));
    assert.equal((await failure(client(server.url).speak(HELLO))).code, "NOT_AUDIO");
  });

  it("fails with BAD_REPLY for a download that comes compressed", async () => {
    const server = await answering({ "content-encoding": "br" }, brotliCompressSync(audio));
    const error = await failure(client(server.url).download(`${server.url}/a.mp3`));
    assert.deepEqual([error.code, error.cause.detail], ["BAD_REPLY", "it is compressed (br)"]);
  });
});
