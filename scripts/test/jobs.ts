/** Runs the suites as jobs: one Mocha process each, several in parallel. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Suites that start browsers and Node-REDs, or many servers: they begin first, as this many jobs. Each job loads
 * everything again, which takes seconds of a core; files of one job share what is loaded, also browsers and Node-REDs.
 */
const SLOW: Readonly<Record<string, number>> = {
  editor: 2,
  "scale-out": 2,
  package: 3,
  faults: 2,
  examples: 2,
};

/** Suites that only run the built package in other processes, where the coverage of the sources is not known. */
const BUILT = ["editor", "scale-out", "package"];

/** More jobs than cores, because the slow ones mostly wait. */
const AT_ONCE = availableParallelism() + 1;

/** How many of the slowest jobs are listed. */
const SLOWEST = 5;

/** The figures of one or several Mocha runs. */
export interface Figures {
  readonly passes: number;
  readonly failures: number;
  /** Skipped tests. */
  readonly pending: number;
}

/** The test files of one Mocha process. */
export type Job = readonly string[];

export interface RunOptions {
  /** Seed of the random order. */
  readonly seed: number;
  /** Folder for the raw coverage; undefined for none. */
  readonly coverage?: string;
  /** Options for Mocha. */
  readonly mocha?: readonly string[];
  /** Ends the run. */
  readonly signal?: AbortSignal;
}

/** Uses processes instead of Mocha's workers, which are killed before they have written their coverage. */
export function jobsOf(tests: readonly string[]): Job[] {
  const slow = Object.entries(SLOW).flatMap(([suite, jobs]) =>
    dealt(
      tests.filter((file) => suiteOf(file) === suite),
      jobs,
    ),
  );
  const quick = tests.filter((file) => !(suiteOf(file) in SLOW));
  const suites = [...new Set(quick.map(suiteOf))];
  return [...slow, ...suites.map((suite) => quick.filter((file) => suiteOf(file) === suite))];
}

const suiteOf = (file: string): string => file.split("/")[1] ?? "";

/** The files in turn to each of so many jobs, none of which is empty. */
function dealt(files: readonly string[], jobs: number): Job[] {
  const hands = Array.from({ length: Math.min(jobs, files.length) }, (): string[] => []);
  files.forEach((file, index) => hands[index % hands.length]?.push(file));
  return hands;
}

/**
 * Runs the jobs, shows the output of each when it has ended, and lists the slowest. A job that failed in parallel with
 * others is repeated once by itself, in the same order, and reported as unstable if it passes then. Returns the sums.
 */
export async function runJobs(jobs: readonly Job[], options: RunOptions): Promise<Figures> {
  const waiting = [...jobs];
  const figures: Figures[] = [];
  const failed: { job: Job; first: Figures }[] = [];
  const durations: { name: string; seconds: number }[] = [];
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job && options.signal?.aborted !== true; job = waiting.shift()) {
      const startedAt = performance.now();
      const result = await runMocha(job, options, jobs.length === 1);
      if (result.failures > 0 && jobs.length > 1) failed.push({ job, first: result });
      else figures.push(result);
      durations.push({ name: nameOf(job), seconds: (performance.now() - startedAt) / 1000 });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, jobs.length) }, worker));
  for (const { job, first } of failed) {
    figures.push(options.signal?.aborted === true ? first : await repeated(job, first, options));
  }
  if (jobs.length > SLOWEST) console.log(slowestOf(durations));
  const sum = (key: keyof Figures): number => figures.reduce((total, each) => total + each[key], 0);
  return { passes: sum("passes"), failures: sum("failures"), pending: sum("pending") };
}

async function repeated(job: Job, first: Figures, options: RunOptions): Promise<Figures> {
  console.log(`repeated by itself, ${first.failures} failed before: ${nameOf(job)}`);
  const second = await runMocha(job, options, false);
  if (second.failures === 0)
    console.log(`UNSTABLE: ${nameOf(job)} passed only when it was repeated by itself`);
  return second;
}

const nameOf = ([first = "", ...others]: Job): string =>
  others.length === 0 ? first : `${first.split("/").slice(0, 2).join("/")} (${others.length + 1} files)`;

function slowestOf(durations: readonly { name: string; seconds: number }[]): string {
  const slowest = [...durations].sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST);
  return ["slowest:", ...slowest.map(({ name, seconds }) => `  ${seconds.toFixed(1)} s  ${name}`)].join("\n");
}

/** Runs one Mocha; `alone`, its output is shown as it comes. */
async function runMocha(job: Job, options: RunOptions, alone: boolean): Promise<Figures> {
  const { seed, coverage, mocha = [], signal } = options;
  const folder = mkdtempSync(join(tmpdir(), "vocu-test-"));
  const file = join(folder, "figures.json");
  const reporter = ["--forbid-only", "--reporter", "./scripts/test/reporter.ts"];
  const colour = process.stdout.isTTY ? ["--color"] : [];
  const child = spawn(
    process.execPath,
    ["--import=tsx", "node_modules/mocha/lib/cli/cli.js", ...reporter, ...colour, ...mocha, ...job],
    {
      stdio: ["ignore", alone ? "inherit" : "pipe", alone ? "inherit" : "pipe"],
      env: {
        ...process.env,
        TEST_FIGURES: file,
        TEST_SEED: String(seed),
        ...(coverage === undefined || BUILT.includes(suiteOf(job[0] ?? ""))
          ? {}
          : { NODE_V8_COVERAGE: coverage }),
      },
    },
  );
  const stop = (): void => void child.kill();
  signal?.addEventListener("abort", stop);
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => output.push(chunk));
  }
  const [code] = (await once(child, "close")) as [number | null];
  signal?.removeEventListener("abort", stop);
  process.stdout.write(Buffer.concat(output));
  const figures = figuresIn(file);
  rmSync(folder, { recursive: true });
  // A non-zero exit code is a failure, even if no test failed.
  return code !== 0 && figures.failures === 0 ? { ...figures, failures: 1 } : figures;
}

/** A run that did not finish has failed, even if tests passed before. */
function figuresIn(file: string): Figures {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Figures;
  } catch {
    return { passes: 0, failures: 1, pending: 0 };
  }
}
