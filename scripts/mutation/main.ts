/** `npm run mutation -- PATH`: changes the code of a folder or file in small ways and lists what no unit test notices. */
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeRed5 } from "../../test/peers";
import { runShown } from "../run-shown";
import { allTests, TestGraph } from "../test/graph";
import { installPeers } from "../test/peers";

const HERE = "scripts/mutation";
const CACHE = "node_modules/.cache/stryker";

/** Runs Stryker over a path relative to the package, and sets the exit code. */
export async function mutate([path = ""]: readonly string[]): Promise<void> {
  process.chdir(join(__dirname, "..", ".."));
  try {
    if (!/^lib\/./.test(path) || !existsSync(path))
      throw new Error("npm run mutation -- lib/<folder or file>");
    await Promise.all([install(), installPeers()]);
    const mutated = statSync(path).isDirectory() ? `${path}/**/*.ts` : path;
    const config = await configFor(path.replace(/\W+/g, "-"), mutated);
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
  if (existsSync(`${HERE}/node_modules/@stryker-mutator/core`)) return;
  await runShown("npm", ["ci", "--prefix", HERE, "--no-audit", "--no-fund", "--loglevel=error"]);
}

/** Writes Stryker's configuration, with the unit tests that reach what is mutated. Returns its path. */
async function configFor(name: string, mutated: string): Promise<string> {
  const unit = allTests().filter((test) => test.startsWith("test/unit/"));
  const graph = await TestGraph.of(unit);
  const folder = mutated.replace(/\*\*.*$/, "");
  const spec = unit.filter((test) => [...graph.reachedBy(test)].some((file) => file.startsWith(folder)));
  const config = {
    mutate: [mutated],
    // Stryker's own runner for Mocha does not find the files of Mocha 12. Not cli.js: behind a linked folder it does nothing.
    testRunner: "command",
    commandRunner: {
      command: `"${process.execPath}" node_modules/mocha/bin/mocha.js --bail --reporter dot ${spec.join(" ")}`,
    },
    coverageAnalysis: "off",
    ignorePatterns: [
      "dist",
      "resources",
      "coverage",
      "demo",
      "docs",
      `${HERE}/node_modules`,
      "test/peers/node_modules",
    ],
    incremental: true,
    incrementalFile: `${CACHE}/${name}.json`,
    tempDirName: `${CACHE}/sandbox`,
    concurrency: 2,
    reporters: ["clear-text", "progress"],
    clearTextReporter: { allowColor: true, reportTests: false, reportScoreTable: true },
    thresholds: { high: 95, low: 85, break: 85 },
  };
  mkdirSync(CACHE, { recursive: true });
  const file = `${CACHE}/${name}.config.json`;
  writeFileSync(file, JSON.stringify(config, null, 2));
  return file;
}
