/** Runs the cases one after the other, each in a process of its own, and shows what they found. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CASES } from "./cases";
import { RESULTS_FILE, writeTables } from "./readme";
import type { Figure, Results } from "./harness/result";
import { plainTable } from "./harness/table";

const HELP = `npm run bench [-- OPTIONS]

Measures the built package beside undici by itself, core's http request node and bare loops, in turn and in the same process.

  --only CASE      only this case; may be given several times
  --quick          a tenth of the rounds
  --json FILE      writes the results as JSON
  --publish        writes them to bench/results.json and into the tables of the READMEs
  --tables         measures nothing and remakes those tables
  --help           shows this text

Cases: ${CASES.join(", ")}`;

/** Runs what the arguments say. Returns the exit code. */
export async function bench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", multiple: true, default: [...CASES] },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      publish: { type: "boolean", default: false },
      tables: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const unknown = values.only.filter((name) => !(CASES as readonly string[]).includes(name));
  if (values.help || unknown.length > 0) {
    console.log(values.help ? HELP : `There is no case ${unknown.join(", ")}.\n\n${HELP}`);
    return values.help ? 0 : 2;
  }
  if (values.tables) {
    await writeTables(JSON.parse(readFileSync(RESULTS_FILE, "utf8")) as Results);
    return 0;
  }
  const results = await measure(values.only, values.quick);
  console.log(`\n${plainTable(results)}`);
  const text = `${JSON.stringify(results, rounded, 2)}\n`;
  if (values.json !== undefined) writeFileSync(values.json, text);
  if (values.publish) {
    writeFileSync(RESULTS_FILE, text);
    await writeTables(JSON.parse(text) as Results);
  }
  return 0;
}

const DIGITS = 4;

/** Significant digits: a shared machine measures no better than this. */
const rounded = (_name: string, value: unknown): unknown =>
  typeof value === "number" ? Number(value.toPrecision(DIGITS)) : value;

async function measure(names: readonly string[], quick: boolean): Promise<Results> {
  const figures: Figure[] = [];
  for (const name of names) {
    console.log(`${name} …`);
    figures.push(...(await runCase(name, quick)));
  }
  const { version: nodeRed } = JSON.parse(
    readFileSync(join(require.resolve("node-red"), "..", "..", "package.json"), "utf8"),
  ) as { version: string };
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    nodeRed,
    processors: availableParallelism(),
    quick,
    figures,
  };
}

/** @throws Error where the case ends without a result */
async function runCase(name: string, quick: boolean): Promise<readonly Figure[]> {
  const child = fork(join(__dirname, "harness", "case.mjs"), [name, ...(quick ? ["quick"] : [])]);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The case ${name} ended with code ${String(code)} and no result`);
  });
  const [figures] = (await Promise.race([once(child, "message"), ended])) as [readonly Figure[]];
  await ended.catch(() => undefined);
  return figures;
}
