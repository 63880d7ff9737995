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

interface Stamp {
  readonly mode: BuildMode;
  readonly hash: string;
}

/** A hash over the names and contents of all sources. */
export function hashOfSources(): string {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap(filesUnder))
    hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
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

/** Whether the last build has the current sources. A release build also counts as a development build. */
export function isBuilt(mode: BuildMode): boolean {
  if (![STAMP, join(ROOT, "dist", "nodes"), join(ROOT, "resources")].every((path) => existsSync(path)))
    return false;
  const stamp = JSON.parse(readFileSync(STAMP, "utf8")) as Partial<Stamp>;
  return (mode === "development" || stamp.mode === mode) && stamp.hash === hashOfSources();
}

function filesUnder(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  return readdirSync(join(ROOT, path))
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`));
}
