/**
 * A sandbox, a Node-RED and a person's browser in front of it. One Chromium, and one Node-RED of each edition, serve all
 * stages of a process: a stage brings its own sandbox and flows, and a page that knows nothing of the others.
 */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { startNodeRed, type Credentials, type FlowNode, type NodeRed } from "../node-red";
import { nodeRed4, type Peer } from "../peers";
import { startSandbox, type Sandbox } from "../../sandbox";
import { startChromium } from "./chromium";
import { openEditor, type Editor, type EditorOptions } from "./editor";

export interface Stage {
  readonly sandbox: Sandbox;
  readonly nodeRed: NodeRed;
  readonly editor: Editor;
  /** Leaves it to the next one. @throws AssertionError when the page complained about anything, or the API's description was broken */
  close(): Promise<void>;
}

export interface StageOptions extends Omit<EditorOptions, "url"> {
  /** The edition of Node-RED, default 4.1. */
  readonly peer?: Peer;
  /** What is deployed before the editor opens, default nothing. */
  readonly flows?: (sandbox: Sandbox) => readonly FlowNode[];
  readonly credentials?: (sandbox: Sandbox) => Credentials;
}

/** Flows for `setStage`: an empty tab, and an account of the sandbox with the id `account`. */
export const WITH_ACCOUNT = {
  flows: ({ url }: Sandbox): FlowNode[] => [
    { id: "tab", type: "tab", label: "Flow" },
    { id: "account", type: "vocu-account", site: "custom", baseUrl: url },
  ],
  credentials: ({ apiKey }: Sandbox): Credentials => ({ account: { apiKey } }),
} satisfies StageOptions;

let chromium: Promise<Browser> | undefined;
const nodeReds = new Map<string, Promise<NodeRed>>();

after("ends what the stages share", async () => {
  await (await chromium)?.close();
  await Promise.all([...nodeReds.values()].map(async (started) => (await started).stop()));
});

function sharedChromium(): Promise<Browser> {
  chromium ??= startChromium();
  return chromium;
}

function sharedNodeRed(peer: Peer): Promise<NodeRed> {
  const started = nodeReds.get(peer.nodeRed) ?? startNodeRed(peer);
  nodeReds.set(peer.nodeRed, started);
  return started;
}

/** Sets the stage; `options` say which Node-RED, with what in it, and how the person likes it. */
export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const [sandbox, nodeRed, browser] = await Promise.all([
    startSandbox(),
    sharedNodeRed(options.peer ?? nodeRed4()),
    sharedChromium(),
  ]);
  const end = async (): Promise<void> => {
    // Nothing that was deployed goes on with a sandbox that is closed.
    await nodeRed.deploy([]);
    nodeRed.forget();
    await sandbox.close();
    assert.deepEqual(sandbox.violations, []);
  };
  try {
    await nodeRed.deploy(options.flows?.(sandbox) ?? [], options.credentials?.(sandbox));
    const editor = await openEditor(browser, { ...options, url: nodeRed.url });
    return { sandbox, nodeRed, editor, close: () => editor.close().finally(end) };
  } catch (error) {
    await end();
    throw error;
  }
}
