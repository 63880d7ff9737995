/** Creates an asynchronous task: the request, and the optional wait for its audio (API reference D.2). */
import { readBlocks, TEXT_BLOCK_INPUTS, UNTYPED_BLOCK_INPUTS } from "./blocks";
import { idInReply, readTask } from "../../api";
import type { RunContext } from "../node/run-context";
import {
  inputsWhen,
  list,
  object,
  settingsWhen,
  text,
  toggle,
  type Inputs,
  type Settings,
} from "../../schema/description";
import type { Call, Outcome } from "../node/operation";
import { followTask, WAIT_SETTINGS, type WaitValues } from "./tasks";

/** The inputs of the task node. The setting `shape` selects which of them apply: the service accepts one shape only. */
export const TASK_INPUTS = {
  ...inputsWhen(
    { shape: ["text", "splitter", "splitterId"] },
    { text: text({ required: true, from: "msg.payload", multiline: true }) },
  ),
  ...inputsWhen({ shape: "text" }, { ...TEXT_BLOCK_INPUTS, ...UNTYPED_BLOCK_INPUTS }),
  ...inputsWhen({ shape: "contents" }, { contents: list({ required: true, from: "msg.payload" }) }),
  ...inputsWhen({ shape: "splitter" }, { splitter: object({ required: true }) }),
  ...inputsWhen({ shape: "splitterId" }, { splitterId: text({ required: true }) }),
  srt: toggle({ default: false }),
  sync: toggle({ advanced: true }),
  projectId: text({ advanced: true }),
  trackId: text({ advanced: true }),
} as const satisfies Inputs;

/** The task node's settings. */
export const TASK_SETTINGS = {
  shape: {
    icon: "th-large",
    kind: "select",
    choices: ["text", "contents", "splitter", "splitterId"],
    default: "text",
  },
  wait: { icon: "hourglass-o", kind: "check", default: false },
  ...settingsWhen({ wait: "true" }, WAIT_SETTINGS),
} as const satisfies Settings;

/** The request body: one text as a block, the given blocks, or a text for a splitter. */
export function taskBody(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { srt, sync, projectId, trackId, contents, text: words, splitter, splitterId, ...block } = inputs;
  const options = { srt, sync, projectId, trackId };
  if (contents !== undefined) return { contents: readBlocks("contents", contents as unknown[]), ...options };
  if (splitter !== undefined) return { text: words, splitter, ...options };
  if (splitterId !== undefined) return { text: words, splitterId, ...options };
  return { contents: [{ type: "text", text: words, ...block }], ...options };
}

/**
 * Sends the task, or waits for its audio (setting `wait`). A reply without the task's ID is passed on unchanged: it may
 * have been billed.
 */
export async function createdTask<V>(
  context: RunContext<V, WaitValues & { readonly wait: boolean }>,
  call: Call<V>,
): Promise<Outcome | undefined> {
  const reply = await call();
  const taskId = readTask(reply.data).id ?? idInReply(reply.body, ["taskId"]);
  if (!context.settings.wait || taskId === undefined) return { reply, facts: { taskId } };
  await followTask(context, taskId);
  return undefined;
}
