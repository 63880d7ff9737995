/** `npm test -- --watch`: runs test files again after each change of a file that they reach. */
import { once } from "node:events";
import { watch } from "chokidar";
import { buildIfChanged } from "../build/main";
import { TestGraph } from "./graph";
import { jobsOf, runJobs, type Figures } from "./jobs";
import type { TestOptions } from "./options";

/** Editors write several files at once; a run begins when nothing has changed for this time, in ms. */
const SETTLE_MS = 80;

/** Folders with sources; generated files are elsewhere. */
const WATCHED = ["nodes", "lib", "sandbox", "test", "scripts", "locales", "icons", "examples"];

/** Runs the tests now and after each change that they reach. Returns the figures of the last run, after Ctrl-C. */
export async function watchTests(
  tests: readonly string[],
  graph: TestGraph,
  options: TestOptions,
): Promise<Figures> {
  const changes = watch(WATCHED, { ignored: /node_modules/, ignoreInitial: true });
  const ended = once(process, "SIGINT");
  let due = tests;
  for (;;) {
    const change = nextChange(changes, new Set(tests.flatMap((test) => [...graph.reachedBy(test)])));
    const run = new AbortController();
    const running = runOnce(due, graph, { ...options, signal: run.signal });
    const changed = await Promise.race([change, ended.then(() => undefined)]);
    run.abort();
    const figures = await running;
    if (changed === undefined) {
      await changes.close();
      return figures;
    }
    console.log(`\n${[...changed].join(", ")}`);
    // A file that cannot be parsed is reported by the run; what it reached before still counts.
    graph = await TestGraph.of(tests).catch(() => graph);
    due = tests.filter((test) => [...changed].some((file) => graph.reachedBy(test).has(file)));
  }
}

async function runOnce(
  tests: readonly string[],
  graph: TestGraph,
  options: TestOptions & { signal: AbortSignal },
): Promise<Figures> {
  try {
    if (tests.some((file) => graph.needsBuild(file))) await buildIfChanged("development");
    const figures = await runJobs(jobsOf(tests), options);
    if (!options.signal.aborted) {
      console.log(`${figures.passes} passed, ${figures.failures} failed; waiting for changes (Ctrl-C ends)`);
    }
    return figures;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passes: 0, failures: 1, pending: 0 };
  }
}

/** The next relevant changed files, once no more changes follow. */
function nextChange(
  changes: ReturnType<typeof watch>,
  reached: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  return new Promise((resolve) => {
    const changed = new Set<string>();
    let timer: NodeJS.Timeout | undefined;
    const take = (_event: string, path: string): void => {
      const file = path.replaceAll("\\", "/");
      if (!reached.has(file)) return;
      changed.add(file);
      clearTimeout(timer);
      timer = setTimeout(() => {
        changes.off("all", take);
        resolve(changed);
      }, SETTLE_MS);
    };
    changes.on("all", take);
  });
}
