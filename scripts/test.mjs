/**
 * `npm test`: builds, installs what the tests need beside the development dependencies, and runs every suite under
 * coverage. `npm test -- <mocha arguments>` runs only what they say, without coverage. The last line is
 * `N passed, N failed`.
 */
import { spawn } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { allJobs, runJobs } from "./test/jobs.mjs";

const PEERS = "test/peers";

const COVERAGE = join("coverage", "raw");

process.chdir(join(import.meta.dirname, ".."));
const given = process.argv.slice(2);
try {
  await Promise.all([run("node", ["scripts/build.mjs"]), installPeers()]);
  const { passes, failures, pending } = given.length > 0 ? await runJobs([given]) : await everything();
  process.exitCode ||= failures > 0 ? 1 : 0;
  if (pending > 0) console.log(`${pending} skipped`);
  console.log(`${passes} passed, ${failures} failed`);
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

/** All suites, then the coverage of all of them; too little of that fails the run. */
async function everything() {
  rmSync(COVERAGE, { recursive: true, force: true });
  const figures = await runJobs(allJobs(), COVERAGE);
  await run("node", ["node_modules/c8/bin/c8.js", "report", "--temp-directory", COVERAGE]).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  return figures;
}

/** Runs a command with its output shown; rejects when it fails. */
function run(command, args) {
  return new Promise((resolve, reject) => {
    // npm is a script on Windows, which only a shell starts.
    const shell = process.platform === "win32" && command === "npm";
    const child = spawn(command, args, { stdio: "inherit", shell });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.slice(0, 2).join(" ")} ended with ${signal ?? code}`));
    });
  });
}
