/** What a node's `run` works with while it handles one message. */
import type { NodeAPI } from "node-red";
import type { Account } from "../account/account";
import type { QueueOptions } from "../queue/lane";
import type { Translate } from "../message/problem";
import type { Message } from "../message/sequence";
import type { StatusLine } from "../message/status";
import type { Description, Inputs, InputValues, Settings, SettingValues } from "../../schema/description";

/** Handed to `run` once per message. */
export interface RunContext<I, S, M = unknown> {
  readonly RED: NodeAPI;
  /** The node's name, e.g. `task-wait`: what `msg.vocu` and errors call the operation. */
  readonly operation: string;
  /** The message as it came; never changed, so that a Catch node gets it whole. */
  readonly msg: Message;
  /** Converted inputs; blank optional ones are undefined. */
  readonly inputs: I;
  readonly settings: S;
  readonly account: Account;
  /** What the node keeps between its messages, where its description says so. */
  readonly memory: M;
  /** Aborts when the message is reset, replaced, or its node closes. */
  readonly signal: AbortSignal;
  /** How the message waits: priority and expiry. */
  readonly queueOptions: QueueOptions;
  /** `performance.now()` at the arrival of the message. */
  readonly arrivedAt: number;
  /** The waiting time that the message allows for the first byte (`msg.requestTimeout`, ms). */
  readonly requestTimeoutMs?: number;
  readonly translate: Translate;
  readonly status: StatusLine;
  /** Sends one message an output, `null` where nothing is sent; silent once the node is closed. */
  send(...outputs: (Message | null)[]): void;
  /** Sends a sequence's retraction on output 1, also while the node is being closed: what is behind it may stay deployed. */
  retract(retraction: Message): void;
  /** Writes to Node-RED's log, also while the node is closing and can no longer send messages. */
  warn(text: string): void;
}

/** What a node keeps from one message to the next. */
export interface Memory {
  /** The node was told to stop (`msg.reset`), and all that was in hand has been given up. */
  reset(): void;
  /** The node goes away, and all that was in hand has ended. */
  close(): Promise<void>;
}

/** A node that does more than one call brings its own `run`. */
export interface RunDescription<
  I extends Inputs,
  S extends Settings,
  M extends Memory | undefined = Memory | undefined,
> extends Description<I, S> {
  /**
   * Handles one message to its end. It sends through the context, returns when the message is done, and throws to
   * report an error; the glue turns that into status and `done`.
   */
  readonly run: (context: RunContext<InputValues<I>, SettingValues<S>, M>) => Promise<void>;
  /** Makes what a placed node keeps between its messages; `run` finds it in the context. */
  readonly remember?: () => M;
}
