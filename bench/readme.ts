/** The performance tables of the READMEs, made from the results of a run. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Results } from "./harness/result";
import { rows } from "./harness/table";
import { DOCUMENTS, WORDS, type TableLanguage } from "./harness/words";

const ROOT = join(__dirname, "..");

/** The run that the READMEs show. */
export const RESULTS_FILE = join(ROOT, "bench", "results.json");

const BEGIN = "<!-- made by npm run bench -- --publish -->";
const END = "<!-- end of what is made -->";

/** The part of a document that is made from the results, without the spaces that only align a table. */
export function shownIn(document: string): string[] {
  const text = readFileSync(join(ROOT, document), "utf8");
  const made = text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END));
  return made
    .split("\n")
    .map(withoutAlignment)
    .filter((line) => line !== "");
}

/** What that part has to be. */
export const wanted = (results: Results, language: TableLanguage): string[] =>
  made(results, language)
    .split("\n")
    .map(withoutAlignment)
    .filter((line) => line !== "");

const withoutAlignment = (line: string): string =>
  line.startsWith("|")
    ? line
        .split("|")
        .map((cell) => cell.trim().replace(/^-+$/, "---"))
        .join("|")
    : line.trim();

function made(results: Results, language: TableLanguage): string {
  const [head = [], ...body] = rows(results, language);
  const lines = [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`);
  return `${WORDS[language].run(results)}\n\n${lines.join("\n")}`;
}

/** Writes the results' table into every document that has one. */
export async function writeTables(results: Results): Promise<void> {
  for (const [language, document] of Object.entries(DOCUMENTS) as [TableLanguage, string][]) {
    const path = join(ROOT, document);
    const text = readFileSync(path, "utf8");
    const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
    if (from < 0 || to < from) throw new Error(`${document} has no place for the table`);
    const filled = `${text.slice(0, from)}${BEGIN}\n\n${made(results, language)}\n\n${text.slice(to)}`;
    writeFileSync(path, await format(filled, { ...(await resolveConfig(path)), filepath: path }));
  }
}
