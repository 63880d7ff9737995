/** The checks and requests of the splitter nodes around their calls (API reference H). */
import { fieldsOf, textOf, type Reply } from "../../api";
import type { RunContext } from "../node/run-context";
import type { Outcome } from "../node/operation";
import { Problem } from "../message/problem";

type Config = Readonly<Record<string, unknown>>;

/**
 * Creates a splitter after checking its configuration.
 * @throws Problem `SPLITTER_MARKS`, `SPLITTER_TAGS`, `SPLITTER_ORDER`, `SPLITTER_FALLBACK`
 */
export async function createSplitter(
  { inputs: { config } }: RunContext<{ readonly config: Config }, unknown>,
  call: () => Promise<Reply>,
): Promise<Outcome> {
  assertMarks(config.splitterMarks);
  assertLookupTable(config.lookupTable);
  assertFallback(config.fallbackConfig);
  return { reply: await call() };
}

/**
 * Changes a splitter. The form of the difference that `config` is here is not documented, so only the order of a
 * whole lookup table is checked.
 * @throws Problem `SPLITTER_ORDER`
 */
export async function updateSplitter(
  { inputs: { config } }: RunContext<{ readonly config: Config | undefined }, unknown>,
  call: () => Promise<Reply>,
): Promise<Outcome> {
  assertOrder(fieldsOf(config?.lookupTable));
  return { reply: await call() };
}

const problem = (code: string, params: Readonly<Record<string, string>> = {}): Problem =>
  new Problem(code, params, { field: "config" });

/** Pairs of brackets, e.g. `[]`. */
function assertMarks(marks: unknown): void {
  if (marks === undefined) return;
  const isPair = (mark: unknown): boolean => typeof mark === "string" && Array.from(mark).length === 2;
  if (!Array.isArray(marks) || !marks.every(isPair)) throw problem("SPLITTER_MARKS");
}

function assertLookupTable(table: unknown): void {
  if (table === undefined) return;
  const entries = Object.entries(fieldsOf(table));
  for (const [entry, value] of entries) {
    const { tags } = fieldsOf(value);
    if (!Array.isArray(tags) || tags.length === 0) throw problem("SPLITTER_TAGS", { entry });
  }
  assertOrder(fieldsOf(table));
}

/** The first entry that matches wins, and JavaScript sorts names that are plain numbers before all others. */
function assertOrder(table: Config): void {
  const names = Object.keys(table);
  const number = names.find((name) => /^(0|[1-9]\d*)$/.test(name));
  if (number !== undefined && names.length > 1) throw problem("SPLITTER_ORDER", { entry: number });
}

function assertFallback(fallback: unknown): void {
  if (fallback === undefined) return;
  if (textOf(fieldsOf(fallback).voiceId) === undefined) throw problem("SPLITTER_FALLBACK");
}
