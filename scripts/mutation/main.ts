/**
 * `npm run mutation -- PATH... [TEST...] [--static]`: makes small changes to the code of folders or files and lists those
 * that no unit test detects. Tests that are named replace all unit tests that reach the code. With `--static`, code
 * that runs only while a file is loaded is changed as well; each such change starts a process and runs every test.
 */
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { nodeRed5 } from "../../test/peers";
import { runShown } from "../run-shown";
import { allTests, TestGraph } from "../test/graph";
import { installPeers } from "../test/peers";

const HERE = "scripts/mutation";
const CACHE = "node_modules/.cache/stryker";

/**
 * All tests but those that measure what something costs, because the code that counts the lines that run costs more, and
 * those that start processes of their own, in which nothing is changed.
 */
const IN_PROCESS = "^(?!.* costs (linear|less) |several processes )";

/** Runs Stryker over paths relative to the package, and sets the exit code. */
export async function mutate(given: readonly string[]): Promise<void> {
  process.chdir(join(__dirname, "..", ".."));
  try {
    const tests = given.filter((argument) => argument.endsWith(".test.ts"));
    const paths = given.filter((argument) => /^lib\/./.test(argument) && existsSync(argument));
    const withStatic = given.includes("--static");
    if (paths.length === 0 || given.length > paths.length + tests.length + Number(withStatic))
      throw new Error(
        "npm run mutation -- lib/<folder or file> ... [test/unit/<file>.test.ts ...] [--static]",
      );
    await Promise.all([install(), installPeers()]);
    const config = await configFor(
      paths.map((path) => path.replace(/\/$/, "")),
      tests,
      withStatic,
    );
    // Stryker needs Node.js 22, like Node-RED 5.
    await runShown(nodeRed5().nodeBinary, [
      `${HERE}/node_modules/@stryker-mutator/core/bin/stryker.js`,
      "run",
      config,
    ]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function install(): Promise<void> {
  if (existsSync(`${HERE}/node_modules/@stryker-mutator/mocha-runner`)) return;
  await runShown("npm", ["ci", "--prefix", HERE, "--no-audit", "--no-fund", "--loglevel=error"]);
}

/** Writes Stryker's configuration. Returns its path. */
async function configFor(
  paths: readonly string[],
  tests: readonly string[],
  withStatic: boolean,
): Promise<string> {
  const name = paths.join("-").replace(/\W+/g, "-");
  const config = {
    mutate: paths.map((path) => (statSync(path).isDirectory() ? `${path}/**/*.ts` : path)),
    plugins: [`./${HERE}/mocha-runner.mjs`],
    testRunner: "mocha",
    testRunnerNodeArgs: ["--import=tsx"],
    mochaOptions: { spec: tests.length > 0 ? tests : await testsThatReach(paths), grep: IN_PROCESS },
    coverageAnalysis: "perTest",
    ignoreStatic: !withStatic,
    ignorePatterns: [
      "dist",
      "resources",
      "coverage",
      "demo",
      `${HERE}/node_modules`,
      "test/peers/node_modules",
    ],
    incremental: true,
    incrementalFile: `${CACHE}/${name}.json`,
    tempDirName: `${CACHE}/sandbox`,
    concurrency: Math.max(1, availableParallelism() - 1),
    reporters: ["clear-text", "progress", "json"],
    jsonReporter: { fileName: `${CACHE}/${name}.report.json` },
    clearTextReporter: { allowColor: true, reportTests: false, reportScoreTable: true },
    thresholds: { high: 95, low: 85, break: 85 },
  };
  mkdirSync(CACHE, { recursive: true });
  const file = `${CACHE}/${name}.config.json`;
  writeFileSync(file, JSON.stringify(config, null, 2));
  return file;
}

/** The unit tests that reach one of the files, or some file of one of the folders. */
async function testsThatReach(paths: readonly string[]): Promise<string[]> {
  const unit = allTests().filter((test) => test.startsWith("test/unit/"));
  const graph = await TestGraph.of(unit);
  const within = (file: string): boolean =>
    paths.some((path) => file === path || file.startsWith(`${path}/`));
  return unit.filter((test) => [...graph.reachedBy(test)].some(within));
}
