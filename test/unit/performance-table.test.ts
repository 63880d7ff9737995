import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CASES } from "../../bench/cases";
import type { Results } from "../../bench/harness/result";
import { DOCUMENTS, FIGURES, type TableLanguage } from "../../bench/harness/words";
import { RESULTS_FILE, shownIn, wanted } from "../../bench/readme";

const results = JSON.parse(readFileSync(RESULTS_FILE, "utf8")) as Results;

describe("the performance table", () => {
  for (const [language, document] of Object.entries(DOCUMENTS) as [TableLanguage, string][]) {
    it(`of ${document} shows the committed results (npm run bench -- --tables makes it)`, () => {
      assert.deepEqual(shownIn(document), wanted(results, language));
    });
  }

  it("has words for every figure", () => {
    const ids = results.figures.map(({ id }) => id);
    assert.ok(ids.length > 10, `only ${ids.length} figures`);
    assert.deepEqual(
      ids.filter((id) => !Object.hasOwn(FIGURES, id)),
      [],
    );
  });
});

describe("the cases of npm run bench", () => {
  it("are all modules of their folder", () => {
    const modules = readdirSync(join(__dirname, "../../bench/cases"))
      .map((file) => file.replace(/\.ts$/, ""))
      .filter((name) => name !== "index");
    assert.deepEqual([...CASES].sort(), modules.sort());
  });
});
