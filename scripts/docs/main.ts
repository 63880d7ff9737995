/**
 * `npm run docs`: writes the node reference, `docs/nodes/`, from the descriptions, the English words, the examples and
 * the OpenAPI document. A test fails if the committed pages are out of date.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as prettier from "prettier";
import { nodeNames, ROOT } from "../build/paths";
import { wordsOfNode } from "../build/node-words";
import type { Source } from "../build/sources";
import { readLanguages } from "../build/words";
import { REFERENCE } from "../build/words-check";
import { examplesByType } from "./examples";
import { readOperations } from "./errors";
import { indexPage } from "./index-page";
import { nodePage, type Page } from "./node-page";

/** The folder of the pages, relative to the package. */
export const NODE_PAGES = join("docs", "nodes");

/** Writes the pages and removes those of removed nodes. Returns a summary in one line. */
export async function writeNodePages(): Promise<string> {
  const pages = await nodePages();
  const folder = join(ROOT, NODE_PAGES);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of pages) writeFileSync(join(folder, file), text);
  return `wrote ${pages.size} pages to ${NODE_PAGES}`;
}

/** The committed pages, by file name. */
export const committedPages = (): string[] => readdirSync(join(ROOT, NODE_PAGES));

/**
 * Every page, by file name, formatted with Prettier.
 * @throws Error if words of a node are missing.
 */
export async function nodePages(): Promise<ReadonlyMap<string, string>> {
  const options = await prettier.resolveConfig(join(ROOT, NODE_PAGES, "README.md"));
  const pages = pagesOfNodes();
  const texts = new Map(pages.map((page) => [`${page.source.name}.md`, nodePage(page)]));
  texts.set("README.md", indexPage(pages));
  const formatted = [...texts].map(async ([file, text]): Promise<[string, string]> => [
    file,
    await prettier.format(text, { ...options, parser: "markdown" }),
  ]);
  return new Map(await Promise.all(formatted));
}

function pagesOfNodes(): Page[] {
  const names = nodeNames();
  const language = readLanguages(join(ROOT, "locales"), names).find(({ code }) => code === REFERENCE);
  if (!language) throw new Error(`locales/${REFERENCE}: missing`);
  const [examples, operations] = [examplesByType(), readOperations()];
  return names.map((name) => {
    const source = sourceOf(name);
    const { words, complaints } = wordsOfNode(source, language);
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
    const { type } = source.description;
    return { source, words, examples: examples.get(type) ?? [], operations, language };
  });
}

const load = createRequire(__filename);

function sourceOf(name: string): Source {
  const { description } = load(join(ROOT, "nodes", `${name}.ts`)) as { description: Source["description"] };
  return "credentials" in description
    ? { kind: "config", name, description }
    : { kind: "node", name, description };
}
