/** Loaded by every Mocha process before the tests (see `.mocharc.json`). */
import type { Context, Suite } from "mocha";
import { SeededRandom } from "../seeded-random";

/** Mocha drops a rejection that nothing handles; thrown, it fails the test that runs. */
process.on("unhandledRejection", (reason) => {
  throw reason;
});

// The coverage of this process is counted already; processes that it starts run the built package or no code of ours.
delete process.env.NODE_V8_COVERAGE;

/** Seed of the order of the tests, 0 to 999999: `TEST_SEED`, or any. */
const SEED = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 1_000_000));

/** Mocha's root hooks: before the first test, files, suites and tests are put in a random order. */
export const mochaHooks = {
  beforeAll(this: Context): void {
    const root = this.test?.parent;
    if (!root) return;
    if (process.env.TEST_SEED === undefined) console.log(`  random order with TEST_SEED=${SEED}`);
    shuffleSuite(root, new SeededRandom(SEED));
  },
};

function shuffleSuite(suite: Suite, random: SeededRandom): void {
  random.shuffle(suite.tests);
  random.shuffle(suite.suites);
  for (const inner of suite.suites) shuffleSuite(inner, random);
}
