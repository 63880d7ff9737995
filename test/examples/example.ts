/** Runs a shipped example as a user would who imports it: account, key and voice filled in, then deployed. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { voiceIds, type Sandbox } from "../../sandbox";
import type { Flow, FlowHost, FlowNode } from "../nodes/support/flows";
import { KEY } from "../nodes/support/speech-flow";

const FOLDER = join(__dirname, "../../examples");

/** The names of all examples, as Node-RED's import dialog lists them. */
export const exampleNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));

/** The nodes of an example as they are shipped. */
export const exampleNodes = (name: string): FlowNode[] =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as FlowNode[];

/** An example that runs. */
export interface Example {
  readonly flow: Flow;
  /** The folder where its files are. */
  readonly folder: string;
  /** The id of its one node of this type, or of this type and name. */
  readonly id: (type: string, name?: string) => string;
  /** Presses the button of an inject node. */
  readonly press: (name: string) => void;
}

/**
 * Deploys an example against a sandbox; its relative file names lead into a folder of its own. Blank voices become the
 * sandbox's English one; `fillIn` says what else a user would have to enter, such as the address of a broker.
 */
export async function runExample(
  name: string,
  sandbox: Sandbox,
  flows: FlowHost,
  folder: string,
  fillIn: (node: FlowNode) => Record<string, unknown> = () => ({}),
): Promise<Example> {
  const nodes = exampleNodes(name).map((node) => ({ ...node, ...filledIn(node, sandbox), ...fillIn(node) }));
  const accounts = nodes.filter(({ type }) => type === "vocu-account");
  const credentials = Object.fromEntries(accounts.map(({ id }) => [id, { apiKey: KEY }]));
  const flow = await flows.load(nodes, credentials, { fileWorkingDirectory: folder });
  const id = (type: string, wanted?: string): string => {
    const found = nodes.filter(
      (node) => node.type === type && (wanted === undefined || node.name === wanted),
    );
    assert.equal(found.length, 1, `${name} has ${found.length} nodes "${type}" ${wanted ?? ""}`);
    return found[0]?.id ?? "";
  };
  return {
    flow,
    folder,
    id,
    press: (button) => {
      flow.input({}, id("inject", button));
    },
  };
}

function filledIn(node: FlowNode, sandbox: Sandbox): Record<string, unknown> {
  if (node.type === "vocu-account") return { site: "custom", baseUrl: sandbox.url };
  return node.voiceId === "" ? { voiceId: voiceIds.english } : {};
}
