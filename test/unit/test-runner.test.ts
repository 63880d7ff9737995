/** The test runner: what is wrong outside of every test fails the run all the same. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { affectedBy } from "../../scripts/test/changed";
import { allTests, TestGraph } from "../../scripts/test/graph";
import { readOptions } from "../../scripts/test/options";

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
  async function run(source: string, seed = 1): Promise<Outcome> {
    const [file, figures] = [join(folder, "some.test.cjs"), join(folder, "figures.json")];
    await writeFile(file, source);
    const args = ["node_modules/mocha/bin/mocha.js", "--reporter", "./scripts/test/reporter.ts", file];
    const settings = { TEST_FIGURES: figures, TEST_LINGER_MS: "200", TEST_SEED: String(seed) };
    const env = { ...process.env, ...settings };
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

  it("passes when a slow disk is all that the process still waits for", async () => {
    // Reading a pipe with the functions for files takes until something is written to it.
    const pipe = JSON.stringify(join(folder, "pipe"));
    const { code, output, failures } = await run(
      `const { execFileSync, spawn } = require("node:child_process");
       it("reads", () => {
         execFileSync("mkfifo", [${pipe}]);
         spawn("sh", ["-c", 'sleep 1; echo late > ' + ${pipe}], { detached: true, stdio: "ignore" }).unref();
         require("node:fs").readFile(${pipe}, () => {});
       });`,
    );
    assert.deepEqual({ code, failures }, { code: 0, failures: 0 }, output);
  });

  it("fails when an error is thrown after the last test", async () => {
    const { code, output, failures } = await run(
      `it("passes", () => { process.once("beforeExit", () => { throw new Error("too late"); }); });`,
    );
    assert.notEqual(code, 0);
    assert.equal(failures, 1);
    assert.match(output, /thrown after the last test: too late/);
  });

  it("fails when a rejection that nothing handles comes after the last test", async () => {
    const { code, failures } = await run(
      `it("passes", () => { process.once("beforeExit", () => { Promise.reject(new Error("too late")); }); });`,
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

  describe("the order", () => {
    const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const source = [1, 2]
      .map((suite) => {
        const tests = letters.map((letter) => `it("${suite}${letter}", () => {});`).join("");
        return `describe("suite ${suite}", () => { ${tests} });`;
      })
      .join("\n");

    async function orderWith(seed: number): Promise<string[]> {
      const { output } = await run(source, seed);
      return [...stripVTControlCharacters(output).matchAll(/✔ (\d\w)/g)].map(([, name = ""]) => name);
    }

    it("is another one with another seed, and the same with the same", async () => {
      const [one, again, other] = [await orderWith(1), await orderWith(1), await orderWith(2)];
      assert.deepEqual(again, one);
      assert.notDeepEqual(other, one);
      assert.deepEqual([...other].sort(), [...one].sort());
      assert.equal(one.length, 2 * letters.length);
    });
  });
});

describe("the arguments of npm test", () => {
  it("are test files, its own options, and the rest for Mocha", () => {
    const options = readOptions(["test/unit/timers.test.ts", "--seed", "7", "--watch", "--grep", "says"]);
    assert.deepEqual(options, {
      help: false,
      watch: true,
      changedSince: undefined,
      seed: 7,
      files: ["test/unit/timers.test.ts"],
      mocha: ["--grep", "says"],
    });
  });

  it("compare with the last commit, or with the revision named", () => {
    assert.equal(readOptions(["--changed"]).changedSince, "HEAD");
    assert.equal(readOptions(["--changed", "main"]).changedSince, "main");
    assert.equal(readOptions(["--changed", "--watch"]).changedSince, "HEAD");
  });

  // A folder was passed on to Mocha as an option, and every test of the package ran.
  it("accept a folder of tests", () => {
    const { files, mocha } = readOptions(["test/examples/", "test/unit/timers.test.ts", "-g", "test"]);
    assert.ok(files.includes("test/examples/examples.test.ts"));
    assert.ok(files.every((file) => file.endsWith(".test.ts")));
    assert.equal(files.at(-1), "test/unit/timers.test.ts");
    assert.deepEqual(mocha, ["-g", "test"]);
  });

  it("refuse a file that does not exist, and a folder without tests", () => {
    assert.throws(() => readOptions(["test/unit/nothing.test.ts"]), /nothing\.test\.ts does not exist/);
    assert.throws(() => readOptions(["test/nothing"]), /test\/nothing does not exist/);
    assert.throws(() => readOptions(["test/fixtures"]), /test\/fixtures has no test files/);
  });

  it("refuse a seed that is not a number", () => {
    for (const seed of [[], ["x"], ["1234567"], ["-1"]]) {
      assert.throws(() => readOptions(["--seed", ...seed]), /--seed must be a number of up to 6 digits/);
    }
  });
});

describe("what a change reaches", () => {
  let graph: TestGraph;
  const tests = allTests();
  const reaching = (...files: string[]): readonly string[] => affectedBy(files, tests, graph).tests;

  before(async () => {
    graph = await TestGraph.of(tests);
  });

  it("is every test that imports the file, directly or not", () => {
    const reached = reaching("scripts/soak/summary.ts");
    assert.ok(reached.includes("test/faults/soak.test.ts"));
    assert.ok(!reached.includes("test/contract/sandbox-live.test.ts"));
  });

  it("is a node's tests when the node changes, but no test of the sandbox", () => {
    const reached = reaching("nodes/voice-get.ts");
    assert.ok(reached.includes("test/nodes/voices.test.ts"));
    assert.ok(!reached.includes("test/contract/sandbox-voices.test.ts"));
  });

  it("is what runs in the built package when its words change", () => {
    const reached = reaching("locales/zh-CN/voice-get.json");
    assert.ok(reached.includes("test/package/node-red-4.test.ts"));
    assert.ok(!reached.includes("test/nodes/voices.test.ts"));
  });

  it("is the tests of the examples when an example changes", () => {
    const reached = reaching("examples/04 One Buffer.json");
    assert.ok(reached.includes("test/examples/examples.test.ts"));
    const readers = ["unit/docs-nodes", "unit/docs", "package/release"].map((name) => `test/${name}.test.ts`);
    assert.ok(
      reached.every(
        (test) => test.startsWith("test/examples/") || readers.includes(test) || graph.needsBuild(test),
      ),
    );
  });

  it("is the whole folder when a file changes that its tests only run", () => {
    const reached = reaching("test/faults/support/leaver.mjs");
    assert.ok(reached.includes("test/faults/leaving.test.ts"));
    assert.ok(reached.every((test) => test.startsWith("test/faults/")));
  });

  it("is everything when the dependencies change", () => {
    assert.deepEqual(reaching("package-lock.json"), tests);
  });

  it("is nothing for a file that no test reads, which is printed", () => {
    assert.deepEqual(affectedBy(["LICENSE"], tests, graph), { tests: [], unreached: ["LICENSE"] });
  });

  it("needs a build only where the built package runs", () => {
    assert.equal(graph.needsBuild("test/unit/flow-sequence.test.ts"), false);
    assert.equal(graph.needsBuild("test/nodes/voices.test.ts"), false);
    assert.equal(graph.needsBuild("test/editor/dialog.test.ts"), true);
    assert.equal(graph.needsBuild("test/package/tarball.test.ts"), true);
  });
});
