/** Mocha's spec reporter that also leaves the figures of the run in the file named by `TEST_FIGURES`. */
import { writeFileSync } from "node:fs";
import { reporters, type MochaOptions, type Runner } from "mocha";

/** How long a process may live on after its last test, in ms. */
const LINGER_MS = 15_000;

export default class FiguresReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures } = this.stats;
      const file = process.env.TEST_FIGURES;
      if (file) writeFileSync(file, JSON.stringify({ passes, failures }));
      // Tests that leave something open would keep the process for ever: that is a failure too.
      setTimeout(() => {
        console.error(`still running after its last test: ${process.getActiveResourcesInfo().join(", ")}`);
        process.exit(1);
      }, LINGER_MS).unref();
    });
  }
}
