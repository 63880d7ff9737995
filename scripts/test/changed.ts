/** Finds the tests that a change can reach, for `npm test -- --changed`. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { TestGraph } from "./graph";

const ROOT = join(__dirname, "..", "..");

export interface Affected {
  /** The tests that reach a changed file. */
  readonly tests: readonly string[];
  /** Changed files that no test reaches. */
  readonly unreached: readonly string[];
}

/**
 * The files that differ from a git revision, including untracked ones.
 * @throws Error when git does not know the revision.
 */
export function changedFiles(since: string): string[] {
  const git = (...args: string[]): string[] =>
    execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).split("\n").filter(Boolean);
  return [
    ...git("diff", "--name-only", "--no-renames", since, "--"),
    ...git("ls-files", "--others", "--exclude-standard"),
  ];
}

/** The tests that reach these files. A file next to the tests that none imports counts for all tests of its folder. */
export function affectedBy(changed: readonly string[], tests: readonly string[], graph: TestGraph): Affected {
  const chosen = new Set<string>();
  const unreached: string[] = [];
  for (const file of changed) {
    const reaching = tests.filter((test) => graph.reachedBy(test).has(file));
    const folder = /^test\/\w+\//.exec(file)?.[0];
    const found = reaching.length > 0 || !folder ? reaching : tests.filter((test) => test.startsWith(folder));
    if (found.length === 0) unreached.push(file);
    for (const test of found) chosen.add(test);
  }
  return { tests: tests.filter((test) => chosen.has(test)), unreached };
}
