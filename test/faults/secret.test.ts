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
    ["in bytes", Buffer.from(`header: ${SECRET}`)],
    ["in the cause of an error", error],
    ["in the stack of an error", new Error(SECRET).stack],
    ["as the name of a property", { [SECRET]: 1 }],
    ["in a map", new Map([["a", new Set([SECRET])]])],
    ["in a property that is not enumerable", Object.defineProperty({}, "x", { value: SECRET })],
  ];
  for (const [where, value] of hiding) {
    it(`finds one ${where}`, () => {
      assert.notDeepEqual(tracesOf(SECRET, [value]), []);
    });
  }

  it("finds none where none is", () => {
    assert.deepEqual(tracesOf(SECRET, ["sk-Planted", { a: [Buffer.from("nothing")] }, error.message]), []);
  });

  it("comes to an end in values that hold themselves", () => {
    const round: Record<string, unknown> = {};
    round.self = round;
    assert.deepEqual(tracesOf(SECRET, [round]), []);
  });
});
