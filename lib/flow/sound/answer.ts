/** The message that an audio sink sends for a speech. */
import type { NodeAPI } from "node-red";
import type { Message, Parts } from "../message/sequence";
import { placeOf } from "./incoming-audio";

/**
 * The message for a speech: its last message, with another payload and more facts. The sequence of its chunks is
 * removed; an outer one continues, and a join makes a list of the messages.
 */
export function answerTo(RED: NodeAPI, message: Message, payload: unknown, facts: object): Message {
  const { parts, ...others } = message;
  const outer = placeOf(message) ? (parts as Parts).parts : (parts as Parts | undefined);
  const around = outer ? { parts: { ...withoutGlue(outer), type: "array" } } : {};
  const vocu = { ...(message.vocu as object | undefined), ...facts };
  const answer = RED.util.cloneMessage({ ...others, ...around, payload: undefined, vocu });
  return { ...answer, payload } as Message;
}

/** Members of `parts` that describe how the previous members are joined. */
const withoutGlue = (parts: Parts): Parts =>
  Object.fromEntries(Object.entries(parts).filter(([key]) => key !== "ch" && key !== "len"));
