/** What nrlint, Node-RED's linter for flows, finds in the examples. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "../build/paths";

type Flow = readonly {
  readonly id: string;
  readonly name?: string;
  readonly type: string;
  readonly func?: string;
  /** Width on the canvas; flow files have none. */
  readonly w?: number;
}[];

/** The parts of nrlint that its command line uses; it has no types. */
interface Linter {
  init(options: { resolveRule(name: string): unknown }): void;
  lint(
    flow: Flow,
    config: object,
  ): readonly { readonly location: readonly string[]; readonly message: string; readonly rule: string }[];
}

const load = createRequire(__filename);
const EXAMPLES = join(ROOT, "examples");

/** Findings that are meant to be there, and why. */
const INTENDED: Readonly<Record<string, string>> = {
  "28 Announce on Sonos and resume the music.json: One at a time: loop detected (no-loops)":
    "the speaker's end releases the next announcement",
};

/** A node's width as the editor draws it, by its rule and the average width of a letter; nrlint takes 160 for all. */
const widthOf = (label: string): number => Math.max(100, 20 * Math.ceil((label.length * 6.2 + 57) / 20));

/** Checks one flow by the rules in `.nrlintrc.js`. Returns one line for each finding, errors and warnings alike. */
export function flowFaults(name: string, flow: Flow): string[] {
  const linter = load("nrlint/lib/linter") as Linter;
  const rules = {
    ...(load("nrlint/lib/rules") as object),
    ...(load("nrlint/lib/rules/function-eslint") as object),
  };
  linter.init({ resolveRule: (rule) => (rules as Record<string, unknown>)[rule] });
  const drawn = flow.map((node) => ({
    ...node,
    ...(node.name && !node.type.startsWith("link ") ? { w: widthOf(node.name) } : {}),
    // nrlint leaves the last line out, which has no line break in flow files.
    ...(node.func === undefined ? {} : { func: `${node.func}\n` }),
  }));
  const found = linter.lint(drawn, load(join(ROOT, ".nrlintrc.js")) as object);
  return found.map(({ location: [id = ""], message, rule }) => {
    const node = flow.find((each) => each.id === id);
    return `${name}: ${node?.name || node?.type || id}: ${message} (${rule})`;
  });
}

/** The same for every example. */
export function exampleFaults(): string[] {
  const files = readdirSync(EXAMPLES).filter((file) => file.endsWith(".json"));
  return files
    .flatMap((file) => flowFaults(file, JSON.parse(readFileSync(join(EXAMPLES, file), "utf8")) as Flow))
    .filter((fault) => !(fault in INTENDED));
}
