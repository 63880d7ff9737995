/** Turns a description into a Node-RED node: messages in, turns taken, errors out, nothing left behind. */
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from "node-red";
import { accountOf, type Account } from "../account/account";
import type { Memory, RunContext, RunDescription } from "./run-context";
import {
  nameOf,
  type Inputs,
  type InputValues,
  type Settings,
  type SettingValues,
} from "../../schema/description";
import { readInputs, type Config } from "../input/evaluate";
import { Jobs, type Job } from "../queue/jobs";
import { Lane, type Release, type QueueOptions } from "../queue/lane";
import { flowError, type Translate } from "../message/problem";
import type { Message } from "../message/sequence";
import { readSettings } from "../input/settings";
import { StatusLine } from "../message/status";
import { translator } from "../message/translate";

/** A node module as Node-RED loads it, with the description that the build and the tests read. */
export interface NodeModule<D = unknown> {
  (RED: NodeAPI): void;
  readonly description: D;
}

type Send = (msg: (Message | null)[]) => void;
type Done = (error?: Error) => void;

/** Makes the node module of a description, whatever `More` it says. */
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

/** One placed node. */
class Runner<I extends Inputs, S extends Settings, M extends Memory | undefined> {
  private readonly jobs = new Jobs();
  private readonly translate: Translate;
  private readonly status: StatusLine;
  private readonly memory: M;
  /** One speech after the other (setting `busy`); nodes without that setting handle messages side by side. */
  private readonly lane: Lane;
  /** Inputs are read one message after the other, so that a slow JSONata expression cannot reorder them. */
  private reading: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    private readonly config: Config,
    private readonly description: RunDescription<I, S, M>,
  ) {
    this.translate = translator(RED);
    this.status = new StatusLine(node, this.translate);
    this.memory = description.remember?.() as M;
    const oneAtATime = "busy" in (description.settings ?? {}) && config.busy !== "parallel";
    this.lane = new Lane(oneAtATime ? 1 : 0, (waiting) => {
      if (waiting > 0) this.status.waiting(waiting);
    });
  }

  listen(): void {
    this.node.on("input", (msg: NodeMessageInFlow, send: unknown, done: Done) => {
      if (isReset(msg)) {
        this.jobs.stop("reset");
        this.memory?.reset();
        done();
        return;
      }
      forgetReset(msg);
      const arrivedAt = performance.now();
      this.jobs.start((job) => this.handle(job, msg, send as Send, done, arrivedAt));
    });
    this.node.on("close", (_removed: boolean, done: () => void) => {
      void this.close().then(done);
    });
  }

  private async close(): Promise<void> {
    await this.jobs.close();
    await this.memory?.close();
    this.status.close();
  }

  /** From arrival to `done`, which is called exactly once. */
  private async handle(job: Job, msg: Message, send: Send, done: Done, arrivedAt: number): Promise<void> {
    try {
      await this.serve(job, msg, send, arrivedAt);
      done();
    } catch (error) {
      if (job.stopped || this.jobs.closed) {
        this.status.idle("stopped");
        done();
        return;
      }
      const problem = flowError(error, nameOf(this.description), this.translate);
      this.status.failed(problem.message);
      done(problem);
    }
  }

  private async serve(job: Job, msg: Message, send: Send, arrivedAt: number): Promise<void> {
    const account = accountOf(this.RED, this.config.account);
    const settings = readSettings(this.config, this.description.settings ?? ({} as S));
    const inputs = await this.read(msg, settings);
    job.signal.throwIfAborted();
    const waitingOptions: QueueOptions = {
      ...queueOptionsOf(msg, job.signal),
      since: arrivedAt,
      slot: account.queueLimit.slot(),
    };
    const release = await this.takeTurn(settings, job, waitingOptions);
    if (!release) return;
    const waiting = (count: number): void => {
      if (!job.signal.aborted) this.status.waiting(count);
    };
    const queueOptions: QueueOptions = { ...waitingOptions, waiting };
    try {
      await this.description.run(
        this.context(msg, job, { account, settings, inputs, queueOptions, arrivedAt, send }),
      );
    } finally {
      release();
      if (this.lane.waiting > 0) this.status.waiting(this.lane.waiting);
    }
  }

  private read(msg: Message, settings: SettingValues<S>): Promise<InputValues<I>> {
    const mine = this.reading.then(() =>
      readInputs(this.RED, this.node, this.config, this.description.inputs, msg, settings),
    );
    this.reading = mine.catch(() => undefined);
    return mine;
  }

  /** Waits as the setting `busy` says; undefined when the message is to be dropped. */
  private async takeTurn(
    settings: SettingValues<S>,
    job: Job,
    queueOptions: QueueOptions,
  ): Promise<Release | undefined> {
    const { busy } = settings as { busy?: string };
    if (busy === "drop" && this.lane.busy) return undefined;
    if (busy === "replace") this.jobs.stopOlder("replaced", job);
    return this.lane.enter(queueOptions);
  }

  private context(
    msg: Message,
    job: Job,
    own: {
      account: Account;
      settings: SettingValues<S>;
      inputs: InputValues<I>;
      queueOptions: QueueOptions;
      arrivedAt: number;
      send: Send;
    },
  ): RunContext<InputValues<I>, SettingValues<S>, M> {
    const { send, ...rest } = own;
    const requestTimeoutMs = positive(msg.requestTimeout);
    return {
      ...rest,
      RED: this.RED,
      operation: nameOf(this.description),
      msg,
      signal: job.signal,
      memory: this.memory,
      ...(requestTimeoutMs !== undefined ? { requestTimeoutMs } : {}),
      translate: this.translate,
      status: this.status,
      send: (...outputs) => {
        if (!this.jobs.closed) send(outputs);
      },
      warn: (text) => this.node.warn(text),
    };
  }
}

/** As in core nodes, a message with `reset` stops what runs; `false` counts as not there. */
export const isReset = (msg: Message): boolean => msg.reset !== undefined && msg.reset !== false;

/** Takes away a `reset` that counts as not there: a join behind the node would drop what it holds at the mere sight of it. */
export function forgetReset(msg: Message): void {
  delete msg.reset;
}

/** Epoch milliseconds are far above any sensible age. */
const EPOCH_FROM = 1e11;

/** `msg.priority` (higher first) and `msg.expires`: an age in ms from arrival, or a point in time in epoch ms. */
export function queueOptionsOf(msg: Message, signal: AbortSignal): QueueOptions {
  const priority = Number(msg.priority ?? 0);
  const expires = positive(msg.expires);
  return {
    priority: Number.isFinite(priority) ? priority : 0,
    signal,
    ...(expires === undefined ? {} : { expiresAt: expires < EPOCH_FROM ? Date.now() + expires : expires }),
  };
}

function positive(value: unknown): number | undefined {
  const amount = typeof value === "string" || typeof value === "number" ? Number(value) : NaN;
  return Number.isFinite(amount) && amount > 0 ? amount : undefined;
}
