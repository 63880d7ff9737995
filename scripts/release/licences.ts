/** Which licences the installed package brings with it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../build/paths";
import { lockedPackages } from "./manifest";

/** Licences that ask for nothing but their own text and the names of the authors. */
const ALLOWED: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
]);

/** Packages that hold compiled code under a licence beside their own; the documents must name it. */
const COMPILED: Readonly<Record<string, string>> = { "mpg123-decoder": "LGPL 2.1" };

/** Where these packages are named. */
const DOCUMENTS = ["README.md", "README.zh-CN.md", "NOTICE"] as const;

/** A package that is installed with this one. */
export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** As its package.json says; undefined where it does not. */
  readonly licence: string | undefined;
}

/** The packages that an installation brings, those of other packages included. */
export function runtimePackages(): Licensed[] {
  return lockedPackages("package-lock.json")
    .filter(([, { dev }]) => dev !== true)
    .map(([place]) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(ROOT, place, "package.json"), "utf8"),
      ) as { name: string; version: string; license?: string };
      return { name, version, licence: license };
    });
}

/** The documents that must name licences, by their file names. */
export const licenceDocuments = (): Record<string, string> =>
  Object.fromEntries(DOCUMENTS.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));

/** One line for each licence that is not allowed, and for each that a document does not name. */
export function licenceFaults(
  packages: readonly Licensed[],
  documents: Readonly<Record<string, string>>,
): string[] {
  const unknown = packages
    .filter(({ licence }) => licence === undefined || !ALLOWED.has(licence))
    .map(({ name, licence }) => `${name}: the licence ${licence ?? "(none)"} is not allowed`);
  const compiled = Object.entries(COMPILED).filter(([name]) => packages.some((each) => each.name === name));
  const unnamed = compiled.flatMap(([name, licence]) =>
    Object.entries(documents)
      .filter(([, text]) => !text.includes(name) || !text.includes(licence))
      .map(([file]) => `${file} must name ${name} and its compiled code under ${licence}`),
  );
  const notice = documents.NOTICE ?? "";
  const absent = packages
    .filter(({ name }) => !notice.includes(name))
    .map(({ name }) => `NOTICE does not name ${name}`);
  return [...unknown, ...unnamed, ...absent];
}
