/** The suites as jobs: each a mocha process of its own, a few of them side by side. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

/** Suites that start browsers and Node-REDs, or many servers: they wait more than they work, so each file begins early, on its own. */
const SLOW = ["editor", "package", "faults", "examples"];

/** Not suites: another package's files. */
const NOT_OURS = "peers";

/** More than one a core, because the slow ones mostly wait. */
const AT_ONCE = availableParallelism() + 1;

/** Why processes and not mocha's workers: those are killed before they have written their coverage. */
export function allJobs() {
  const folders = readdirSync("test").filter((name) => name !== NOT_OURS && testsIn(name).length > 0);
  const slow = folders.filter((name) => SLOW.includes(name));
  const quick = folders.filter((name) => !SLOW.includes(name));
  return [...slow.flatMap((name) => testsIn(name).map((file) => [file])), ...quick.map(testsIn)];
}

function testsIn(name) {
  const folder = join("test", name);
  if (!statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(".test.ts"))
    .sort()
    .map((file) => join(folder, file));
}

/**
 * Runs the jobs and shows the output of each when it has ended.
 * @param jobs lists of mocha arguments.
 * @param coverage folder for the raw coverage, or nothing.
 * @returns the sums of what passed, failed and was skipped (`pending`).
 */
export async function runJobs(jobs, coverage) {
  const waiting = [...jobs];
  const sums = { passes: 0, failures: 0, pending: 0 };
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const figures = await runMocha(job, coverage);
      for (const key of Object.keys(sums)) sums[key] += figures[key];
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, jobs.length) }, lane));
  return sums;
}

async function runMocha(args, coverage) {
  const folder = mkdtempSync(join(tmpdir(), "vocu-test-"));
  const file = join(folder, "figures.json");
  const reporter = ["--forbid-only", "--reporter", "./scripts/test/reporter.ts"];
  const colour = process.stdout.isTTY ? ["--color"] : [];
  const child = spawn(
    process.execPath,
    ["node_modules/mocha/bin/mocha.js", ...reporter, ...colour, ...args],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TEST_FIGURES: file, ...(coverage ? { NODE_V8_COVERAGE: coverage } : {}) },
    },
  );
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const [code] = await new Promise((resolve) => child.on("close", (...how) => resolve(how)));
  process.stdout.write(Buffer.concat(output));
  const figures = figuresIn(file);
  rmSync(folder, { recursive: true });
  // A process that fails although its tests did not has failed nevertheless.
  return code !== 0 && figures.failures === 0 ? { ...figures, failures: 1 } : figures;
}

/** A run that did not get to its end has failed, whatever passed before. */
function figuresIn(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passes: 0, failures: 1, pending: 0 };
  }
}
