/** Turns a description into a Node-RED node: queueing, errors and closing. */
import type { Node, NodeAPI, NodeDef } from "node-red";
import {
  nameOf,
  type Inputs,
  type InputValues,
  type Settings,
  type SettingValues,
} from "../../schema/description";
import { accountOf, type Account } from "../account/account";
import type { Config } from "../input/evaluate";
import { forgetReset, isReset, readControls, type Controls } from "../message/controls";
import type { Message, Parts } from "../message/sequence";
import type { Job } from "../queue/jobs";
import type { QueueOptions } from "../queue/lane";
import { NodeWork, type Done } from "./node-work";
import type { Memory, RunContext, RunDescription } from "./run-context";

/** A node module as Node-RED loads it, with the description that the build and the tests read. */
export interface NodeModule<D = unknown> {
  (RED: NodeAPI): void;
  readonly description: D;
}

type Send = (msg: (Message | null)[]) => void;

/** Makes the node module of a description; `More` are the description's further members. */
export function defineNode<
  I extends Inputs,
  S extends Settings,
  More extends object = object,
  M extends Memory | undefined = Memory | undefined,
>(description: RunDescription<I, S, M> & More): NodeModule<RunDescription<I, S, M> & More> {
  const load = (RED: NodeAPI): void => {
    function Constructor(this: Node, config: NodeDef): void {
      RED.nodes.createNode(this, config);
      new Runner(RED, this, config as unknown as Config, description).listen();
    }
    RED.nodes.registerType(description.type, Constructor);
  };
  return Object.assign(load, { description });
}

/** One message and its callbacks. */
interface Arrived {
  readonly msg: Message;
  readonly job: Job;
  readonly send: Send;
  /** `performance.now()` */
  readonly at: number;
}

/** One placed node. */
class Runner<I extends Inputs, S extends Settings, M extends Memory | undefined> {
  private readonly work: NodeWork<I, S>;
  private readonly memory: M;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    private readonly config: Config,
    private readonly description: RunDescription<I, S, M>,
  ) {
    this.work = new NodeWork(RED, node, config, description);
    this.memory = description.remember?.() as M;
  }

  listen(): void {
    this.node.on("input", (msg: Message, send: unknown, done: Done) => {
      if (isReset(msg)) {
        this.work.reset(done, () => this.memory?.reset());
        return;
      }
      forgetReset(msg);
      const at = performance.now();
      this.work.jobs.start((job) => this.handle({ msg, job, send: send as Send, at }, done));
    });
    this.node.on("close", (_removed: boolean, done: () => void) => {
      this.work.close(done, () => this.memory?.close());
    });
  }

  /** From arrival to `done`, which is called exactly once. */
  private async handle(arrived: Arrived, done: Done): Promise<void> {
    const error = await this.serve(arrived).then(
      () => undefined,
      (thrown: unknown) => this.work.endOf(thrown, arrived.job.stopped),
    );
    done(error);
  }

  private async serve(arrived: Arrived): Promise<void> {
    const { msg, job, at } = arrived;
    const account = accountOf(this.RED, this.config.account);
    const settings = this.work.settings();
    const controls = readControls(msg);
    const inputs = await this.work.inputs(msg, settings);
    const slot = account.queueLimit.slot((msg.parts as Parts | undefined)?.id);
    const { priority, expiresAt } = controls;
    const options: QueueOptions = { priority, expiresAt, signal: job.signal, since: at, slot };
    try {
      const release = await this.work.takeTurn(settings, job, options);
      if (!release) return;
      try {
        await this.description.run(this.context(arrived, { account, settings, inputs, options, controls }));
      } finally {
        release();
      }
    } finally {
      slot.close();
    }
  }

  private context(
    { msg, job, send, at }: Arrived,
    own: {
      account: Account;
      settings: SettingValues<S>;
      inputs: InputValues<I>;
      options: QueueOptions;
      controls: Controls;
    },
  ): RunContext<InputValues<I>, SettingValues<S>, M> {
    const { account, settings, options, controls } = own;
    // The limit is for the node itself and is not part of the request.
    const { requestTimeout, ...inputs } = own.inputs as { requestTimeout?: number };
    const requestTimeoutMs = controls.requestTimeoutMs ?? requestTimeout;
    const waiting = (count: number): void => {
      if (!job.signal.aborted) this.work.status.waiting(count);
    };
    return {
      RED: this.RED,
      operation: nameOf(this.description),
      msg,
      account,
      settings,
      inputs: inputs as InputValues<I>,
      queueOptions: { ...options, waiting },
      arrivedAt: at,
      signal: job.signal,
      memory: this.memory,
      ...(requestTimeoutMs !== undefined ? { requestTimeoutMs } : {}),
      translate: this.work.translate,
      status: this.work.status,
      send: (...outputs) => {
        if (!this.work.jobs.closed) send(outputs);
      },
      retract: (retraction) => send([retraction]),
      warn: (text) => this.node.warn(text),
    };
  }
}
