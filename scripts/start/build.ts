/** Builds the package if a source is newer than the last build. */
import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(__dirname, "..", "..");

const SOURCES = ["nodes", "lib", "locales", "icons", "scripts/build", "scripts/build.mjs", "package.json"];

const BUILT = ["dist", "resources"];

/** @throws Error with the compiler's messages when the build fails. */
export async function buildIfStale(): Promise<void> {
  const built = Math.min(...BUILT.map((name) => newest(join(ROOT, name))));
  if (built > Math.max(...SOURCES.map((name) => newest(join(ROOT, name))))) return;
  console.log("building …");
  try {
    await promisify(execFile)(process.execPath, [join("scripts", "build.mjs")], { cwd: ROOT });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`The build failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** When a file, or the newest file under a folder, was written, in ms; 0 when there is none. */
function newest(path: string): number {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry?.isDirectory()) return entry?.mtimeMs ?? 0;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}
