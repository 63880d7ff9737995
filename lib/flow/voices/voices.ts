/** What the voice nodes do around their calls (API reference C, H). */
import { idInReply, readVoice, type Reply } from "../../api";
import type { RunContext } from "../node/run-context";
import { keepDescription, type Rename } from "./keep-description";
import { payloadOf, type Outcome } from "../node/operation";
import { Problem } from "../message/problem";
import { fetchVoice, withoutDeletedStyles } from "./voice";
import { waitForVoice } from "./voice-wait";

/** What decides whether a voice can be created as asked. */
interface CreateValues {
  readonly modelVersion: string | undefined;
  readonly language: string | undefined;
  readonly lora: string | undefined;
  readonly isTest: boolean | undefined;
  readonly vcover: object | undefined;
}

/**
 * Creates a voice and, if the node is set to, waits until it can be used. `msg.vocu.voiceId` is its id.
 * @throws Problem `NOT_WITH_V4`, `LORA_NEEDS_LANGUAGE` (API reference 7.1, C.1) before anything is sent, and those of `waitForVoice`
 */
export async function createVoice(
  context: RunContext<CreateValues, { readonly wait: boolean; readonly timeout: number }>,
  call: () => Promise<Reply>,
): Promise<Outcome> {
  assertPossible(context.inputs);
  const reply = await call();
  const voiceId = readVoice(reply.data).id;
  if (!context.settings.wait || voiceId === undefined) return { reply, facts: { voiceId } };
  const usable = await waitForVoice(context, voiceId, reply);
  const durationMs = Math.round(performance.now() - context.arrivedAt);
  return { reply: usable, facts: { voiceId, durationMs } };
}

function assertPossible({ modelVersion, language = "auto", lora, isTest, vcover }: CreateValues): void {
  if (modelVersion === "v4.0") {
    for (const [field, value] of Object.entries({ lora, isTest, vcover })) {
      if (value !== undefined) throw new Problem("NOT_WITH_V4", { field }, { field });
    }
  }
  if (lora !== undefined && language === "auto") {
    throw new Problem("LORA_NEEDS_LANGUAGE", {}, { field: "language" });
  }
}

/** Gives a voice another name or description. */
export async function renameVoice<V extends Rename & { readonly voiceId: string }>(
  context: RunContext<V, { readonly keepDescription: boolean }>,
  call: (values: V) => Promise<Reply>,
): Promise<Outcome> {
  const read = async (): Promise<Rename> => {
    const { name, description } = await fetchVoice(context, context.inputs.voiceId);
    return { name, description };
  };
  return { reply: await call(await keepDescription(context, read)) };
}

/** The list of voices as the node is set to hand it on. */
export function listedVoices(
  voices: unknown,
  { usableOnly, hideDeleted }: { readonly usableOnly: boolean; readonly hideDeleted: boolean },
): unknown {
  if (!Array.isArray(voices)) return voices ?? [];
  const wanted = usableOnly ? voices.filter((voice) => readVoice(voice).usable) : voices;
  return hideDeleted ? wanted.map(withoutDeletedStyles) : wanted;
}

/**
 * The one-time share ID, wherever the server puts it: the form of this reply is not documented (API reference C.7, 10.1).
 * Where it cannot be told, the whole reply.
 */
export function sharedId(reply: Reply): unknown {
  const shareId = idInReply(reply.body, ["shareId"]);
  return shareId === undefined ? payloadOf(reply) : { shareId };
}

/** The id of an imported voice (API reference C.4, 10.1); where it cannot be told, the whole reply. */
export function importedVoice(reply: Reply): unknown {
  const voiceId = idInReply(reply.body, ["voiceId"]);
  return voiceId === undefined ? payloadOf(reply) : { voiceId };
}
