/** The request of a speech, as it is written. API reference D.1 and D.4. */
import assert from "node:assert/strict";
import type { SpeechParams } from "../../lib/api";
import { speechRequest } from "../../lib/api/speech-request";

const BASE = "https://vocu.example";
const URL_OF_SPEECH = `${BASE}/api/tts/simple-generate`;
const ACCEPT = "audio/mpeg, application/json;q=0.5, */*;q=0.1";
const HELLO: SpeechParams = { voiceId: "v", text: "Hello" };

const written = (params: SpeechParams, place: "header" | "query" = "header") => {
  const { url, body, ...rest } = speechRequest(BASE, params, place, "sk-1");
  const text = Buffer.isBuffer(body) ? body.toString() : undefined;
  return { url: url.href, body: text && (JSON.parse(text) as unknown), ...rest };
};

describe("api speech request", () => {
  it("is a GET without a body that prefers mp3", () => {
    assert.deepEqual(written(HELLO), {
      url: `${URL_OF_SPEECH}?voiceId=v&text=Hello`,
      method: "GET",
      headers: { accept: ACCEPT },
      body: undefined,
      transport: "get",
      authorization: true,
    });
  });

  it("has the key in the query instead of the header", () => {
    const { url, authorization } = written(HELLO, "query");
    assert.deepEqual([url, authorization], [`${URL_OF_SPEECH}?voiceId=v&text=Hello&token=sk-1`, false]);
  });

  for (const place of ["header", "query"] as const) {
    it(`is a POST for what GET does not take, with the key in the header: ${place}`, () => {
      assert.deepEqual(written({ ...HELLO, vivid: false, promptId: "", seed: null }, place), {
        url: URL_OF_SPEECH,
        method: "POST",
        headers: { accept: ACCEPT, "content-type": "application/json" },
        body: { voiceId: "v", text: "Hello", vivid: false, stream: true, direct_stream: true },
        transport: "post",
        authorization: true,
      });
    });
  }

  it("is a GET up to a URL of 6 KB, the key in it counted, and a POST above", () => {
    for (const place of ["header", "query"] as const) {
      const room = 6144 - written({ voiceId: "v", text: "" }, place).url.length - "&text=".length;
      const methods = [room, room + 1].map(
        (length) => written({ voiceId: "v", text: "x".repeat(length) }, place).method,
      );
      assert.deepEqual(methods, ["GET", "POST"]);
    }
  });

  it("is a POST for a long text, which shows the key in no URL", () => {
    const text = "x".repeat(6144);
    for (const place of ["header", "query"] as const) {
      const { url, body } = written({ voiceId: "v", text }, place);
      assert.deepEqual(
        [url, body],
        [URL_OF_SPEECH, { voiceId: "v", text, stream: true, direct_stream: true }],
      );
    }
  });
});
