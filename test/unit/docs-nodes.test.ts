/** The node reference, `docs/nodes`, is what the descriptions and the words make of it today. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json";
import { committedPages, NODE_PAGES, nodePages } from "../../scripts/docs/main";
import { codesOf } from "../../scripts/docs/errors";
import { table } from "../../scripts/docs/markdown";
import { choice, integer, text } from "../../lib/schema/description";

describe("the node reference", function () {
  this.timeout(60_000);
  let pages: ReadonlyMap<string, string>;
  before(async () => {
    pages = await nodePages();
  });

  it("is up to date: otherwise run npm run docs and commit it", () => {
    assert.deepEqual(committedPages().sort(), [...pages.keys()].sort());
    const stale = [...pages].filter(([file, wanted]) => {
      return readFileSync(join(__dirname, "..", "..", NODE_PAGES, file), "utf8") !== wanted;
    });
    assert.deepEqual(
      stale.map(([file]) => file),
      [],
    );
  });

  it("has a page for every node, and a list that leads to each", () => {
    const names = Object.keys(packageJson["node-red"].nodes);
    assert.deepEqual([...pages.keys()].sort(), ["README.md", ...names.map((name) => `${name}.md`)].sort());
    const index = pages.get("README.md") ?? "";
    for (const name of names) assert.ok(index.includes(`(${name}.md)`), name);
  });

  it("says of an input its type, default, range and message property", () => {
    const rows = (pages.get("speech-stream.md") ?? "").split("\n").map((row) => row.replace(/ +/g, " "));
    const row = (name: string): string => rows.find((each) => each.includes(`<br>\`${name}\``)) ?? "";
    assert.match(row("speechRate"), /\| number \| `1` \| 0\.5 to 2 \| – \|/);
    assert.match(
      row("text"),
      /\| string \| – \| – \| `msg\.payload` \| Required unless _Source audio_ or _Continue_ is given\./,
    );
    assert.match(row("gain"), /`msg\.gain`, before the dialog's value/);
  });

  it("links to an example from every node but the account", () => {
    const without = [...pages].filter(([, page]) => !page.includes("](../examples.md#"));
    assert.deepEqual(
      without.map(([file]) => file),
      ["account.md", "README.md"],
    );
  });
});

describe("what the node reference is made of", () => {
  it("names the errors that inputs can give", () => {
    const description = {
      type: "vocu-test",
      family: "speech",
      account: false,
      outputs: 1,
      inputs: {
        title: text({ required: true, maxLength: 9 }),
        count: integer({ min: 1 }),
        kind: choice(["a"]),
        open: choice(["a"], { open: true }),
      },
    } as const;
    assert.deepEqual(codesOf(description, undefined), [
      "INPUT_MISSING",
      "INPUT_INVALID",
      "INPUT_TEXT_TOO_LONG",
      "INPUT_OUT_OF_RANGE",
      "INPUT_NOT_A_CHOICE",
    ]);
  });

  it("names the service's codes of an operation, or else its statuses", () => {
    const description = {
      type: "vocu-test",
      family: "speech",
      account: false,
      outputs: 1,
      inputs: {},
    } as const;
    const operation = { method: "GET", path: "/", statuses: [200, 401, 404, 500] };
    assert.deepEqual(codesOf(description, { ...operation, codes: ["VOICE_CREATING"] }), ["VOICE_CREATING"]);
    assert.deepEqual(codesOf(description, { ...operation, codes: [] }), ["HTTP_401", "HTTP_404"]);
  });

  it("keeps a cell of a table in its place whatever is in it", () => {
    assert.equal(
      table(
        ["A", "B"],
        [
          ["x|y", "one\ntwo"],
          ["", "z"],
        ],
      ).split("\n").length,
      4,
    );
    assert.match(table(["A"], [["x|y"]]), /x\\\|y/);
  });
});
