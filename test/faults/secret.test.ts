import assert from "node:assert/strict";
import { tracesOf } from "./support/secret";

const SECRET = 'sk-Pl"a\\nt+ed/K=ey%25';

describe("the search for secrets", () => {
  const error = new Error("hidden", { cause: { deep: [SECRET] } });
  const hiding: [string, unknown][] = [
    ["as it is", `Bearer ${SECRET}`],
    ["in a URL", `https://a.example/?token=${encodeURIComponent(SECRET)}`],
    ["in a URL with small letters", encodeURIComponent(SECRET).toLowerCase()],
    ["in a form", new URLSearchParams({ token: SECRET }).toString()],
    ["in JSON", JSON.stringify({ SECRET })],
    ["in JSON in JSON", JSON.stringify(JSON.stringify({ SECRET }))],
    ["in base64", Buffer.from(SECRET).toString("base64")],
    ["in base64 behind one letter", Buffer.from(`u${SECRET}`).toString("base64")],
    ["in base64 behind a name", Buffer.from(`user:${SECRET} and more`).toString("base64")],
    ["in base64 for URLs", Buffer.from(SECRET).toString("base64url")],
    [
      "in base64 in lines",
      (
        Buffer.from(`${"x".repeat(70)}${SECRET}`)
          .toString("base64")
          .match(/.{1,76}/g) ?? []
      ).join("\r\n"),
    ],
    ["in base64 of base64", Buffer.from(Buffer.from(SECRET).toString("base64")).toString("base64")],
    ["in base64 of a URL", Buffer.from(`token=${encodeURIComponent(SECRET)}`).toString("base64")],
    ["in a URL in a URL", encodeURIComponent(`https://a.example/?token=${encodeURIComponent(SECRET)}`)],
    ["in a form in JSON", JSON.stringify({ body: new URLSearchParams({ token: SECRET }).toString() })],
    [
      "with every letter escaped",
      Array.from(SECRET, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
    ],
    [
      "with every byte percent-encoded",
      [...Buffer.from(SECRET)].map((byte) => `%${byte.toString(16)}`).join(""),
    ],
    ["as HTML entities", Array.from(SECRET, (letter) => `&#${letter.charCodeAt(0)};`).join("")],
    ["escaped for HTML", SECRET.replaceAll('"', "&quot;")],
    ["in hexadecimal digits", Buffer.from(`key: ${SECRET}`).toString("hex")],
    ["in a hex dump", Buffer.from(SECRET).toString("hex").replace(/(..)/g, "$1 ")],
    ["in UTF-16", Buffer.from(SECRET, "utf16le")],
    ["cut in two by chunks", [Buffer.from(`audio${SECRET.slice(0, 9)}`), Buffer.from(SECRET.slice(9))]],
    [
      "cut in two within base64",
      [Buffer.from(SECRET).toString("base64").slice(0, 10), Buffer.from(SECRET).toString("base64").slice(10)],
    ],
    ["in an address object", new URL(`https://a.example/${encodeURIComponent(SECRET)}`)],
    ["as user name of an address", new URL(`https://${encodeURIComponent(SECRET)}@a.example/`)],
    ["in the query of an address", new URLSearchParams({ token: SECRET })],
    ["in headers", new Headers({ "x-key": Buffer.from(SECRET).toString("base64") })],
    ["in an ArrayBuffer", Uint8Array.from(Buffer.from(SECRET)).buffer],
    ["in a file name", [`${encodeURIComponent(SECRET)}.mp3`, Buffer.alloc(3)]],
    ["in a symbol", { [Symbol(SECRET)]: 1 }],
    ["in bytes", Buffer.from(`header: ${SECRET}`)],
    ["in the cause of an error", error],
    ["in the stack of an error", new Error(SECRET).stack],
    ["as the name of a property", { [SECRET]: 1 }],
    ["in a map", new Map([["a", new Set([SECRET])]])],
    ["in a property that is not enumerable", Object.defineProperty({}, "x", { value: SECRET })],
  ];
  for (const [where, value] of hiding) {
    it(`finds one ${where}`, () => {
      assert.notDeepEqual(tracesOf([SECRET], [value]), []);
    });
  }

  it("finds none where none is", () => {
    assert.deepEqual(tracesOf([SECRET], ["sk-Planted", { a: [Buffer.from("nothing")] }, error.message]), []);
  });

  it("comes to an end in values that hold themselves", () => {
    const round: Record<string, unknown> = {};
    round.self = round;
    assert.deepEqual(tracesOf([SECRET], [round]), []);
  });
});
