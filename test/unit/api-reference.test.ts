/** Every section of the API reference that is cited exists in docs/api-reference.md. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const CITING = ["lib", "nodes", "sandbox", "scripts", "test", "bench", "docs/adr"];
/** Descriptions that are wrong on purpose, or templates for new ones, cite nothing that exists. */
const NOT_OURS = /node_modules|(^|[\\/])peers[\\/]|build-descriptions\.test\.ts$|scripts[\\/]new[\\/]/;

/** A section's number, alone or after the words that join it to the one before: `D.4`, `C`, `10.2`. */
const SECTION = String.raw`(?:[A-H](?:\.\d+)?|\d+(?:\.\d+)?)(?![\w.]*\w)`;
const CITATION = new RegExp(String.raw`API reference ${SECTION}(?:(?:,| to|,? and) ${SECTION})*`, "g");

const headings = (document: string): Set<string> =>
  new Set(
    [...document.matchAll(/^#{2,3} ([A-H](?:\.\d+)?|\d+(?:\.\d+)?)\.? /gm)].map(([, number = ""]) => number),
  );

/** The sections that a text cites, also where a comment breaks the line in between. */
function cited(text: string): string[] {
  const flat = text.replace(/\s*\n\s*(?:\*|\/\/|#)?\s*/g, " ");
  const listed = [...flat.matchAll(CITATION)].flatMap(
    ([citation]) => citation.slice("API reference".length).match(new RegExp(` ${SECTION}`, "g")) ?? [],
  );
  const described = [...flat.matchAll(/\breference: "([^"]*)"/g)].flatMap(([, list = ""]) => list.split(","));
  return [...listed, ...described].map((section) => section.trim());
}

const sections = headings(readFileSync(join(ROOT, "docs", "api-reference.md"), "utf8"));

const files = CITING.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|md|yaml|json|html)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !NOT_OURS.test(file.slice(ROOT.length)) && file !== __filename),
);

describe("the API reference in docs", () => {
  it("has every section that is cited", () => {
    assert.ok(files.length > 200, `only ${files.length} files were read`);
    const missing = files.flatMap((file) =>
      cited(readFileSync(file, "utf8"))
        .filter((section) => !sections.has(section))
        .map((section) => `${file.slice(ROOT.length + 1)}: API reference ${section}`),
    );
    assert.deepEqual(missing, []);
  });

  it("is cited in all the usual ways", () => {
    const found = (text: string): string[] => cited(text);
    assert.deepEqual(found("API reference D.4."), ["D.4"]);
    assert.deepEqual(found("API reference D.2, D.3 and D.5 to D.7."), ["D.2", "D.3", "D.5", "D.7"]);
    assert.deepEqual(found("(API reference D.4, and 7.5 for the rest)"), ["D.4", "7.5"]);
    assert.deepEqual(found("see API reference\n * 10.2: like this"), ["10.2"]);
    assert.deepEqual(found("API reference 8, question 13"), ["8"]);
    assert.deepEqual(found('reference: "C.5, 7.1"'), ["C.5", "7.1"]);
    assert.deepEqual(found("the API reference has no Zebra"), []);
  });

  it("has the sections that operations are cited by", () => {
    for (const section of ["2", "7.5", "B.2", "D.4", "F.2", "H", "10.1"])
      assert.ok(sections.has(section), section);
    assert.equal(sections.has("D.9"), false);
  });
});
