/** The headers of every request to the API, and where a speech carries the key. API reference 2 and D.4. */
import assert from "node:assert/strict";
import { VocuError, type ClientOptions, type KeyIn } from "../../lib/api";
import { KeyMemory, type KeyPlace } from "../../lib/api/key-place";
import { apiHeaders, type Session } from "../../lib/api/session";

const headersWith = (options: Partial<ClientOptions>, authorization?: boolean): Record<string, string> =>
  apiHeaders({ options: { apiKey: "sk-1", ...options } } as Session, authorization);

describe("api session: headers", () => {
  it("have the key, and ask for bytes as they are", () => {
    assert.deepEqual(headersWith({}), { "accept-encoding": "identity", authorization: "Bearer sk-1" });
  });

  it("have no key where it is elsewhere", () => {
    assert.deepEqual(headersWith({}, false), { "accept-encoding": "identity" });
  });

  it("have a language and a name if there is one", () => {
    assert.deepEqual(headersWith({ language: "de", userAgent: "me/1" }, false), {
      "accept-encoding": "identity",
      "accept-language": "de",
      "user-agent": "me/1",
    });
    assert.deepEqual(headersWith({ language: "", userAgent: "" }, false), { "accept-encoding": "identity" });
  });

  for (const [apiKey, code] of [
    ["", "NO_API_KEY"],
    ["sk 1", "BAD_API_KEY"],
    ["sk-1\n", "BAD_API_KEY"],
    ["\nsk-1", "BAD_API_KEY"],
    ["sk-“1”", "BAD_API_KEY"],
    ["sk-\u007f", "BAD_API_KEY"],
  ] as const) {
    it(`are refused with ${code} for ${JSON.stringify(apiKey)}, with and without the key in them`, () => {
      for (const authorization of [true, false])
        assert.throws(
          () => headersWith({ apiKey }, authorization),
          (error) => {
            assert.ok(error instanceof VocuError);
            assert.deepEqual([error.code, error.cause], [code, { retryable: false }]);
            return true;
          },
        );
    });
  }

  it("take every character that a header can hold", () => {
    assert.equal(headersWith({ apiKey: "!Az~" }).authorization, "Bearer !Az~");
  });
});

describe("api session: where the key goes", () => {
  const refusal = (code: string, statusCode?: number): VocuError =>
    new VocuError(code, { retryable: false, statusCode });
  const UNKNOWN = refusal("HTTP_401", 401);
  /** What a memory proposes after a refusal there, and what it tries first the next time. */
  const after = (
    { keyIn, worked }: { keyIn?: KeyIn; worked?: KeyPlace },
    place: KeyPlace,
    error: VocuError,
  ): [other: KeyPlace | undefined, next: KeyPlace] => {
    const memory = new KeyMemory(keyIn);
    if (worked) memory.accepted(worked);
    return [memory.refused(place, error), memory.place];
  };

  it("is the header, until the query has worked", () => {
    assert.equal(new KeyMemory().place, "header");
    const memory = new KeyMemory("auto");
    memory.accepted("query");
    assert.equal(memory.place, "query");
  });

  for (const keyIn of ["header", "query"] as const) {
    it(`stays where the account says: ${keyIn}`, () => {
      for (const worked of ["header", "query"] as const)
        assert.deepEqual(after({ keyIn, worked }, keyIn, UNKNOWN), [undefined, keyIn]);
    });
  }

  for (const [code, statusCode] of [
    ["HTTP_400", 400],
    ["HTTP_401", 401],
    ["HTTP_403", 403],
  ] as const) {
    it(`is the query next where a header that has never worked gets ${code}`, () => {
      assert.deepEqual(after({}, "header", refusal(code, statusCode)), ["query", "header"]);
    });

    it(`is the header next where a query that has worked gets ${code}`, () => {
      assert.deepEqual(after({ worked: "query" }, "query", refusal(code, statusCode)), ["header", "header"]);
    });
  }

  it("is the header next where a query that has worked is refused with a code and 401", () => {
    assert.deepEqual(after({ worked: "query" }, "query", refusal("KEY_BAD", 401)), ["header", "header"]);
  });

  it("stays in the query after any other fault", () => {
    for (const error of [refusal("KEY_BAD", 403), refusal("HTTP_404", 404), refusal("HTTP_500", 500)])
      assert.deepEqual(after({ worked: "query" }, "query", error), [undefined, "query"]);
  });

  it("has nowhere else to go where a query that has never worked is refused", () => {
    assert.deepEqual(after({}, "query", UNKNOWN), [undefined, "header"]);
  });

  it("is not shown in a URL where the server has read the header", () => {
    for (const error of [refusal("KEY_BAD", 401), refusal("HTTP_402", 402)])
      assert.deepEqual(after({}, "header", error), [undefined, "header"]);
  });

  for (const [error, forgotten] of [
    [UNKNOWN, true],
    [refusal("HTTP_403", 403), false],
    [refusal("KEY_BAD", 401), false],
  ] as const) {
    it(`${forgotten ? "may" : "may not"} be tried in a URL after the header worked and got ${error.code}`, () => {
      const memory = new KeyMemory();
      memory.accepted("header");
      assert.equal(memory.refused("header", error), undefined);
      assert.equal(memory.refused("header", UNKNOWN), forgotten ? "query" : undefined);
    });
  }
});
