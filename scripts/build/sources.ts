/** Reads the list of nodes: package.json and the compiled files must name the same ones. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PaletteDescription, Settings } from "../../lib/schema/description";
import { PATHS, ROOT, STAGE } from "./paths";

/** A node of the palette, as its file describes it. */
export interface NodeSource {
  readonly kind: "node";
  readonly name: string;
  readonly description: PaletteDescription;
}

/** A config node, as its file describes it. */
export interface ConfigSource {
  readonly kind: "config";
  readonly name: string;
  readonly description: {
    readonly type: string;
    readonly settings: Settings;
    readonly references: Readonly<Record<string, string>>;
    readonly credentials: readonly string[];
  };
}

export type Source = NodeSource | ConfigSource;

interface Manifest {
  readonly "node-red": { readonly nodes: Readonly<Record<string, string>> };
}

/**
 * Every node, in the order in which Node-RED loads them.
 * @throws Error that names each unlisted file, each entry without a file, and each wrong type.
 */
export function readSources(): Source[] {
  // A process that builds again must not read the nodes of its previous build.
  for (const file of Object.keys(require.cache))
    if (file.startsWith(STAGE)) Reflect.deleteProperty(require.cache, file);
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
  const listed = manifest["node-red"].nodes;
  const compiled = readdirSync(PATHS.nodes)
    .filter((file) => file.endsWith(".js"))
    .map((file) => file.slice(0, -".js".length));
  const complaints = disagreements(listed, compiled);
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  return Object.keys(listed).map((name) => sourceOf(name));
}

/** Where package.json and the compiled files disagree. */
export function disagreements(
  listed: Readonly<Record<string, string>>,
  compiled: readonly string[],
): string[] {
  const names = Object.keys(listed);
  return [
    ...compiled
      .filter((name) => !names.includes(name))
      .map(
        (name) =>
          `package.json: node-red.nodes does not list nodes/${name}.ts: add "${name}": "dist/nodes/${name}.js"`,
      ),
    ...names
      .filter((name) => !compiled.includes(name))
      .map(
        (name) =>
          `package.json: node-red.nodes lists ${name}, but there is no nodes/${name}.ts: write it or remove the entry`,
      ),
    ...names
      .filter((name) => listed[name] !== `dist/nodes/${name}.js`)
      .map((name) => `package.json: node-red.nodes.${name} must be dist/nodes/${name}.js`),
    ...(names[0] === "account" ? [] : ["package.json: account must be the first of node-red.nodes"]),
  ];
}

/** One line for each icon that is missing, empty or the copy of another. */
export function iconFaults(names: readonly string[]): string[] {
  const present = names.filter((name) => existsSync(iconFile(name)));
  const drawings = Object.fromEntries(present.map((name) => [name, readFileSync(iconFile(name), "utf8")]));
  const missing = names
    .filter((name) => !present.includes(name))
    .map((name) => `icons/${name}.svg is missing: draw it (icons/README.md)`);
  return [...missing, ...drawingFaults(drawings)];
}

const iconFile = (name: string): string => join(PATHS.icons, `${name}.svg`);

/** Icons without a shape, and copies of another icon; `drawings` are the texts of the files by node. */
export function drawingFaults(drawings: Readonly<Record<string, string>>): string[] {
  const first = new Map<string, string>();
  return Object.entries(drawings).flatMap(([name, drawing]) => {
    if (!/<(path|circle|rect|ellipse|line|poly)/.test(drawing))
      return [`icons/${name}.svg is empty: draw it (icons/README.md)`];
    const same = first.get(drawing);
    first.set(drawing, name);
    return same === undefined
      ? []
      : [`icons/${name}.svg is a copy of icons/${same}.svg: draw a different one (icons/README.md)`];
  });
}

function sourceOf(name: string): Source {
  const file = join(PATHS.nodes, `${name}.js`);
  // Users run the compiled file, so the description is read from it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { description } = require(file) as { description?: Source["description"] };
  if (description?.type !== `vocu-${name}`) {
    throw new Error(`nodes/${name}.ts: type is ${description?.type ?? "missing"}: it must be vocu-${name}`);
  }
  return "credentials" in description
    ? { kind: "config", name, description }
    : { kind: "node", name, description };
}
