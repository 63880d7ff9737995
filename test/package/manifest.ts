/** package.json and the lock files, as far as tests look at them. */
import { readFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../node-red";

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly repository: { readonly url: string };
  readonly bugs: { readonly url: string };
  readonly engines: { readonly node: string };
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

/** A file of the checkout as text. */
export const read = (path: string): Promise<string> => readFile(join(CHECKOUT, path), "utf8");

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(CHECKOUT, path), "utf8"));

export const manifest = readJson("package.json") as Manifest;

/** The packages of a lock file by their place in node_modules, without the project itself. */
export function lockedPackages(path: string): [place: string, entry: LockEntry][] {
  const { packages } = readJson(path) as { packages: Record<string, LockEntry> };
  return Object.entries(packages).filter(([place]) => place !== "");
}
