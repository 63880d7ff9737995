/**
 * `npm run soak`: speaks thousands of times in a real Node-RED against the sandbox, with random faults, resets and
 * deploys, and checks that every message ended exactly once, every delivered speech was byte-exact, nothing was
 * requested twice that may have been paid for, and memory and handles did not grow. The last line is the summary.
 *
 * `SOAK_MINUTES` (default 3) is the duration, `SOAK_SEED` repeats the choices of an earlier run.
 */
import { buildIfStale } from "../start/build";
import { soak } from "./soak";
import { summaryOf } from "./summary";

async function main(): Promise<void> {
  const minutes = numberOf("SOAK_MINUTES", 3);
  const seed = numberOf("SOAK_SEED", Date.now() % 1_000_000);
  await buildIfStale();
  const end = Date.now() + minutes * 60_000;
  const result = await soak({ seed, goesOn: () => Date.now() < end, report: (line) => console.log(line) });
  for (const problem of result.problems.slice(0, 50)) console.error(problem);
  console.log(summaryOf(result));
  process.exitCode = result.problems.length > 0 ? 1 : 0;
}

function numberOf(name: string, byDefault: number): number {
  const value = Number(process.env[name] || byDefault);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${name} must be a number above 0`);
  return value;
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
