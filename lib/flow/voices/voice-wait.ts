/** Waits until a new voice can be used (API reference C.1, C.6, 7.1). */
import { readVoice, type Reply, type VocuError } from "../../api";
import type { RunContext } from "../node/run-context";
import type { Settings } from "../../schema/description";
import { poll } from "../node/poll";
import { Problem, withFacts } from "../message/problem";

/** The settings of a node that can wait for a voice. */
export const VOICE_WAIT_SETTINGS = {
  wait: { icon: "hourglass-o", kind: "check", default: true },
  timeout: { icon: "clock-o", kind: "count", default: 300, min: 1, max: 604_800, when: { wait: "true" } },
} as const satisfies Settings;

/** The statuses of a failed voice, and the code of each. */
const ENDS: Readonly<Record<string, string>> = {
  failed: "VOICE_CREATE_FAILED",
  "lora-failed": "VOICE_TRAINING_FAILED",
  "lora-need-reupload": "VOICE_NEEDS_REUPLOAD",
};

/** The status texts of the wait; `voiceWorking` for undocumented statuses. */
const PROGRESS: Readonly<Record<string, string>> = {
  creating: "voiceCreating",
  "lora-pending": "voiceTraining",
  "lora-awaiting": "voiceAwaiting",
};

/** Timeout of one poll in ms; a later poll retries. */
const LOOK_TIMEOUT_MS = 30_000;

type Context = RunContext<unknown, { readonly timeout: number }>;

/**
 * Polls a voice until it is usable, starting with the reply that created it. The cause of the error has the voice
 * (`voiceId`) and its last status (`voiceStatus`).
 * @throws Problem `VOICE_CREATE_FAILED`, `VOICE_TRAINING_FAILED`, `VOICE_NEEDS_REUPLOAD`, `VOICE_TIMEOUT`
 */
export async function waitForVoice(context: Context, voiceId: string, created: Reply): Promise<Reply> {
  const { signal, settings, translate } = context;
  let voiceStatus = "";
  const judge = (reply: Reply): Reply | undefined => {
    const { status = "", usable } = readVoice(reply.data);
    voiceStatus = status;
    if (usable) return reply;
    const end = ENDS[voiceStatus];
    if (end !== undefined) throw new Problem(end);
    context.status.working(PROGRESS[voiceStatus] ?? "voiceWorking");
    return undefined;
  };
  let first: Reply | undefined = created;
  const look = async (either: AbortSignal): Promise<Reply | undefined> => {
    const reply = first ?? (await lookUp(context, voiceId, either));
    first = undefined;
    return judge(reply);
  };
  const timedOut = (trouble: VocuError | undefined): Problem => {
    const state = translate(`shared:status.${PROGRESS[voiceStatus] ?? "voiceWorking"}`);
    const facts = { timeoutMs: settings.timeout * 1000, retryable: true, detail: trouble?.code };
    return new Problem("VOICE_TIMEOUT", { seconds: settings.timeout, state }, facts);
  };
  try {
    return await poll({ signal, timeoutMs: settings.timeout * 1000, look, timedOut });
  } catch (error) {
    throw withFacts(error, { voiceId, voiceStatus });
  }
}

function lookUp(context: Context, id: string, signal: AbortSignal): Promise<Reply> {
  const { account, operation, requestTimeoutMs: timeoutMs = LOOK_TIMEOUT_MS } = context;
  const request = { operation, method: "GET", path: "/api/voice/{id}", pathParams: { id } } as const;
  return account.client.call(request, { signal, timeoutMs });
}
