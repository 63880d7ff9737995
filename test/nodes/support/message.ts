import type { Parts } from "../../../lib/flow/message/sequence";

/** A message as tests look at it. */
export interface Message extends Record<string, unknown> {
  _msgid?: string;
  topic?: unknown;
  payload?: unknown;
  parts?: Parts;
  vocu?: Record<string, unknown>;
  /** On what a Catch node gets. */
  error?: CaughtError;
  /** On what a Status node gets. */
  status?: { fill?: string; shape?: string; text?: string };
}

/** `msg.error` as Node-RED's Catch node hands it on. */
export interface CaughtError {
  message: string;
  code?: string;
  cause?: Record<string, unknown>;
  stack?: string;
  source: { id: string; type: string; name?: string; count?: number };
}

/** The Buffers of a sequence of messages, put together. */
export const bytesOf = (messages: readonly Message[]): Buffer =>
  Buffer.concat(messages.map(({ payload }) => payload as Buffer));

/** A copy of every number, string and fact of a chunk's `msg.vocu`; empty if none exists. */
export const factsOf = (message: Message | undefined): Record<string, unknown> => message?.vocu ?? {};
