/** Finds the module that Node-RED would load for a node type: one of core's, or one of this package's. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { NodeInitializer } from "node-red";
import packageJson from "../../../package.json";
import { FOREIGN, standIn } from "./foreign";

const load = createRequire(__filename);

/** Core node types that tests and examples use, and their module under `@node-red/nodes/core`. */
const CORE: Readonly<Record<string, string>> = {
  inject: "common/20-inject",
  debug: "common/21-debug",
  complete: "common/24-complete",
  catch: "common/25-catch",
  status: "common/25-status",
  "link in": "common/60-link",
  "link out": "common/60-link",
  "link call": "common/60-link",
  comment: "common/90-comment",
  junction: "common/05-junction",
  function: "function/10-function",
  switch: "function/10-switch",
  change: "function/15-change",
  range: "function/16-range",
  template: "function/80-template",
  delay: "function/89-delay",
  trigger: "function/89-trigger",
  rbe: "function/rbe",
  "tls-config": "network/05-tls",
  "http proxy": "network/06-httpproxy",
  "mqtt in": "network/10-mqtt",
  "mqtt out": "network/10-mqtt",
  "mqtt-broker": "network/10-mqtt",
  "http in": "network/21-httpin",
  "http response": "network/21-httpin",
  "http request": "network/21-httprequest",
  "websocket in": "network/22-websocket",
  "websocket out": "network/22-websocket",
  "websocket-listener": "network/22-websocket",
  csv: "parsers/70-CSV",
  json: "parsers/70-JSON",
  split: "sequence/17-split",
  join: "sequence/17-split",
  sort: "sequence/18-sort",
  batch: "sequence/19-batch",
  file: "storage/10-file",
  "file in": "storage/10-file",
};

/** Node types of other packages that tests run for real (test/speakers), and their module. */
const OTHERS: Readonly<Record<string, string>> = {
  base64: "node-red-node-base64/70-base64.js",
  "q-gate": "node-red-contrib-queue-gate/q-gate.js",
};

/** Types that Node-RED or the test helper knows by itself. */
const BUILT_IN = new Set(["tab", "group", "helper"]);

/** True for a node type that belongs to Node-RED itself. */
export const isCore = (type: string): boolean => BUILT_IN.has(type) || type in CORE;

/** True for a node type of this package. */
export const isOurs = (type: string): boolean => type.startsWith("vocu-");

/** The node types that package.json registers. */
export const ourTypes = (): string[] =>
  Object.keys(packageJson["node-red"].nodes).map((name) => `vocu-${name}`);

/**
 * The modules of these node types, each once; nodes of other packages are stood in for. An unknown type is a mistake in
 * the test.
 */
export function modulesOf(types: Iterable<string>): NodeInitializer[] {
  const wanted = [...new Set(types)].filter((type) => !BUILT_IN.has(type));
  const paths = new Set(wanted.filter((type) => !(type in FOREIGN)).map(pathOf));
  const modules = [...paths].map((path) => {
    const loaded = load(path) as NodeInitializer | { default: NodeInitializer };
    return typeof loaded === "function" ? loaded : loaded.default;
  });
  return [...modules, ...wanted.filter((type) => type in FOREIGN).map(standIn)];
}

function pathOf(type: string): string {
  if (isOurs(type)) return `../../../nodes/${type.slice("vocu-".length)}`;
  const other = OTHERS[type];
  if (other !== undefined) return join(__dirname, "..", "..", "speakers", "node_modules", other);
  const core = CORE[type];
  if (core === undefined) throw new Error(`No module is known for the node type "${type}"`);
  return `@node-red/nodes/core/${core}.js`;
}
