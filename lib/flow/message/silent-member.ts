/** Members of a sequence without speech: a blank line of a split text, a separator, an emoji. */
import { isSpeakable } from "../../schema/spoken-text";
import type { Facts, Message, Parts } from "./sequence";

/** The members of `msg.vocu` of an empty member, besides its operation. */
export const EMPTY_FACTS: Facts = { empty: true, bytes: 0, audioMs: 0, creditsUsed: 0 };

/**
 * Whether a message is a member of a sequence and has nothing to speak. It is passed on without audio: an error would
 * cost the rest of the sequence, which was paid for, and a join would wait for the missing member forever.
 */
export function isSilentMember(
  msg: Message,
  { text, input_audio }: { readonly text?: string; readonly input_audio?: string },
): boolean {
  const { id } = (msg.parts ?? {}) as Parts;
  return id !== undefined && input_audio === undefined && !isSpeakable(text ?? "");
}

/** Whether a message is such a member, passed on by the node that would have spoken it. */
export function isEmptyMember({ vocu }: Message): boolean {
  return (vocu as { empty?: unknown } | undefined)?.empty === true;
}
