/**
 * What the documentation names exists: linked files and headings, npm scripts, examples, error codes and test files.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ROOT = join(__dirname, "..", "..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const markdownIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

const GUIDES = markdownIn(join("docs", "guides"));
const READMES = ["README.md", "README.zh-CN.md"];
const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...markdownIn("docs"),
  ...markdownIn(".github"),
  join("locales", "README.md"),
];

/** A document without its blocks of code, whose brackets are not links. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, "");

/** The addresses that a document links to or shows as pictures. */
function targets(text: string): string[] {
  const links = [...prose(text).matchAll(/\]\(<?([^()\s>]+)>?(?: "[^"]*")?\)/g)];
  const pictures = [...prose(text).matchAll(/<(?:img|a)\s[^>]*?(?:src|href)="([^"]+)"/g)];
  return [...links, ...pictures].map(([, target = ""]) => target);
}

/** A heading's anchor, as GitHub makes it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
const anchors = (text: string): Set<string> =>
  new Set([...prose(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => anchor(heading)));

/** What is wrong with a relative link; undefined if nothing is. */
function fault(document: string, target: string): string | undefined {
  if (/^[a-z]+:/i.test(target)) return undefined;
  const [path = "", fragment] = target.split("#");
  const file = path === "" ? document : join(dirname(document), decodeURIComponent(path));
  if (!existsSync(join(ROOT, file))) return `${document}: ${target} does not exist`;
  if (fragment === undefined || anchors(read(file)).has(fragment)) return undefined;
  return `${document}: ${target} is not a heading of ${file}`;
}

/** What is in italics in a document and begins with a capital: labels of nodes, settings, choices and buttons. */
const labels = (text: string): string[] =>
  [
    ...prose(text)
      .replace(/`[^`]*`/g, "")
      .replace(/\s+/g, " ")
      .matchAll(/(?<![\w*])_([A-Z][^_]{1,60})_(?!\w)/g),
  ].map(([, label = ""]) => label);

/** All texts in parsed JSON. */
const textsIn = (value: unknown): string[] =>
  typeof value === "string"
    ? [value]
    : value !== null && typeof value === "object"
      ? Object.values(value).flatMap(textsIn)
      : [];

const parsedIn = (folder: string): unknown[] =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith(".json"))
    .map((file): unknown => JSON.parse(read(join(folder, file))));

/** What Node-RED, GitHub and other packages call things that the documents name. */
const FOREIGN = new Set([
  ...["Manage palette", "Install", "Examples", "Catch", "Switch", "Telegram receiver", "Music Assistant"],
  ...["Autoplay", "Target", "Host", "Port", "None (send only)", "PubSubClient", "AudioTools"],
  ...["OwnFile", "No player, only output file name", "Report a vulnerability", "Security"],
]);

/** The npm scripts that a document names. */
const scripts = (text: string): string[] =>
  [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
    ([, named, short]) => named ?? short ?? "",
  );

/** The error codes that a document names: words in capitals with an underscore, in code marks. */
const codes = (text: string): string[] =>
  [...text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)]
    .map(([, code = ""]) => code)
    // Environment variables, also those of the examples.
    .filter((code) => !code.startsWith("VOCU_"));

describe("the documentation", () => {
  it("links to files and headings that exist", () => {
    const links = DOCUMENTS.flatMap((document) =>
      targets(read(document)).map((target) => ({ document, target })),
    );
    assert.ok(links.length > 60, `only ${links.length} links were found`);
    assert.deepEqual(links.map(({ document, target }) => fault(document, target)).filter(Boolean), []);
  });

  it("names npm scripts that exist", () => {
    const { scripts: known } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = DOCUMENTS.flatMap((document) =>
      scripts(read(document)).map((name) => ({ document, name })),
    );
    assert.ok(named.length > 10, `only ${named.length} scripts were found`);
    assert.deepEqual(
      named.filter(({ name }) => !Object.hasOwn(known, name)),
      [],
    );
  });

  it("names error codes that exist", () => {
    const { errors } = JSON.parse(read(join("locales", "en-US", "shared.json"))) as {
      errors: Record<string, string>;
    };
    const named = [...READMES, ...GUIDES].flatMap((document) =>
      codes(read(document)).map((code) => ({ document, code })),
    );
    assert.ok(named.length > 40, `only ${named.length} codes were found`);
    assert.deepEqual(
      named.filter(({ code }) => !Object.hasOwn(errors, code)),
      [],
    );
  });

  it("names examples that exist wherever a sentence says “example”", () => {
    const known = new Set(
      readdirSync(join(ROOT, "examples"))
        .map((file) => file.replace(/\.json$/, ""))
        .flatMap((name) => [name, name.replace(/^\d+ /, "")]),
    );
    const flat = (document: string): string =>
      prose(read(document)).replace(/^#.*$/gm, "").replace(/\s+/g, " ");
    const named = GUIDES.flatMap((document) =>
      [...flat(document).matchAll(/\bexample _([^_]+)_/gi)].map(([, example = ""]) => ({
        document,
        example,
      })),
    );
    assert.ok(named.length > 6, `only ${named.length} examples were found`);
    assert.deepEqual(
      named.filter(({ example }) => !known.has(example)),
      [],
    );
  });

  it("names labels that exist", () => {
    // The guide to DLNA named a choice “At once” that had become “Immediately, while the audio grows”.
    const flows = parsedIn("examples") as { name?: string; label?: string }[][];
    const known = [
      ...parsedIn(join("locales", "en-US")).flatMap(textsIn),
      ...flows.flat().flatMap(({ name = "", label = "" }) => [name, label]),
    ];
    const exists = (label: string): boolean =>
      // Units and explanations of a label may be left out.
      known.some((text) => text === label || [" (", ","].some((rest) => text.startsWith(label + rest)));
    const named = ["README.md", "SECURITY.md", ...GUIDES].flatMap((document) =>
      labels(read(document)).map((label) => ({ document, label })),
    );
    assert.ok(named.length > 150, `only ${named.length} labels were found`);
    assert.deepEqual(
      named.filter(({ label }) => !FOREIGN.has(label) && !exists(label)),
      [],
    );
  });

  it("names test files that exist as the proof of its security promises", () => {
    const files = [...read("SECURITY.md").matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file);
    assert.ok(files.length > 8, `only ${files.length} files were found`);
    assert.deepEqual(
      files.filter((file) => !existsSync(join(ROOT, file))),
      [],
    );
  });

  it("has no guide that the README of a language does not lead to", () => {
    for (const readme of READMES) {
      const reached = new Set([readme]);
      for (const document of reached) {
        const linked = targets(read(document)).map((target) =>
          join(dirname(document), target.split("#")[0] ?? ""),
        );
        linked
          .filter((file) => DOCUMENTS.includes(file) && !READMES.includes(file))
          .forEach((file) => reached.add(file));
      }
      assert.deepEqual(
        GUIDES.filter((guide) => !reached.has(guide)),
        [],
        readme,
      );
    }
  });
});

describe("the check of the documentation", () => {
  it("finds links, pictures and anchors", () => {
    assert.deepEqual(targets('[a](b.md#c) ![d](e.png "f") <img src="g.png" width="1"> [h](<i.md>)'), [
      "b.md#c",
      "e.png",
      "i.md",
      "g.png",
    ]);
    assert.match(fault("README.md", "nowhere.md") ?? "", /does not exist/);
    assert.match(fault("README.md", "CONTRIBUTING.md#nowhere") ?? "", /is not a heading/);
    assert.equal(fault("README.md", "CONTRIBUTING.md#mutation-testing"), undefined);
  });

  it("finds scripts and codes", () => {
    assert.deepEqual(scripts("npm ci && npm start, npm run bench -- --json, npm test"), [
      "start",
      "bench",
      "test",
    ]);
    assert.deepEqual(codes("`NO_ACCOUNT`, `payload`, `HTTP_401`"), ["NO_ACCOUNT", "HTTP_401"]);
  });
});
