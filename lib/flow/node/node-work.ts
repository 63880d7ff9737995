/**
 * The parts that every placed node has: jobs, queue, inputs, status and errors.
 */
import type { Node, NodeAPI } from "node-red";
import {
  nameOf,
  type Description,
  type Inputs,
  type InputValues,
  type Settings,
  type SettingValues,
} from "../../schema/description";
import { InputReader, type Config } from "../input/evaluate";
import { readSettings } from "../input/settings";
import { finish } from "../message/finish";
import { flowError, type FlowError, type Translate } from "../message/problem";
import type { Message, Parts } from "../message/sequence";
import { StatusLine } from "../message/status";
import { translator } from "../message/translate";
import { Turns } from "../../timers";
import { Jobs, type Job } from "../queue/jobs";
import { Lane, type QueueOptions, type Release } from "../queue/lane";

/** Called once for each message; with an error, the message has failed. */
export type Done = (error?: Error) => void;

/** One placed node. The type parameters are its description's. */
export class NodeWork<I extends Inputs, S extends Settings> {
  readonly jobs = new Jobs();
  readonly translate: Translate;
  readonly status: StatusLine;
  /** One message after another (setting `busy`); nodes without that setting handle messages side by side. */
  readonly lane: Lane;
  private readonly orderSetting: string | undefined;
  /** Inputs are read one message after the other, so that a slow JSONata expression cannot reorder them. */
  private reading: Promise<unknown> = Promise.resolve();
  /** A thousand messages at once begin over many turns, so that Node-RED goes on meanwhile. */
  private readonly turns = new Turns();
  private knownSettings: SettingValues<S> | undefined;
  private reader: InputReader<I> | undefined;

  constructor(
    readonly RED: NodeAPI,
    readonly node: Node,
    readonly config: Config,
    private readonly description: Description<I, S>,
  ) {
    this.translate = translator(RED);
    this.status = new StatusLine(node, this.translate);
    const settings = Object.entries(description.settings ?? {});
    this.orderSetting = settings.find(
      ([, spec]) => spec.kind === "select" && spec.ordersMessages === true,
    )?.[0];
    const oneAtATime = this.orderSetting !== undefined && config[this.orderSetting] !== "parallel";
    this.lane = new Lane(oneAtATime ? 1 : 0, (waiting) => {
      if (waiting > 0) this.status.waiting(waiting);
    });
  }

  /**
   * The node's fixed settings.
   * @throws Problem if the stored configuration is invalid.
   */
  settings(): SettingValues<S> {
    return (this.knownSettings ??= Object.freeze(
      readSettings(this.config, this.description.settings ?? ({} as S)),
    ));
  }

  /**
   * The inputs of a message, read after those of the messages before it.
   * @throws Problem as `InputReader.read`.
   */
  inputs(msg: Message, settings: SettingValues<S>): Promise<InputValues<I>> {
    const { inputs, silentInput } = this.description;
    const mayBeBlank = (msg.parts as Parts | undefined)?.id === undefined ? undefined : silentInput;
    const reader = (this.reader ??= new InputReader(this.RED, this.node, this.config, inputs, settings));
    const mine = this.reading.then(async () => {
      await this.turns.share();
      return reader.read(msg, mayBeBlank);
    });
    this.reading = mine.catch(() => undefined);
    return mine;
  }

  /**
   * Waits for a message's turn as the setting `busy` says; undefined when the message is to be dropped.
   * @throws as `Lane.enter`
   */
  async takeTurn(settings: SettingValues<S>, job: Job, options: QueueOptions): Promise<Release | undefined> {
    if (this.drops(settings)) return undefined;
    if (this.order(settings) === "replace") this.jobs.stopOlder("replaced", job);
    return this.lane.enter(options);
  }

  /** Whether a message that arrives now is dropped. */
  drops(settings: SettingValues<S>): boolean {
    return this.order(settings) === "drop" && this.lane.busy;
  }

  private order(settings: Readonly<Record<string, unknown>>): unknown {
    return this.orderSetting === undefined ? undefined : settings[this.orderSetting];
  }

  /** The error of a message, which is also shown as the node's status; undefined if it was stopped intentionally. */
  endOf(thrown: unknown, stopped: boolean): FlowError | undefined {
    if (!stopped && !this.jobs.closed) return this.failed(thrown);
    this.status.idle("stopped");
    return undefined;
  }

  /** The error for the flow, which is also shown as the node's status. */
  failed(thrown: unknown): FlowError {
    const problem = flowError(thrown, nameOf(this.description), this.translate);
    this.status.failed(problem.short);
    return problem;
  }

  /**
   * Stops all work, empties the queue and resets `more`; always calls `done`, with the error of `more` if any.
   */
  reset(done: Done, more: () => unknown): void {
    let error: Error | undefined;
    const work = async (): Promise<void> => {
      this.jobs.stop("reset");
      await more();
    };
    finish(
      work(),
      () => done(error),
      (thrown) => (error = this.failed(thrown)),
    );
  }

  /**
   * Closes the node: aborts all work, closes `more` and always calls `done`. Aborted work is reported as one
   * warning.
   */
  close(done: () => void, more: () => unknown): void {
    const discarded = this.jobs.count;
    if (discarded > 0) this.node.warn(this.translate("shared:status.discarded", { count: discarded }));
    const work = async (): Promise<void> => {
      try {
        await this.jobs.close();
        await more();
      } finally {
        this.status.close();
      }
    };
    finish(work(), done, (thrown) => this.node.warn(this.failed(thrown).message));
  }
}
