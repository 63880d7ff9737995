/**
 * Mocha's spec reporter that also writes the figures of the run to the file named by `TEST_FIGURES`, and fails a run
 * for events outside of its tests: a process that does not end, an error after the last test, and warnings that
 * report a mistake.
 */
import { writeFileSync } from "node:fs";
import { reporters, type MochaOptions, type Runner } from "mocha";

/** How long a process may run after its last test, in ms; `TEST_LINGER_MS` changes it. */
const LINGER_MS = Number(process.env.TEST_LINGER_MS ?? 15_000);

/** Factor for a process that only waits for files: tsx cleans its cache while tests run. */
const PATIENCE_FOR_FILES = 12;

/** Warnings of Node.js that report a mistake in the code: a listener leak, an impossible delay, a lost rejection. */
const MISTAKES = new Set([
  "MaxListenersExceededWarning",
  "PromiseRejectionHandledWarning",
  "TimeoutNaNWarning",
  "TimeoutNegativeWarning",
  "TimeoutOverflowWarning",
]);

export default class FiguresReporter extends reporters.Spec {
  /** Resources that kept the process alive before the first test. */
  readonly #atStart = process.getActiveResourcesInfo().filter((resource) => resource !== "FSReqCallback");
  /** Failures outside of tests. */
  readonly #outside = new Set<string>();

  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    process.on("warning", (warning) => {
      if (MISTAKES.has(warning.name)) this.#fail(`${warning.name}: ${warning.stack ?? warning.message}`);
    });
    runner.once("end", () => {
      this.#writeFigures();
      this.#watchForLeftovers(1);
    });
  }

  /** Mocha's `end` adds an exit listener that sets the exit code to the number of failed tests; the last one counts. */
  override done(failures: number, end: (failures: number) => void): void {
    end(failures);
    process.on("uncaughtExceptionMonitor", (error) => {
      this.#fail(`thrown after the last test: ${error.message}`);
    });
    process.on("exit", (code) => {
      if (code !== 0) this.#fail(`the process ended with ${code}`);
      if (this.#outside.size > 0) process.exitCode = 1;
    });
  }

  /** Ends a process that does not end by itself, and reports what it waits for. */
  #watchForLeftovers(look: number): void {
    setTimeout(() => {
      const open = [...process.getActiveResourcesInfo()];
      // The pipes of the output.
      for (const own of this.#atStart) if (open.includes(own)) open.splice(open.indexOf(own), 1);
      const onlyFiles = open.length > 0 && open.every((resource) => resource === "FSReqCallback");
      if (onlyFiles && look < PATIENCE_FOR_FILES) {
        this.#watchForLeftovers(look + 1);
        return;
      }
      this.#fail(`still running ${look * LINGER_MS} ms after its last test: ${open.join(", ")}`);
      process.exit();
    }, LINGER_MS).unref();
  }

  #fail(reason: string): void {
    if (this.#outside.has(reason)) return;
    this.#outside.add(reason);
    console.error(`\n  not a test, but a failure: ${reason}`);
    this.#writeFigures();
  }

  #writeFigures(): void {
    const { passes, failures, pending } = this.stats;
    const file = process.env.TEST_FIGURES;
    const figures = { passes, failures: failures + this.#outside.size, pending };
    if (file) writeFileSync(file, JSON.stringify(figures));
  }
}
