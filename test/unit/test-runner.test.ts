/** The test runner: what is wrong outside of every test fails the run all the same. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

describe("the test runner", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vocu-runner-"));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** Runs a test file with this source as `npm test` runs one. */
  async function run(source: string): Promise<Outcome> {
    const [file, figures] = [join(folder, "some.test.cjs"), join(folder, "figures.json")];
    await writeFile(file, source);
    const args = ["node_modules/mocha/bin/mocha.js", "--reporter", "./scripts/test/reporter.ts", file];
    const env = { ...process.env, NODE_V8_COVERAGE: "", TEST_FIGURES: figures, TEST_LINGER_MS: "200" };
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
      });
    });
    const counted = JSON.parse(await readFile(figures, "utf8")) as Omit<Outcome, "code" | "output">;
    return { code, output, ...counted };
  }

  it("passes when all tests pass and the process ends by itself", async () => {
    const { code, passes, failures } = await run(`it("passes", () => {});`);
    assert.deepEqual({ code, passes, failures }, { code: 0, passes: 1, failures: 0 });
  });

  it("fails when a test leaves an interval open", async () => {
    const { code, output, passes, failures } = await run(
      `it("leaks", () => { setInterval(() => {}, 1000); });`,
    );
    assert.deepEqual({ code, passes, failures }, { code: 1, passes: 1, failures: 1 });
    assert.match(output, /still running 200 ms after its last test: .*Timeout/);
  });

  it("fails when an error is thrown after the last test", async () => {
    const { code, output, failures } = await run(
      `it("passes", () => { setTimeout(() => { throw new Error("too late"); }, 50); });`,
    );
    assert.notEqual(code, 0);
    assert.equal(failures, 1);
    assert.match(output, /thrown after the last test: too late/);
  });

  it("fails when a rejection that nothing handles comes after the last test", async () => {
    const { code, failures } = await run(
      `it("passes", () => { setTimeout(() => { Promise.reject(new Error("too late")); }, 50); });`,
    );
    assert.notEqual(code, 0);
    assert.equal(failures, 1);
  });

  // Mocha 12 drops such a rejection: the test passed.
  it("fails the test during which a promise is rejected that nothing handles", async () => {
    const { code, output } = await run(
      `it("rejects", async () => {
         Promise.reject(new Error("nobody looks"));
         await new Promise((resolve) => setTimeout(resolve, 50));
       });`,
    );
    assert.notEqual(code, 0);
    assert.match(output, /1\) rejects:\s+Uncaught Error: nobody looks/);
  });

  it("fails when Node.js warns of a listener leak", async () => {
    const { code, output, failures } = await run(
      `it("leaks", () => { for (let i = 0; i < 11; i += 1) process.on("SIGUSR2", () => {}); });`,
    );
    assert.deepEqual({ code, failures }, { code: 1, failures: 1 });
    assert.match(output, /MaxListenersExceededWarning/);
  });

  it("counts a failed test once, whatever comes after it", async () => {
    const { code, failures } = await run(`it("fails", () => { throw new Error("no"); });`);
    assert.deepEqual({ code, failures }, { code: 1, failures: 1 });
  });

  it("counts skipped tests", async () => {
    const { code, pending } = await run(`it("passes", () => {}); it.skip("is skipped", () => {});`);
    assert.deepEqual({ code, pending }, { code: 0, pending: 1 });
  });
});
