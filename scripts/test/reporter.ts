/** Mocha's spec reporter that also leaves the figures of the run in the file named by `TEST_FIGURES`. */
import { writeFileSync } from "node:fs";
import { reporters, type MochaOptions, type Runner } from "mocha";

/** What a test run came to. */
export interface Figures {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

export default class FiguresReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const file = process.env.TEST_FIGURES;
      if (file) writeFileSync(file, JSON.stringify({ passes, failures, pending } satisfies Figures));
    });
  }
}
