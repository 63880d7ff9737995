/**
 * `npm test`: builds, installs what the tests need beside the development dependencies, and runs every suite side by
 * side under coverage. `npm test -- <mocha arguments>` runs only what they say, without coverage. The last line is
 * `N passed, N failed`.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

const PEERS = "test/peers";

/** Suites that start browsers and Node-REDs: they wait more than they work, so they begin first. */
const SLOW = ["test/editor", "test/package", "test/examples"];

/** More than one a core, because the slow files mostly wait. */
const JOBS = Math.max(4, availableParallelism());

process.chdir(join(import.meta.dirname, ".."));
const given = process.argv.slice(2);
try {
  await Promise.all([run("node", ["scripts/build.mjs"]), installPeers()]);
  process.exitCode = given.length > 0 ? await test(mocha(given)) : await test(everything());
} catch (error) {
  console.error(error.message);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}

/** Installs the peers when they are missing or older than their lock file. */
async function installPeers() {
  const wanted = statSync(join(PEERS, "package-lock.json")).mtimeMs;
  const installed = statSync(join(PEERS, "node_modules", ".package-lock.json"), { throwIfNoEntry: false });
  if (installed && installed.mtimeMs >= wanted) return;
  await run("npm", [
    "ci",
    "--prefix",
    PEERS,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
}

/** All suites in parallel, the slow ones first, under coverage. */
function everything() {
  const files = readdirSync("test")
    .filter((name) => join("test", name) !== join(PEERS))
    .flatMap((name) => testsIn(join("test", name)))
    .sort();
  const isSlow = (file) => SLOW.some((folder) => file.startsWith(join(folder, "/")));
  const ordered = [...files.filter(isSlow), ...files.filter((file) => !isSlow(file))];
  return ["node_modules/c8/bin/c8.js", "node", ...mocha(["--parallel", "--jobs", String(JOBS), ...ordered])];
}

function testsIn(folder) {
  if (!statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(folder, name));
}

function mocha(args) {
  const ours = ["--forbid-only", "--reporter", "./scripts/test/reporter.ts"];
  return ["node_modules/mocha/bin/mocha.js", ...ours, ...args];
}

/** Runs the tests, prints the figures and answers with the exit code. */
async function test(command) {
  const folder = mkdtempSync(join(tmpdir(), "vocu-test-"));
  const file = join(folder, "figures.json");
  const failure = await run("node", command, { TEST_FIGURES: file }).catch((error) => error);
  const { passes, failures } = figuresIn(file);
  rmSync(folder, { recursive: true });
  if (failure && failures === 0) console.error(failure.message);
  console.log(`${passes} passed, ${failures} failed`);
  return failure ? 1 : 0;
}

/** A run that did not get to its end has failed, whatever passed before. */
function figuresIn(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passes: 0, failures: 1 };
  }
}

/** Runs a command with its output shown; rejects when it fails. */
function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: "inherit",
      env: { ...process.env, ...env },
      // npm is a script on Windows, which only a shell starts.
      shell: process.platform === "win32" && command === "npm",
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.slice(0, 2).join(" ")} ended with ${signal ?? code}`));
    });
  });
}
