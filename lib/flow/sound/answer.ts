/** The message with which a node that takes audio in answers a speech. */
import type { NodeAPI } from "node-red";
import type { Message, Parts } from "../message/sequence";
import { placeOf } from "./incoming-audio";

/**
 * The message that answers a speech: what came last, with another payload and more facts. The sequence that its chunks made is
 * gone; one around it goes on, and a join makes a list of the answers.
 */
export function answerTo(RED: NodeAPI, message: Message, payload: unknown, facts: object): Message {
  const { parts, ...others } = message;
  const outer = placeOf(message) ? (parts as Parts).parts : (parts as Parts | undefined);
  const around = outer ? { parts: { ...withoutGlue(outer), type: "array" } } : {};
  const vocu = { ...(message.vocu as object | undefined), ...facts };
  const answer = RED.util.cloneMessage({ ...others, ...around, payload: undefined, vocu });
  return { ...answer, payload } as Message;
}

/** What says how members are put together belongs to what they were before. */
const withoutGlue = (parts: Parts): Parts =>
  Object.fromEntries(Object.entries(parts).filter(([key]) => key !== "ch" && key !== "len"));
