/** A Node-RED with the installed package: that every node loads, and that a flow speaks. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { voiceIds, type Sandbox } from "../../sandbox";
import { PACKAGE, startNodeRed, type FlowNode, type NodeRed } from "../../test/node-red";
import { manifest } from "./manifest";

/** A flow that speaks into a file, as somebody saved it. */
export const speakingFlow = (baseUrl: string): FlowNode[] => [
  { id: "tab", type: "tab", label: "Speaking" },
  { id: "account", type: "vocu-account", name: "Home", site: "custom", baseUrl },
  {
    id: "press",
    type: "inject",
    z: "tab",
    props: [{ p: "payload" }],
    payload: "The dishwasher has finished.",
    payloadType: "str",
    wires: [["speak"]],
  },
  {
    id: "speak",
    type: "vocu-speech-stream",
    z: "tab",
    account: "account",
    text: "payload",
    textType: "msg",
    voiceId: voiceIds.english,
    voiceIdType: "str",
    output: "chunks",
    wires: [["file"], ["summary"]],
  },
  {
    id: "file",
    type: "file",
    z: "tab",
    filename: "speech.mp3",
    filenameType: "str",
    overwriteFile: "false",
    appendNewline: false,
    encoding: "none",
    wires: [["written"]],
  },
  { id: "written", type: "debug", z: "tab", active: false, wires: [] },
  { id: "summary", type: "debug", z: "tab", active: false, wires: [] },
  { id: "failed", type: "catch", z: "tab", scope: null, wires: [["failure"]] },
  { id: "failure", type: "debug", z: "tab", active: false, wires: [] },
];

/** Node-RED's files and the Node.js to run it with. */
interface Runtime {
  readonly nodeRed: string;
  readonly nodeBinary: string;
}

/**
 * Starts Node-RED in a user directory that has `speakingFlow` and the package, speaks once, and ends it.
 * @returns the facts of the speech (`msg.vocu`) and how many nodes were loaded
 * @throws Error with Node-RED's log where a node does not load, anything is said about the package, or the speech is not
 * what the service sent.
 */
export async function speakOnce(
  userDir: string,
  runtime: Runtime,
  sandbox: Sandbox,
  nodes: readonly string[] = Object.keys(manifest["node-red"].nodes),
): Promise<{ vocu: Record<string, unknown>; nodes: number }> {
  const nodeRed = await startNodeRed({ ...runtime, userDir });
  try {
    await checkNodes(nodeRed, nodes);
    await rm(join(userDir, "speech.mp3"), { force: true });
    const summary = nodeRed.waitFor("summary");
    const failure = nodeRed.waitFor("failure").then((msg) => {
      throw new Error(`the flow failed: ${JSON.stringify(msg.error)}`);
    });
    await nodeRed.inject("press");
    const { payload } = await Promise.race([summary, failure]);
    failure.catch(() => undefined);
    const vocu = payload as { chunks: number } & Record<string, unknown>;
    await nodeRed.waitFor("written", () => nodeRed.received("written").length === vocu.chunks);
    await checkSpeech(userDir, sandbox);
    return { vocu, nodes: nodes.length };
  } finally {
    await nodeRed.stop();
  }
}

async function checkNodes(nodeRed: NodeRed, names: readonly string[]): Promise<void> {
  const ours = (await nodeRed.getNodes()).filter((set) => set.module === PACKAGE);
  const loaded = ours.filter((set) => set.err === undefined && set.enabled).map(({ name }) => name);
  const missing = names.filter((name) => !loaded.includes(name));
  const complaint = new RegExp(`\\[(warn|error)\\].*${PACKAGE}.*`).exec(nodeRed.log())?.[0];
  if (missing.length > 0 || complaint !== undefined)
    throw new Error(`not loaded: ${missing.join(", ") || "none"}; ${complaint ?? ""}\n${nodeRed.log()}`);
}

async function checkSpeech(userDir: string, sandbox: Sandbox): Promise<void> {
  const spoken = await readFile(join(userDir, "speech.mp3"));
  const text = "The dishwasher has finished.";
  const wanted = await sandbox.speech({ voiceId: voiceIds.english, text });
  if (!spoken.equals(wanted)) throw new Error(`the file has ${spoken.length} bytes, not ${wanted.length}`);
}
