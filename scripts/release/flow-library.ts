/**
 * The rules by which the Flow Library (flows.nodered.org) lists and scores a package, as far as they can be checked
 * without the internet.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { nodeRed4, nodeRed5 } from "../../test/peers";
import { ROOT } from "../build/paths";
import { manifest, type Manifest } from "./manifest";

/** What the library looks at. */
export interface Listing {
  readonly manifest: Manifest;
  readonly readme: string;
  readonly licence: string;
  /** Each node's html, by the node's name. */
  readonly html: Readonly<Record<string, string>>;
  /** The files in `icons` folders beside the html. */
  readonly icons: readonly string[];
  /** The texts of the examples, by file name. */
  readonly examples: Readonly<Record<string, string>>;
  /** Node types of Node-RED itself. */
  readonly taken: ReadonlySet<string>;
  /** The newest Node-RED of each line. */
  readonly nodeReds: readonly string[];
}

interface Semver {
  readonly satisfies: (version: string, range: string) => boolean;
}

/** The Node.js that the newest Node-RED asks for at least; a package must take it too. */
const OLDEST_NODE_OF_NODE_RED_5 = "22.9.0";

const MOST_DEPENDENCIES = 6;

/** Which node is in no flow but behind the others. */
const CONFIG = "account";

/** Reads the built package. */
export function readListing(): Listing {
  const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
  const scripts = Object.entries(manifest["node-red"].nodes);
  const examples = readdirSync(join(ROOT, "examples")).filter((file) => file.endsWith(".json"));
  return {
    manifest,
    readme: read("README.md"),
    licence: read("LICENSE"),
    html: Object.fromEntries(scripts.map(([name, script]) => [name, read(script.replace(/\.js$/, ".html"))])),
    icons: readdirSync(join(ROOT, dirname(scripts[0]?.[1] ?? ""), "icons")),
    examples: Object.fromEntries(examples.map((file) => [file, read(join("examples", file))])),
    taken: typesOfNodeRed(),
    nodeReds: [nodeRed4(), nodeRed5()].map(({ nodeRed }) => versionOf(nodeRed)),
  };
}

/** One line for each rule that is broken. */
export function listingFaults(listing: Listing): string[] {
  return [
    ...manifestFaults(listing),
    ...versionFaults(listing),
    ...exampleFaults(listing),
    ...Object.keys(listing.manifest["node-red"].nodes).flatMap((name) => nodeFaults(name, listing)),
  ];
}

const broken = (rules: readonly (readonly [kept: boolean, fault: string])[]): string[] =>
  rules.filter(([kept]) => !kept).map(([, fault]) => fault);

function manifestFaults({ manifest: own, readme, licence }: Listing): string[] {
  return broken([
    [/^@[a-z0-9-]+\/[a-z0-9-]+$/.test(own.name), "package.json: name must be scoped"],
    [own.description.length >= 20, "package.json: description is too short"],
    [own.license === "Apache-2.0" && /Apache License/.test(licence), "the licence and LICENSE differ"],
    [/^git\+https:\/\//.test(own.repository.url), "package.json: repository must be an https address"],
    [/^https:\/\//.test(own.bugs.url), "package.json: bugs must be an https address"],
    [own.keywords.includes("node-red"), "package.json: keywords must contain node-red"],
    [
      Object.keys(own.dependencies).length <= MOST_DEPENDENCIES,
      `package.json: more than ${MOST_DEPENDENCIES} dependencies`,
    ],
    [
      readme.includes(own.name) && readme.length > 1000,
      "README.md must say what it is and how to install it",
    ],
  ]);
}

function versionFaults({ manifest: own, nodeReds }: Listing): string[] {
  const { satisfies } = fromNodeRed("semver") as Semver;
  const range = own["node-red"].version;
  return broken([
    ...nodeReds.map(
      (version) =>
        [satisfies(version, range), `package.json: node-red.version does not take ${version}`] as const,
    ),
    [
      satisfies(OLDEST_NODE_OF_NODE_RED_5, own.engines.node),
      `package.json: engines.node does not take ${OLDEST_NODE_OF_NODE_RED_5}`,
    ],
  ]);
}

/** Every example is a flow without secrets, and every node is in one. */
function exampleFaults({ manifest: own, examples }: Listing): string[] {
  const used = new Set<string>();
  const faults = Object.entries(examples).flatMap(([file, text]) => {
    const flow = flowIn(text);
    if (flow === undefined) return [`examples/${file} is not a flow`];
    for (const { type } of flow) used.add(type);
    return flow.some((node) => "credentials" in node) ? [`examples/${file} holds credentials`] : [];
  });
  const unused = Object.keys(own["node-red"].nodes)
    .filter((name) => name !== CONFIG && !used.has(`vocu-${name}`))
    .map((name) => `no example shows vocu-${name}`);
  return [...faults, ...unused];
}

function flowIn(text: string): { type: string }[] | undefined {
  try {
    const flow = JSON.parse(text) as unknown;
    return Array.isArray(flow) && flow.every((node) => typeof (node as { type?: unknown }).type === "string")
      ? (flow as { type: string }[])
      : undefined;
  } catch {
    return undefined;
  }
}

/** The library reads what a node is from its html, without running it. */
function nodeFaults(name: string, { html, icons, taken }: Listing): string[] {
  const type = `vocu-${name}`;
  const scripts = [...(html[name] ?? "").matchAll(/<script type="text\/javascript">([^]*?)<\/script>/g)];
  const registered = new RegExp(`RED\\.nodes\\.registerType\\(\\s*['"]${type}['"],\\s*(\\{[^]*\\})\\s*\\)`);
  const definition = scripts.map(([, text]) => registered.exec(text ?? "")?.[1]).find(Boolean);
  if (definition === undefined) return [`${type}: no literal type and definition in its html`];
  const icon = /\bicon: *['"]([^'"]+)['"]/.exec(definition)?.[1] ?? "";
  const wanted = [/\bcategory: *['"]/, /\bdefaults: *\{/];
  const inFlows = [/\bcolor: *['"]#/, /\binputs: *[01]\b/, /\boutputs: *[12]\b/];
  return broken([
    [!taken.has(type), `${type} is a type of Node-RED itself`],
    [!definition.includes("..."), `${type}: a spread in its definition`],
    ...(name === CONFIG ? wanted : [...wanted, ...inFlows]).map(
      (property) => [property.test(definition), `${type}: its html lacks ${property.source}`] as const,
    ),
    [name === CONFIG || icons.includes(basename(icon)), `${type}: there is no icon ${icon}`],
  ]);
}

const fromNodeRed = createRequire(join(nodeRed4().nodeRed, "package.json"));

const versionOf = (nodeRed: string): string =>
  (createRequire(join(nodeRed, "package.json"))("./package.json") as { version: string }).version;

function typesOfNodeRed(): Set<string> {
  const core = join(dirname(fromNodeRed.resolve("@node-red/nodes/package.json")), "core");
  const files = (readdirSync(core, { recursive: true }) as string[]).filter((file) => file.endsWith(".html"));
  const types = files.flatMap((file) =>
    [...readFileSync(join(core, file), "utf8").matchAll(/registerType\(\s*['"]([^'"]+)['"]/g)].map(
      ([, type = ""]) => type,
    ),
  );
  return new Set(types);
}
