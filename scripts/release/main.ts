/**
 * `npm run release:check`: everything that must hold before a version is published, one line for each step. It needs a
 * quarter of an hour; `--only` runs single steps.
 */
import { parseArgs } from "node:util";
import { buildIfChanged } from "../build/main";
import { ROOT } from "../build/paths";
import { installPeers } from "../test/peers";
import { STEPS, type CheckOptions, type Step } from "./steps";

const USAGE = `npm run release:check [-- options]

  --only STEP          runs one step; may be given several times
  --previous REVISION  the upgrade starts from this revision instead of the last release tag

${STEPS.map(({ name, what }) => `  ${name.padEnd(14)} ${what}`).join("\n")}`;

/** Runs the steps and sets the exit code. */
export async function check(args: readonly string[]): Promise<void> {
  process.chdir(ROOT);
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        only: { type: "string", multiple: true, default: [] },
        previous: { type: "string" },
      },
    });
    if (values.help) console.log(USAGE);
    else await runSteps(chosen(values.only), { previous: values.previous });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

/** @throws Error that names a step which there is not. */
function chosen(names: readonly string[]): readonly Step[] {
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) throw new Error(`There is no step ${unknown.join(", ")}.\n\n${USAGE}`);
  return names.length === 0 ? STEPS : STEPS.filter(({ name }) => names.includes(name));
}

async function runSteps(steps: readonly Step[], options: CheckOptions): Promise<void> {
  let failed = 0;
  await Promise.all([buildIfChanged("release"), installPeers()]);
  for (const step of steps) {
    const startedAt = performance.now();
    const result = await outcomeOf(step, options);
    if (result instanceof Error) failed += 1;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (result instanceof Error)
      console.log(`FAILED  ${step.name.padEnd(14)} ${result.message} (${seconds} s)`);
    else console.log(`ok      ${step.name.padEnd(14)} ${result} (${seconds} s)`);
  }
  console.log(`${steps.length - failed} of ${steps.length} steps passed`);
  if (failed > 0) process.exitCode = 1;
}

/** The line of a step, or why it failed. */
async function outcomeOf(step: Step, options: CheckOptions): Promise<string | Error> {
  try {
    return await step.run(options);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
