/** Runs a shipped example as a user would who imports it: account and voice filled in, then deployed. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { voiceIds, type Sandbox } from "../../sandbox";
import type { Flow, FlowHost, FlowNode } from "../nodes/support/flows";
import { KEY } from "../nodes/support/speech-flow";

const FOLDER = join(__dirname, "../../examples");

/** The menu entries of all examples in Node-RED's import dialog: a number of two digits, and the name. */
export const menuEntries = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();

/** The names of all examples, in the order of the menu. */
export const exampleNames = (): string[] => menuEntries().map((entry) => entry.slice("00 ".length));

/** The nodes of an example as they are shipped. */
export function exampleNodes(name: string): FlowNode[] {
  const entry = menuEntries().find((each) => each.endsWith(` ${name}`));
  assert.ok(entry, `there is no example "${name}"`);
  return JSON.parse(readFileSync(join(FOLDER, `${entry}.json`), "utf8")) as FlowNode[];
}

/** The id of the account that a test gives to an example. */
export const ACCOUNT = "account";

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
 * Deploys an example against a sandbox; its relative file names lead into a folder of its own. Its nodes get one account,
 * blank voices become the sandbox's English one; `fillIn` says what else a user would have to enter, such as the address
 * of a broker.
 */
export async function runExample(
  name: string,
  sandbox: Sandbox,
  flows: FlowHost,
  folder: string,
  fillIn: (node: FlowNode) => Record<string, unknown> = () => ({}),
): Promise<Example> {
  const account = { id: ACCOUNT, type: "vocu-account", site: "custom", baseUrl: sandbox.url };
  const nodes = [...exampleNodes(name), account].map((node: FlowNode) => ({
    ...node,
    ...filledIn(node),
    ...fillIn(node),
  }));
  const flow = await flows.load(nodes, { [ACCOUNT]: { apiKey: KEY } }, { fileWorkingDirectory: folder });
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

function filledIn(node: FlowNode): Record<string, unknown> {
  return {
    ...("account" in node ? { account: ACCOUNT } : {}),
    ...(node.voiceId === "" ? { voiceId: voiceIds.english } : {}),
  };
}
