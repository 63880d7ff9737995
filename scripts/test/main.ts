/**
 * `npm test`: builds, installs what the tests need besides the development dependencies, and runs every suite under
 * coverage. With files, or with `--changed`, it runs only these, without coverage, and builds only when they need the
 * built package. The last line is `N passed, N failed`.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { buildIfChanged } from "../build/main";
import { runShown } from "../run-shown";
import { affectedBy, changedFiles } from "./changed";
import { allTests, graphPath, TestGraph } from "./graph";
import { jobsOf, runJobs, type Figures } from "./jobs";
import { readOptions, USAGE, type TestOptions } from "./options";
import { installBrokers, installPeers, installSpeakers } from "./peers";
import { watchTests } from "./watch";

const COVERAGE = join("coverage", "raw");

/** Runs the tests that the arguments select, and sets the exit code. */
export async function test(args: readonly string[]): Promise<void> {
  process.chdir(join(__dirname, "..", ".."));
  try {
    const options = readOptions(args);
    if (options.help) {
      console.log(USAGE);
      return;
    }
    const { passes, failures, pending } = await run(options);
    if (pending > 0) console.log(`${pending} skipped`);
    if (failures > 0) console.log(`The order was random: repeat it with --seed ${options.seed}`);
    process.exitCode = failures > 0 || process.exitCode === 1 ? 1 : 0;
    console.log(`${passes} passed, ${failures} failed`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.log("0 passed, 1 failed");
    process.exitCode = 1;
  }
}

async function run(options: TestOptions): Promise<Figures> {
  const { watch, changedSince, files, seed } = options;
  console.log(`random order with --seed ${seed}`);
  if (files.length === 0 && changedSince === undefined && !watch) return everything(options);
  const named = files.length > 0 ? files.map(graphPath) : allTests();
  const graph = await TestGraph.of(named);
  const chosen = changedSince === undefined ? named : reaching(changedSince, named, graph);
  return watch ? watchTests(chosen, graph, options) : some(chosen, graph, options);
}

/** The tests that reach what has changed; prints the files that no test reaches. */
function reaching(since: string, tests: readonly string[], graph: TestGraph): readonly string[] {
  const { tests: chosen, unreached } = affectedBy(changedFiles(since), tests, graph);
  if (unreached.length > 0) console.log(`no test reaches ${unreached.join(", ")}`);
  console.log(`${chosen.length} of ${tests.length} test files reach what has changed since ${since}`);
  return chosen;
}

/** Some test files, without coverage. */
async function some(tests: readonly string[], graph: TestGraph, options: TestOptions): Promise<Figures> {
  if (tests.some((file) => graph.needsBuild(file)))
    await Promise.all([buildIfChanged("development"), installPeers()]);
  if (tests.some((file) => graph.reachedBy(file).has("test/speakers.ts"))) await installSpeakers();
  if (tests.some((file) => graph.reachedBy(file).has("test/brokers.ts"))) await installBrokers();
  return runJobs(jobsOf(tests), options);
}

/** All suites, then their coverage; too low a coverage fails the run. */
async function everything(options: TestOptions): Promise<Figures> {
  await Promise.all([
    runShown(process.execPath, ["scripts/build.mjs"]),
    installPeers(),
    installSpeakers(),
    installBrokers(),
  ]);
  rmSync(COVERAGE, { recursive: true, force: true });
  const measured = options.mocha.length === 0;
  const figures = await runJobs(jobsOf(allTests()), {
    ...options,
    coverage: measured ? COVERAGE : undefined,
  });
  if (!measured) return figures;
  const report = ["node_modules/c8/bin/c8.js", "report", "--temp-directory", COVERAGE];
  await runShown(process.execPath, report).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
  return figures;
}
