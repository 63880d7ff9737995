/** The languages that the package speaks, and what they say, for tests that hold in all of them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "./node-red";

const FOLDER = join(CHECKOUT, "locales");

/** The codes of all languages, as Node-RED's editor names them. */
export const LANGUAGES: readonly string[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The words of a file, e.g. `shared` or a node's name, in a language. */
export function wordsIn(language: string, file: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, language, `${file}.json`), "utf8")) as unknown;
}
