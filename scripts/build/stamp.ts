/** Skips a build that is up to date, by the content of its sources, not by dates. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./paths";

/** The sources of a build. */
const SOURCES = [
  "nodes",
  "lib",
  "locales",
  "icons",
  "scripts/build",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
];

const STAMP = join(ROOT, "node_modules", ".cache", "vocu-build.json");

/** How a build is made: `release` as it is published, `development` quickly and with source maps. */
export type BuildMode = "release" | "development";

export interface Stamp {
  readonly mode: BuildMode;
  readonly hash: string;
}

/** A hash over the names and contents of all sources; `paths` are files and folders relative to `root`. */
export function hashOfSources(root = ROOT, paths: readonly string[] = SOURCES): string {
  const hash = createHash("sha256");
  for (const file of paths.flatMap((path) => filesUnder(root, path)))
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** Records the mode and the sources of `dist/` and `resources/`. */
export function writeStamp(stamp: Stamp): void {
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, JSON.stringify(stamp));
}

/** Removes the record while a build runs. */
export const clearStamp = (): void => {
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, "{}");
};

/** Whether the last build has the current sources. */
export function isBuilt(mode: BuildMode): boolean {
  if (![STAMP, join(ROOT, "dist", "nodes"), join(ROOT, "resources")].every((path) => existsSync(path)))
    return false;
  const stamp = JSON.parse(readFileSync(STAMP, "utf8")) as Partial<Stamp>;
  return isCurrent(stamp, { mode, hash: hashOfSources() });
}

/** Whether a build of this stamp serves where another is wanted: a release build serves as a development build. */
export const isCurrent = (built: Partial<Stamp>, wanted: Stamp): boolean =>
  (wanted.mode === "development" || built.mode === wanted.mode) && built.hash === wanted.hash;

function filesUnder(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesUnder(root, `${path}/${name}`));
}
