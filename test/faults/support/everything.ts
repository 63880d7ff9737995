/** Every node of the package with a message that makes it work. */
import { voiceIds, type Sandbox } from "../../../sandbox";
import { operations } from "../../contract/document";
import { handInByMessage, type HandedIn } from "../../contract/hand-in";
import { nodes } from "../../contract/palette";
import { callsOf } from "../../contract/requests";
import type { FlowNode } from "../../nodes/support/flows";
import { onTab, sink } from "../../nodes/support/speech-flow";
import { zipOf } from "../../zip";

/** A placed node and its message. */
export interface Drive extends HandedIn {
  readonly id: string;
  readonly type: string;
  /** Whether the message is known to succeed; what needs more than the service (a loudspeaker) may fail. */
  readonly succeeds: boolean;
}

/** What the nodes are driven with that are more than one operation, and further ways to drive the others. */
const OTHERS: Readonly<Record<string, (sandbox: Sandbox) => Promise<HandedIn>>> = {
  "vocu-task-wait": async (sandbox) => ({
    config: { taskId: "taskId", taskIdType: "msg" },
    message: { taskId: (await callsOf("getTask", sandbox))[0]?.given.id?.wire },
  }),
  "vocu-upload-archive": () =>
    Promise.resolve({ config: {}, message: { payload: zipOf({ "voice.txt": Buffer.from("recordings") }) } }),
  "vocu-audio-url": async (sandbox) => ({
    config: {},
    message: { payload: await sandbox.speech({ text: "Served.", voiceId: voiceIds.english }) },
  }),
  "vocu-speech-live": () =>
    Promise.resolve({ config: { voiceId: voiceIds.english }, message: { payload: "Live." } }),
  "vocu-speech-generate": () =>
    Promise.resolve({
      config: { download: true, voiceId: voiceIds.english },
      message: { payload: "Downloaded." },
    }),
  "vocu-speech-stream": () =>
    Promise.resolve({
      config: { output: "buffer", voiceId: voiceIds.english },
      message: { payload: "In one piece." },
    }),
};

/** All ways to drive all nodes, with what they refer to in place. */
export async function allDrives(sandbox: Sandbox): Promise<Drive[]> {
  const drives: Drive[] = [];
  const add = (type: string, handedIn: HandedIn, succeeds = true): void => {
    const count = drives.filter((drive) => drive.type === type).length;
    drives.push({ ...handedIn, type, id: `${type}-${count}`, succeeds });
  };
  for (const node of nodes) {
    const operation = operations.find(({ id }) => id === node.operationId);
    const calls = operation ? await callsOf(operation.id, sandbox) : [];
    for (const call of calls) if (operation) add(node.type, handInByMessage(node, operation, call));
    const other = OTHERS[node.type];
    if (other) add(node.type, await other(sandbox));
    else if (!operation) add(node.type, { config: {}, message: { payload: "Hello." } }, false);
  }
  return drives;
}

/** The nodes of these drives on the tab, all of the account "account", each with a helper node behind it. */
export const placed = (drives: readonly Drive[]): FlowNode[] =>
  drives.flatMap(({ id, type, config }) => [
    { ...onTab, id, type, account: "account", wires: [[`${id}-out`], [`${id}-second`]], ...config },
    sink(`${id}-out`),
    sink(`${id}-second`),
  ]);
