import assert from "node:assert/strict";
import { readSpeech } from "../../lib/api";
import { infoFromHeaders } from "../../lib/api/response-data";
import { Redactor } from "../../lib/api/redact";
import { bytes, client, collect, KEY, serve, startProxy } from "./api-server";

const redactor = new Redactor([KEY]);
const fromHeader = (data: string, id?: string) =>
  infoFromHeaders(
    { headers: { "x-reecho-response-data": data, ...(id === undefined ? {} : { "x-reecho-audio-id": id }) } },
    redactor,
  );
const DATA = { id: "a-1", srt: "你好", credit_used: 3 };
const INFO = { audioId: "a-1", srt: "你好", creditsUsed: 3 };

describe("api response data", () => {
  const forms: [string, string][] = [
    [
      "ASCII JSON",
      JSON.stringify(DATA).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`),
    ],
    ["UTF-8 bytes read as Latin-1", Buffer.from(JSON.stringify(DATA)).toString("latin1")],
    ["percent-encoded JSON", encodeURIComponent(JSON.stringify(DATA))],
    ["base64", Buffer.from(JSON.stringify(DATA)).toString("base64")],
    ["base64 for URLs", Buffer.from(JSON.stringify(DATA)).toString("base64url")],
    [
      "an envelope",
      JSON.stringify({ status: 200, message: "OK", data: DATA }).replace("你好", "\\u4f60\\u597d"),
    ],
  ];
  for (const [form, text] of forms) {
    it(`reads ${form}`, () => {
      assert.deepEqual(fromHeader(text), INFO);
    });
  }

  it("reads real Latin-1", () => {
    assert.deepEqual(fromHeader('{"srt":"Grüße"}'), { srt: "Grüße" });
  });

  it("keeps a percent sign in plain JSON", () => {
    assert.deepEqual(fromHeader('{"srt":"100%25"}'), { srt: "100%25" });
  });

  for (const text of ["", "{", "[]", "null", '"text"', "%7B%", "\xff\xfe{"]) {
    it(`ignores ${JSON.stringify(text)}`, () => {
      assert.deepEqual(fromHeader(text), {});
    });
  }

  it("knows nothing without headers", () => {
    assert.deepEqual(infoFromHeaders({ headers: {} }, redactor), {});
  });

  it("has the audio id from its own header when the data are unreadable", () => {
    assert.deepEqual(fromHeader("{", "a-2"), { audioId: "a-2" });
  });

  it("has no audio id where its header is empty", () => {
    assert.deepEqual(fromHeader("{", ""), {});
  });

  it("ignores base64 with anything beside it", () => {
    const base64 = Buffer.from(JSON.stringify(DATA)).toString("base64");
    for (const text of [`!${base64}`, `${base64}!`]) assert.deepEqual(fromHeader(text), {});
  });

  it("ignores values of a wrong type one by one", () => {
    const data = {
      id: 5,
      audio: {},
      streamUrl: "https://s.example/",
      credit_used: "many",
      estimatedDuration: [],
      srt: null,
    };
    assert.deepEqual(readSpeech(data, redactor), { streamUrl: "https://s.example/" });
  });

  for (const url of ["file:///etc/passwd", "javascript:alert(1)", "/relative", "ftp://x.example/", ""]) {
    it(`ignores the URL ${JSON.stringify(url)}`, () => {
      assert.deepEqual(readSpeech({ audio: url, streamUrl: url }, redactor), {});
    });
  }

  it("ignores a URL that holds the key, plain or encoded", () => {
    const data = {
      audio: `https://s.example/?k=${encodeURIComponent(KEY)}`,
      streamUrl: `https://s.example/${KEY}`,
    };
    assert.deepEqual(readSpeech(data, redactor), {});
  });

  it("leaves out what is nested thousands deep, and keeps the rest", () => {
    const deep = `${'{"a":'.repeat(9000)}1${"}".repeat(9000)}`;
    const text = `{"id":"a-1","srt":${deep},"billing":${"[".repeat(9000)}${"]".repeat(9000)},"credit_used":3}`;
    assert.deepEqual(fromHeader(text), { audioId: "a-1", creditsUsed: 3 });
  });

  it("keeps what is nested as deep as subtitles may be", () => {
    const srt = [{ words: [{ times: [1, 2] }] }];
    assert.deepEqual(readSpeech({ srt }, redactor), { srt });
  });

  for (const data of ['{"a":'.repeat(4000) + "1" + "}".repeat(4000), "=", "AAAA", '{"data":[]}', "{}"]) {
    it(`does not keep the audio from being heard: ${data.slice(0, 20)}`, async () => {
      const server = await serve((_request, response) => {
        const headers = { "content-type": "audio/mpeg", "X-Reecho-Response-Data": data };
        response.writeHead(200, headers).end(bytes(10));
      });
      const speech = await client(server.url).speak({ voiceId: "v", text: "Hello" });
      assert.deepEqual(await collect(speech.audio), bytes(10));
    });
  }

  for (const status of [true, "", null, "ok"]) {
    it(`does not keep audio by its address from being heard: status ${JSON.stringify(status)}`, async () => {
      const server = await serve((request, response) => {
        if (request.path === "/a.mp3")
          response.writeHead(200, { "content-type": "audio/mpeg" }).end(bytes(10));
        else {
          const data = { audio: `${server.url}/a.mp3` };
          response
            .writeHead(200, { "content-type": "application/json" })
            .end(JSON.stringify({ status, data }));
        }
      });
      const speech = await client(server.url).speak({ voiceId: "v", text: "Hello" });
      assert.deepEqual(await collect(speech.audio), bytes(10));
    });
  }

  it("takes the key out of texts", () => {
    const info = readSpeech({ id: KEY, srt: `x ${KEY}`, billing: { k: KEY } }, redactor);
    assert.deepEqual(info, { audioId: "***", srt: "x ***" });
  });

  it("takes an estimate below 300 for seconds, any other for milliseconds", () => {
    const estimate = (value: number) =>
      readSpeech({ estimatedDuration: value }, redactor).estimatedDurationMs;
    assert.deepEqual([299, 300, 0, -1].map(estimate), [299000, 300, undefined, undefined]);
  });

  it("arrives in a header of 12 KB, with Chinese as raw UTF-8 bytes", async () => {
    const srt = "你".repeat(4000);
    const server = await serve((_request, response) => {
      const value = Buffer.from(JSON.stringify({ id: "a-1", srt })).toString("latin1");
      response
        .writeHead(200, { "content-type": "audio/mpeg", "X-Reecho-Response-Data": value })
        .end(bytes(10));
    });
    const speech = await client(server.url).speak({ voiceId: "v", text: "Hello" });
    assert.deepEqual([speech.info, await collect(speech.audio)], [{ audioId: "a-1", srt }, bytes(10)]);
  });

  for (const way of ["directly", "through a proxy"]) {
    it(`may be far larger than Node's own limit for headers (${way})`, async () => {
      const id = "x".repeat(40_000);
      const server = await serve((_request, response) => {
        response.writeHead(200, { "content-type": "audio/mpeg", "X-Reecho-Audio-Id": id }).end(bytes(10));
      });
      const proxy = way === "directly" ? {} : { http: (await startProxy()).url };
      const speech = await client(server.url, { proxy }).speak({ voiceId: "v", text: "Hello" });
      assert.equal(speech.info.audioId, id);
    });
  }
});
