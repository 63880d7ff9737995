/** The paths that the build reads and writes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The package's own folder. */
export const ROOT = join(__dirname, "..", "..");

/**
 * Everything is built here and moved into place when it is complete, so that a running Node-RED never reads an
 * incomplete build.
 */
export const STAGE = join(ROOT, "node_modules", ".cache", `vocu-build-${process.pid}`);

export const PATHS = {
  nodes: join(STAGE, "dist", "nodes"),
  words: join(ROOT, "locales"),
  icons: join(ROOT, "icons"),
  resources: join(STAGE, "resources"),
} as const;

/** The i18n namespace of the words that all nodes share: the catalog of the account's set. */
export const SHARED_NAMESPACE = "@vocu-community/node-red-vocu/account";

/** The names of the nodes that package.json lists, in the order in which Node-RED loads them. */
export function nodeNames(): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly "node-red": { readonly nodes: Readonly<Record<string, string>> };
  };
  return Object.keys(manifest["node-red"].nodes);
}
