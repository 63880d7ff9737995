/** The checks and requests of the style nodes around their calls (API reference C.2, C.9, H). */
import { DEFAULT_STYLE, readVoice, type Reply, type Voice } from "../../api";
import type { RunContext } from "../node/run-context";
import { keepDescription, type Rename } from "./keep-description";
import type { Outcome } from "../node/operation";
import { Problem } from "../message/problem";
import { fetchVoice, styleIn } from "./voice";

/** Names a style of a voice. */
interface StyleValues {
  readonly voiceId: string;
  readonly promptId: string;
}

/** Adds a style. `msg.vocu.promptId` is its id: the one that was not there before, or else the last. */
export async function addStyle(
  context: RunContext<{ readonly voiceId: string }, unknown>,
  call: () => Promise<Reply>,
): Promise<Outcome> {
  const { voiceId } = context.inputs;
  const before = await fetchVoice(context, voiceId);
  const reply = await call();
  return { reply, facts: { voiceId, promptId: newestStyle(before, readVoice(reply.data)) } };
}

function newestStyle(before: Voice, after: Voice): string | undefined {
  const known = new Set(before.styles.map(({ id }) => id));
  const fresh = after.styles.filter(({ id }) => !known.has(id));
  return (fresh.at(-1) ?? after.styles.at(-1))?.id;
}

/**
 * Deletes a style. The service accepts any id; the voice in its reply shows whether the style existed.
 * @throws Problem `STYLE_IS_DEFAULT` before anything is sent, `STYLE_NOT_FOUND`
 */
export async function deleteStyle(
  { inputs: { promptId } }: RunContext<StyleValues, unknown>,
  call: () => Promise<Reply>,
): Promise<Outcome> {
  if (promptId === DEFAULT_STYLE) throw new Problem("STYLE_IS_DEFAULT", {}, { field: "promptId" });
  const reply = await call();
  assertStyle(reply, promptId, { deleted: true });
  return { reply };
}

/**
 * Resets a style.
 * @throws Problem `STYLE_NOT_FOUND`
 */
export async function resetStyle(
  { inputs: { promptId } }: RunContext<StyleValues, unknown>,
  call: () => Promise<Reply>,
): Promise<Outcome> {
  const reply = await call();
  assertStyle(reply, promptId, { deleted: false });
  return { reply };
}

/** Replies without a voice are not checked. */
function assertStyle(reply: Reply, promptId: string, options: { readonly deleted: boolean }): void {
  const voice = readVoice(reply.data);
  if (voice.styles.length > 0) styleIn(voice, promptId, options);
}

/**
 * Gives a style another name or description.
 * @throws Problem `STYLE_NOT_FOUND`
 */
export async function renameStyle<V extends Rename & StyleValues>(
  context: RunContext<V, { readonly keepDescription: boolean }>,
  call: (values: V) => Promise<Reply>,
): Promise<Outcome> {
  const { voiceId, promptId } = context.inputs;
  const read = async (): Promise<Rename> => styleIn(await fetchVoice(context, voiceId), promptId);
  return { reply: await call(await keepDescription(context, read)) };
}
