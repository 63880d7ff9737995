/** package.json and the lock file, as far as the release check looks at them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../build/paths";

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly repository: { readonly url: string };
  readonly bugs: { readonly url: string };
  readonly engines: { readonly node: string };
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly "node-red": { readonly version: string; readonly nodes: Readonly<Record<string, string>> };
}

/** One installed package in a lock file. */
export interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  /** Comes inside another package's tarball. */
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), "utf8"));

export const manifest = readJson("package.json") as Manifest;

/** The packages of a lock file by their place in node_modules, without the project itself. */
export function lockedPackages(path: string): [place: string, entry: LockEntry][] {
  const { packages } = readJson(path) as { packages: Record<string, LockEntry> };
  return Object.entries(packages).filter(([place]) => place !== "");
}
