/**
 * Mocha's spec reporter that also leaves the figures of the run in the file named by `TEST_FIGURES`, and fails a run
 * for what happens outside of its tests: a process that does not end, an error after the last test, and warnings that
 * report a mistake.
 */
import { writeFileSync } from "node:fs";
import { reporters, type MochaOptions, type Runner } from "mocha";

/** How long a process may live on after its last test, in ms; `TEST_LINGER_MS` changes it. */
const LINGER_MS = Number(process.env.TEST_LINGER_MS ?? 15_000);

/** Warnings of Node.js that report a mistake in the code: a listener leak, an impossible delay, a lost rejection. */
const MISTAKES = new Set([
  "MaxListenersExceededWarning",
  "PromiseRejectionHandledWarning",
  "TimeoutNaNWarning",
  "TimeoutNegativeWarning",
  "TimeoutOverflowWarning",
]);

export default class FiguresReporter extends reporters.Spec {
  /** Failures that belong to no test. */
  readonly #outside = new Set<string>();

  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    process.on("warning", (warning) => {
      if (MISTAKES.has(warning.name)) this.#fail(`${warning.name}: ${warning.stack ?? warning.message}`);
    });
    runner.once("end", () => {
      this.#writeFigures();
      setTimeout(() => {
        const open = process.getActiveResourcesInfo().join(", ");
        this.#fail(`still running ${LINGER_MS} ms after its last test: ${open}`);
        process.exit();
      }, LINGER_MS).unref();
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
