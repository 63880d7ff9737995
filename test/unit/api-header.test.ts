/** What the headers of a reply say about its body. */
import assert from "node:assert/strict";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { bodyText, encodingOf } from "../../lib/api/decode";
import { headerOf, statesItsEnd } from "../../lib/api/header";
import { bytes } from "./api-server";

const withHeaders = (headers: Record<string, string | string[]>) => ({ headers });

describe("api header", () => {
  it("is the first of several values", () => {
    assert.equal(headerOf(withHeaders({ "x-a": ["1", "2"] }), "x-a"), "1");
    assert.equal(headerOf(withHeaders({ "x-a": "1" }), "x-a"), "1");
    assert.equal(headerOf(withHeaders({}), "x-a"), undefined);
  });

  for (const [headers, states] of [
    [{ "content-length": "0" }, true],
    [{ "transfer-encoding": "chunked" }, true],
    [{ "transfer-encoding": "gzip, Chunked " }, true],
    [{ "transfer-encoding": "chunked, gzip" }, false],
    [{ "transfer-encoding": "unchunked" }, false],
    [{ "transfer-encoding": "identity" }, false],
    [{}, false],
  ] as const) {
    it(`${states ? "states" : "does not state"} where the body ends: ${JSON.stringify(headers)}`, () => {
      assert.equal(statesItsEnd(withHeaders(headers)), states);
    });
  }

  for (const [value, encoding] of [
    [undefined, undefined],
    ["", undefined],
    [" ", undefined],
    ["identity", undefined],
    [" Identity ", undefined],
    [" GZIP ", "gzip"],
    ["br", "br"],
    ["zstd", "zstd"],
  ] as const) {
    it(`names the encoding ${encoding ?? "of bytes as they are"}: ${JSON.stringify(value)}`, () => {
      const headers: Record<string, string> = value === undefined ? {} : { "content-encoding": value };
      assert.equal(encodingOf(withHeaders(headers)), encoding);
    });
  }
});

describe("api header: the text of a body", () => {
  const textOf = (headers: Record<string, string>, body: Buffer): Promise<string> =>
    bodyText(withHeaders(headers), body, 1_000_000);
  const latin1 = Buffer.from("Zoë", "latin1");

  for (const type of [
    "text/plain;charset=iso-8859-1",
    'text/plain; boundary=x; Charset="ISO-8859-1"',
    "text/plain;   charset=latin1; format=flowed",
  ]) {
    it(`is read in the charset of ${type}`, async () => {
      assert.equal(await textOf({ "content-type": type }, latin1), "Zoë");
    });
  }

  for (const type of [
    "text/plain",
    "text/plain; xcharset=iso-8859-1",
    "charset=iso-8859-1",
    "text/plain; charset=",
  ]) {
    it(`is read as UTF-8 where the type is ${type}`, async () => {
      assert.equal(await textOf({ "content-type": type }, Buffer.from("Zoë")), "Zoë");
    });
  }

  it("is unpacked by the older name of gzip too", async () => {
    assert.equal(await textOf({ "content-encoding": "x-gzip" }, gzipSync("Zoë")), "Zoë");
  });

  it("is as much as can be unpacked of a body that broke off", async () => {
    const text = bytes(10_000).toString("hex");
    for (const [encoding, packed] of [
      ["gzip", gzipSync(text)],
      ["br", brotliCompressSync(text)],
    ] as const) {
      const begun = await textOf({ "content-encoding": encoding }, packed.subarray(0, packed.length - 9));
      assert.ok(text.startsWith(begun) && begun.length > text.length / 2, `${encoding}: ${begun.length}`);
    }
  });

  it("is nothing where brotli would be longer than it may be", async () => {
    const answer = withHeaders({ "content-encoding": "br" });
    const packed = brotliCompressSync(Buffer.alloc(1001, 0x61));
    assert.equal(await bodyText(answer, packed, 1000), "");
    assert.equal(await bodyText(answer, packed, 1001), "a".repeat(1001));
  });

  it("is the bytes as they are where the encoding is unknown", async () => {
    assert.equal(await textOf({ "content-encoding": "zstd" }, Buffer.from("abc")), "abc");
  });
});
