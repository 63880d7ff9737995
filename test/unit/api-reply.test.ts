/** What an error reply says, and which replies are one. API reference 3 and 4. */
import assert from "node:assert/strict";
import { VocuError } from "../../lib/api";
import type { Answer } from "../../lib/api/exchange";
import { Redactor } from "../../lib/api/redact";
import { isBreak, isSuccess, readText, replyError, requestIdOf, statusError } from "../../lib/api/reply";
import type { Session } from "../../lib/api/session";
import { client, failure, FakeClock, json, KEY, serve } from "./api-server";

const READ = { operation: "voice-list", method: "GET", path: "/api/voice" } as const;
const WRITE = { operation: "voice-delete", method: "DELETE", path: "/api/voice" } as const;
const PAID = {
  operation: "generate",
  method: "POST",
  path: "/api/tts",
  json: {},
  costsCredits: true,
} as const;

const session = { redactor: new Redactor([KEY]), clock: new FakeClock() } as unknown as Session;

const errorOf = (
  statusCode: number,
  body: unknown = "",
  headers: Record<string, string> = {},
  isOperation = true,
): VocuError | undefined =>
  replyError(
    session,
    { statusCode, headers },
    typeof body === "string" ? body : JSON.stringify(body),
    isOperation,
  );

describe("api reply: success or error", () => {
  for (const [statusCode, success] of [
    [199, false],
    [200, true],
    [204, true],
    [299, true],
    [300, false],
    [404, false],
  ] as const) {
    it(`takes ${statusCode} for ${success ? "a success" : "an error"}`, () => {
      assert.equal(isSuccess({ statusCode }), success);
      assert.equal(errorOf(statusCode) === undefined, success);
    });
  }

  for (const [status, code] of [
    [200, undefined],
    [299, undefined],
    [300, "HTTP_300"],
    [199, "HTTP_199"],
    [0, "HTTP_0"],
    ["403", "HTTP_403"],
    [" 403\n", "HTTP_403"],
    ["200", undefined],
    ["403 Forbidden", undefined],
    ["code 403", undefined],
    ["error", undefined],
    [402.5, undefined],
    [[403], undefined],
  ] as const) {
    it(`takes a 200 whose body says ${JSON.stringify(status)} for ${code ?? "a success"}`, () => {
      assert.equal(errorOf(200, { status })?.code, code);
    });
  }

  it("takes the status of HTTP where that is the error", () => {
    const { code, cause } = errorOf(502, { status: 403 }) ?? {};
    assert.deepEqual([code, cause?.statusCode], ["HTTP_502", 502]);
  });
});

describe("api reply: the code", () => {
  for (const [code, found] of [
    ["ABC", "ABC"],
    ["AUTH_2_FORBIDDEN", "AUTH_2_FORBIDDEN"],
    [`A${"B".repeat(63)}`, `A${"B".repeat(63)}`],
    [`A${"B".repeat(64)}`, "HTTP_400"],
    ["AB", "HTTP_400"],
    ["2_ABC", "HTTP_400"],
    ["not_found", "HTTP_400"],
    ["NOT FOUND", "HTTP_400"],
    [400, "HTTP_400"],
    [["ABC"], "HTTP_400"],
  ] as const) {
    it(`is ${found} for ${JSON.stringify(code).slice(0, 20)}`, () => {
      assert.equal(errorOf(400, { code })?.code, found);
    });
  }

  it("never holds the key", () => {
    const keyed = { ...session, redactor: new Redactor(["SECRET_KEY_1"]) } as Session;
    const error = replyError(keyed, { statusCode: 400, headers: {} }, '{"code":"SECRET_KEY_1"}');
    assert.equal(error?.code, "***");
  });

  it("says that the operation is not offered where a 404 is not the envelope's", () => {
    assert.equal(errorOf(404)?.code, "OPERATION_NOT_OFFERED");
    assert.equal(errorOf(404, { status: 500 })?.code, "OPERATION_NOT_OFFERED");
    assert.equal(errorOf(404, { status: 404 })?.code, "HTTP_404");
    assert.equal(errorOf(404, { code: "VOICE_NOT_FOUND" })?.code, "VOICE_NOT_FOUND");
    assert.equal(errorOf(403)?.code, "HTTP_403");
  });

  it("is the status where no operation was asked for, as at a storage host", () => {
    assert.equal(errorOf(404, "gone", {}, false)?.code, "HTTP_404");
  });
});

describe("api reply: whether to try again", () => {
  for (const [statusCode, retryable] of [
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, false],
    [425, true],
    [429, true],
    [500, true],
    [501, false],
    [502, true],
    [503, true],
    [504, true],
    [505, false],
  ] as const) {
    it(`${retryable ? "may help" : "does not help"} after ${statusCode}`, () => {
      assert.equal(errorOf(statusCode)?.cause.retryable, retryable);
    });
  }

  it("may help while a voice is being made", () => {
    assert.equal(errorOf(409, { code: "VOICE_CREATING" })?.cause.retryable, true);
  });

  // The clock of these tests stands at 2026-01-01T00:00:00Z.
  for (const [value, seconds] of [
    [undefined, undefined],
    ["7", 7],
    [" 12 ", 12],
    ["1.25", 1.25],
    ["0", 0],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60],
    ["2026-01-01T00:00:00.001Z", 1],
    ["Wed, 31 Dec 2025 23:00:00 GMT", 0],
    ["soon", undefined],
    ["7 seconds", undefined],
    ["in 7", undefined],
    ["-7", undefined],
    ["99:99:99", undefined],
    ["", undefined],
  ] as const) {
    it(`is best after ${seconds ?? "an unknown time"} by Retry-After ${JSON.stringify(value)}`, () => {
      const headers: Record<string, string> = value === undefined ? {} : { "retry-after": value };
      assert.equal(errorOf(429, "", headers)?.cause.retryAfter, seconds);
    });
  }
});

describe("api reply: the server's words and ids", () => {
  for (const [body, words] of [
    [{ message: "a", error: "b" }, "a"],
    [{ message: 7, error: "b" }, "b"],
    [{ error: { message: "c" } }, "c"],
    [{ error: ["d"] }, undefined],
    [{}, undefined],
    ["plain", "plain"],
    [`not ${KEY}`, "not ***"],
  ] as const) {
    it(`are ${words ?? "none"} in ${JSON.stringify(body)}`, () => {
      assert.equal(errorOf(400, body)?.cause.serverMessage, words);
    });
  }

  it("are the ids and the field without the key", () => {
    const body = { requestId: `r ${KEY}`, traceId: `t ${KEY}`, detail: { field: `f ${KEY}` } };
    const { cause } = errorOf(400, body) ?? {};
    assert.deepEqual([cause?.requestId, cause?.traceId, cause?.field], ["r ***", "t ***", "f ***"]);
  });

  it("have no field in a detail that is no object", () => {
    for (const detail of ["text", null, ["text"]])
      assert.equal(errorOf(400, { detail })?.cause.field, undefined);
  });

  it("have the id of the header before that of the body", () => {
    const headers = { "x-vocu-app-request-id": "from the header" };
    assert.equal(requestIdOf(session, { headers }, { requestId: "from the body" }), "from the header");
    assert.equal(requestIdOf(session, { headers: {} }, { requestId: "from the body" }), "from the body");
    assert.equal(requestIdOf(session, { headers: {} }), undefined);
  });
});

describe("api reply: a body that broke off", () => {
  for (const [code, broken] of [
    ["STREAM_CUT", true],
    ["STREAM_STALLED", true],
    ["FIRST_BYTE_TIMEOUT", true],
    ["ABORTED", false],
    ["CONNECTION_LOST", false],
  ] as const) {
    it(`${broken ? "is" : "is not"} the reason of ${code}`, () => {
      assert.equal(isBreak(new VocuError(code, { retryable: false })), broken);
    });
  }
});

describe("api reply: the body of a success", () => {
  const reply = async (
    request: typeof READ | typeof WRITE | typeof PAID,
    body: string | Buffer,
    headers = {},
  ) => {
    const server = await serve((_request, response) => response.writeHead(200, headers).end(body));
    return client(server.url).call(request);
  };

  it("is the audio itself where the server streams unasked", async () => {
    for (const type of ["audio/mpeg", "Audio/MPEG; x=y"])
      assert.deepEqual(
        (await reply(PAID, Buffer.from([0xff, 0xfb, 1]), { "content-type": type })).data,
        Buffer.from([0xff, 0xfb, 1]),
      );
  });

  for (const [what, body, headers] of [
    ["audio that is empty", "", { "content-type": "audio/mpeg" }],
    ["audio in a coding", "abc", { "content-type": "audio/mpeg", "content-encoding": "zstd" }],
    ["something like audio", "abc", { "content-type": "x-audio/mpeg" }],
    ["bytes without a type", "abc", {}],
  ] as const) {
    it(`makes no sense as ${what}`, async () => {
      const { code, cause } = await failure(reply(PAID, body, headers));
      assert.deepEqual([code, cause.detail], ["BAD_REPLY", body === "" ? "it is empty" : "abc"]);
    });
  }

  it("says why it makes no sense, and that trying again does not help", async () => {
    for (const [body, detail] of [
      ["", "it is empty"],
      [" \n", "it is empty"],
      ["out of order", "out of order"],
    ] as const) {
      const { code, cause } = await failure(reply(READ, body, { "x-vocu-app-request-id": "r-1" }));
      assert.deepEqual(
        [code, cause],
        [
          "BAD_REPLY",
          {
            operation: "voice-list",
            statusCode: 200,
            requestId: "r-1",
            retryable: false,
            detail,
            attempts: 1,
          },
        ],
      );
    }
  });

  it("may be blank after a write, which has been done, but not otherwise", async () => {
    for (const body of ["", " \n"]) {
      assert.deepEqual((await reply(WRITE, body)).body, {});
      for (const request of [READ, PAID])
        assert.equal((await failure(reply(request, body))).code, "BAD_REPLY");
    }
    assert.equal((await failure(reply(WRITE, "done"))).code, "BAD_REPLY");
  });

  it("may be missing where the status says so, after a read too", async () => {
    const server = await serve((_request, response) => response.writeHead(204).end());
    assert.deepEqual((await client(server.url).call(READ)).body, {});
  });

  it("may be longer than that of an error", async () => {
    const text = "x".repeat(3 * 1024 * 1024);
    assert.equal((await reply(READ, JSON.stringify({ status: 200, data: text }))).data, text);
  });
});

describe("api reply: the body of an error", () => {
  it("is read up to 1 MB", async () => {
    const padded = (length: number) => ({ code: "OUT_OF_ORDER", pad: "x".repeat(length) });
    for (const [length, code] of [
      [1024 * 1024 - 100, "OUT_OF_ORDER"],
      [1024 * 1024, "HTTP_500"],
    ] as const) {
      const server = await serve((_request, response) => json(response, padded(length), 500));
      assert.equal((await failure(client(server.url).call(WRITE))).code, code);
    }
  });
});

describe("api reply: a body that is read", () => {
  /** A reply whose body is these pieces, and then an error, if there is one. */
  const answering = (statusCode: number, pieces: string[], error?: VocuError): Answer => ({
    statusCode,
    headers: {},
    read: () => {
      const piece = pieces.shift();
      if (piece !== undefined) return Promise.resolve(Buffer.from(piece));
      return error ? Promise.reject(error) : Promise.resolve(undefined);
    },
    unread: () => undefined,
    destroy: () => undefined,
  });
  const patient = { ...session, options: { stallTimeoutMs: 1000 } } as Session;
  const ended = (code: string): VocuError => new VocuError(code, { retryable: true });

  it("is all of its text", async () => {
    for (const status of [200, 500])
      assert.equal(await readText(patient, answering(status, ["a", "b"])), "ab");
  });

  for (const status of [200, 500]) {
    it(`is an abort where it was aborted, whatever the status was: ${status}`, async () => {
      const error = await failure(readText(patient, answering(status, ["a"], ended("ABORTED"))));
      assert.equal(error.code, "ABORTED");
    });
  }

  it("is as much as came of an error that broke off, and no success that did", async () => {
    assert.equal(await readText(patient, answering(500, ["a"], ended("STREAM_CUT"))), "a");
    const error = await failure(readText(patient, answering(200, ["a"], ended("STREAM_CUT"))));
    assert.equal(error.code, "CONNECTION_LOST");
  });

  it("is not read where a host has what was asked for, and gives the words of one that has not", async () => {
    const found = answering(200, ["a"]);
    assert.equal(await statusError(patient, found), undefined);
    assert.equal(String(await found.read({ ms: 1, code: "STREAM_STALLED" })), "a");
    const { code, cause } = (await statusError(patient, answering(404, ["gone"]))) ?? {};
    assert.deepEqual([code, cause?.serverMessage], ["HTTP_404", "gone"]);
  });
});
