/** The context of a node's `run` for one message. */
import type { NodeAPI } from "node-red";
import type { Account } from "../account/account";
import type { QueueOptions } from "../queue/lane";
import type { Translate } from "../message/problem";
import type { Message } from "../message/sequence";
import type { StatusLine } from "../message/status";
import type { Description, Inputs, InputValues, Settings, SettingValues } from "../../schema/description";

/** Passed to `run` once per message. */
export interface RunContext<I, S, M = unknown> {
  readonly RED: NodeAPI;
  /** The node's name, e.g. `task-wait`: the name of the operation in `msg.vocu` and errors. */
  readonly operation: string;
  /** The incoming message; never changed, so that a Catch node receives it complete. */
  readonly msg: Message;
  /** Converted inputs; blank optional ones are undefined. */
  readonly inputs: I;
  readonly settings: S;
  readonly account: Account;
  /** The state that the node keeps between messages, if its description has one. */
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
  /** Sends one message per output, `null` for none; does nothing once the node is closed. */
  send(...outputs: (Message | null)[]): void;
  /** Sends a sequence's retraction on output 1, also while the node is being closed: later nodes may stay deployed. */
  retract(retraction: Message): void;
  /** Writes to Node-RED's log, also while the node is closing and can no longer send messages. */
  warn(text: string): void;
}

/** The state that a node keeps from one message to the next. */
export interface Memory {
  /** Called on `msg.reset`, after all work has been aborted. */
  reset(): void;
  /** Called when the node is closed, after all work has ended. */
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
   * report an error; the runner turns that into status and `done`.
   */
  readonly run: (context: RunContext<InputValues<I>, SettingValues<S>, M>) => Promise<void>;
  /** Makes the state that a placed node keeps between messages; the context of `run` has it. */
  readonly remember?: () => M;
}
