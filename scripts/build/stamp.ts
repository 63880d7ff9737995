/** Skips a build whose result is there already: by the content of what it is made of, not by dates. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./paths";

/** What a build is made of. */
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

/** Remembers what lies in `dist/` and `resources/`. */
export function writeStamp(stamp: Stamp): void {
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, JSON.stringify(stamp));
}

/** Forgets it, while a build is going on. */
export const clearStamp = (): void => {
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, "{}");
};

/** Whether what was built last is made of the present sources. A release serves as a development build, too. */
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
