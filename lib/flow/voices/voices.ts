/** What the voice nodes do around their calls (API reference C, H). */
import type { Reply } from "../../api";
import type { RunContext } from "../node/run-context";
import { keepDescription, type Rename } from "./keep-description";
import type { Outcome } from "../node/operation";
import { Problem } from "../message/problem";
import { badReply, fetchVoice, fieldsOf, isUsable, readVoice, textOf, withoutDeletedStyles } from "./voice";
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
  const voiceId = readVoice(reply).id;
  if (!context.settings.wait) return { reply, facts: { voiceId } };
  const usable = await waitForVoice(context, "voice-create", reply);
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
    const { raw, description } = await fetchVoice(context, context.inputs.voiceId);
    return { name: textOf(raw.name), description };
  };
  return { reply: await call(await keepDescription(context, read)) };
}

/** The list of voices as the node is set to hand it on. */
export function listedVoices(
  voices: unknown,
  { usableOnly, hideDeleted }: { readonly usableOnly: boolean; readonly hideDeleted: boolean },
): unknown {
  if (!Array.isArray(voices)) return voices;
  const wanted = usableOnly ? voices.filter((voice) => isUsable(fieldsOf(voice).status)) : voices;
  return hideDeleted ? wanted.map(withoutDeletedStyles) : wanted;
}

/**
 * The one-time share ID, wherever the server puts it: the form of this reply is not documented (API reference C.7).
 * @throws Problem `BAD_REPLY`
 */
export function shareIdOf(reply: Reply): string {
  const id = textOf(fieldsOf(reply.data).shareId) ?? textOf(reply.data) ?? textOf(reply.body.shareId);
  if (id === undefined) throw badReply(reply, "no share id");
  return id;
}

/**
 * The id of an imported voice, at top level or in `data` (API reference C.4).
 * @throws Problem `BAD_REPLY`
 */
export function importedVoiceId(reply: Reply): string {
  const id = textOf(reply.body.voiceId) ?? textOf(fieldsOf(reply.data).voiceId);
  if (id === undefined) throw badReply(reply, "no voice id");
  return id;
}
