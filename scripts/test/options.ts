/** The command-line options of `npm test`. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface TestOptions {
  readonly help: boolean;
  /** Runs again after each change of a file that the tests reach. */
  readonly watch: boolean;
  /** Git revision; only tests that reach what has changed since are run. Undefined: all. */
  readonly changedSince: string | undefined;
  /** Seed of the random order, 0 to 999999. */
  readonly seed: number;
  /** Test files. */
  readonly files: readonly string[];
  /** All other arguments, for Mocha: options and their values. */
  readonly mocha: readonly string[];
}

export const USAGE = `npm test [-- options] [files or folders] [options of Mocha]

  without files      runs every test, with coverage
  --changed [rev]    runs the tests that reach what has changed since a git revision (default HEAD, the last commit)
  --watch            runs again after each change of a file that the tests reach
  --seed <number>    repeats the random order of an earlier run, which printed this number

  npm test -- test/unit/flow-lane.test.ts
  npm test -- test/examples
  npm test -- --watch test/unit/flow-lane.test.ts
  npm test -- test/nodes/voices.test.ts --grep "renames"`;

const SEEDS = 1_000_000;

/**
 * Reads the arguments.
 * @throws Error that names a wrong seed, a file that does not exist, or a folder without tests.
 */
export function readOptions(args: readonly string[]): TestOptions {
  const rest = [...args];
  const files: string[] = [];
  const mocha: string[] = [];
  let [help, watch] = [false, false];
  let changedSince: string | undefined;
  let seed = Math.floor(Math.random() * SEEDS);
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === "--help" || argument === "-h") help = true;
    else if (argument === "--watch") watch = true;
    else if (argument === "--changed") changedSince = isValue(rest[0]) ? rest.shift() : "HEAD";
    else if (argument === "--seed") seed = seedOf(rest.shift());
    else if (isPath(argument)) files.push(...testsIn(argument));
    else mocha.push(argument);
  }
  return { help, watch, changedSince, seed, files, mocha };
}

const isValue = (argument: string | undefined): boolean =>
  argument !== undefined && !argument.startsWith("-") && !isPath(argument);

/** A test file, or a folder of them; the value of an option of Mocha is neither. */
const isPath = (argument: string): boolean =>
  argument.endsWith(".test.ts") || /^(\.\/)?test\//.test(argument);

function testsIn(path: string): string[] {
  if (!existsSync(path)) throw new Error(`${path} does not exist: correct the path`);
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"))
    .map((file) => join(path, file));
  if (files.length === 0) throw new Error(`${path} has no test files: correct the path`);
  return files.sort();
}

function seedOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,6}$/.test(text))
    throw new Error("--seed must be a number of up to 6 digits");
  return Number(text);
}
