/** Waits for asynchronous tasks and sends their audio (API reference 5, 7.8, D.6). */
import { readTask, type Reply, type Task, type VocuError } from "../../api";
import type { RunContext } from "../node/run-context";
import { CHUNK_SETTINGS, deliver, type DeliverySettings } from "../node/delivery";
import type { Facts } from "../message/sequence";
import type { Setting } from "../../schema/description";
import type { Shape } from "../../audio";
import type { ShapeSettings, ShapeValues } from "../../schema/shape-inputs";
import { SHAPE_PROPERTIES, type SpeakerMemory } from "../node/shaping";
import { fetchAudio } from "../node/download";
import { replyFacts } from "../node/operation";
import { poll } from "../node/poll";
import { Problem, withFacts } from "../message/problem";
import { AudioSequence } from "../message/sequence";

/** How a node waits and what it sends. `timeout` is in seconds. */
export const WAIT_SETTINGS = {
  output: {
    icon: "sign-out",
    kind: "select",
    choices: ["buffer", "chunks", "url", "task"],
    default: "buffer",
  },
  timeout: { icon: "clock-o", kind: "count", default: 600, min: 1, max: 86400 },
  ...CHUNK_SETTINGS,
} as const satisfies Record<string, Setting>;

/** The values of `WAIT_SETTINGS`. */
export interface WaitValues extends DeliverySettings {
  readonly timeout: number;
}

/** The inputs of one message of a waiting node. */
export type TaskWaitContext = RunContext<
  ShapeValues & { readonly taskId: string },
  WaitValues & ShapeSettings,
  SpeakerMemory
>;

/** Waits for the task of a message, and sends its audio. */
export async function waitForTask(context: TaskWaitContext): Promise<void> {
  const { inputs, settings, memory } = context;
  memory.heard(await followTask(context, inputs.taskId, () => memory.shapeFor(inputs, settings)));
}

/** Timeout of one poll in ms; a later poll retries. */
const LOOK_TIMEOUT_MS = 30_000;

/** A finished task, and its reply. */
interface Generated {
  readonly task: Task;
  readonly reply: Reply;
}

/**
 * Waits until a task is generated and sends the audio, its address or the task, as set; then a summary on the second
 * output. The task's id is on every error, so that the task can be found again. `shapeFor` is called when the audio is
 * about to arrive.
 * @throws Problem `TASK_FAILED`, `TASK_TIMEOUT`, `TASK_NO_AUDIO`, `NOT_AUDIO`; VocuError e.g. `GENERATE_NOT_FOUND`
 */
export async function followTask(
  context: RunContext<unknown, WaitValues>,
  taskId: string,
  shapeFor?: () => Shape,
): Promise<Facts> {
  try {
    return await handOn(context, taskId, await waitFor(context, taskId), shapeFor);
  } catch (error) {
    throw withFacts(error, { taskId });
  }
}

function waitFor(context: RunContext<unknown, WaitValues>, taskId: string): Promise<Generated> {
  const { account, operation, settings, signal, requestTimeoutMs: timeoutMs = LOOK_TIMEOUT_MS } = context;
  const path = "/api/tts/generate/{id}";
  const look = async (either: AbortSignal): Promise<Generated | undefined> => {
    const reply = await account.client.call(
      { operation, method: "GET", path, pathParams: { id: taskId } },
      { signal: either, timeoutMs },
    );
    const task = readTask(reply.data);
    if (task.state === "failed") throw failed(context, task, reply);
    if (task.state === "generated") return { task, reply };
    showProgress(context, task);
    return undefined;
  };
  const timedOut = (trouble: VocuError | undefined): Problem => tooLate(settings.timeout, trouble);
  return poll({ signal, timeoutMs: settings.timeout * 1000, look, timedOut });
}

function showProgress({ status }: RunContext<unknown, unknown>, { status: state, done, total }: Task): void {
  if (state === "pending") status.working("taskPending");
  else status.working("taskProcessing", { done, total });
}

function failed({ translate }: RunContext<unknown, unknown>, { reason }: Task, reply: Reply): Problem {
  const said = reason ?? translate("shared:status.noReason");
  const facts = { requestId: reply.requestId, serverMessage: reason };
  return new Problem("TASK_FAILED", { said }, facts);
}

function tooLate(seconds: number, trouble: VocuError | undefined): Problem {
  const facts = { timeoutMs: seconds * 1000, retryable: true, detail: trouble?.code };
  return new Problem("TASK_TIMEOUT", { seconds }, facts);
}

async function handOn(
  context: RunContext<unknown, WaitValues>,
  taskId: string,
  { task, reply }: Generated,
  shapeFor: (() => Shape) | undefined,
): Promise<Facts> {
  const sequence = new AudioSequence(context.RED.util, context.msg, shapeFor ? SHAPE_PROPERTIES : []);
  const known: Facts = {
    ...replyFacts(context.operation, reply),
    durationMs: Math.round(performance.now() - context.arrivedAt),
    taskId,
    ...(task.audioUrl === undefined ? {} : { audioUrl: task.audioUrl }),
    ...(task.characters === undefined ? {} : { characters: task.characters }),
  };
  const { output } = context.settings;
  if (output === "task") {
    context.send({ ...context.msg, payload: reply.data, vocu: known }, sequence.summary(known));
    context.status.done(context.translate("shared:status.taskGenerated"));
    return known;
  }
  if (task.audioUrl === undefined) throw new Problem("TASK_NO_AUDIO");
  if (output === "url") {
    context.send({ ...context.msg, payload: task.audioUrl, vocu: known }, sequence.summary(known));
    context.status.done(context.translate("shared:status.taskGenerated"));
    return known;
  }
  context.status.working("downloading");
  const found = await fetchAudio(context, task.audioUrl);
  const facts = await deliver(context, sequence, { ...found, known, shape: shapeFor?.() ?? {} });
  context.send(null, sequence.summary(facts));
  const seconds = (Number(facts.audioMs) / 1000).toFixed(1);
  context.status.done(context.translate("shared:status.downloaded", { seconds }));
  return facts;
}
