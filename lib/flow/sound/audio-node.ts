/** Turns a description into a node that hears audio: messages are gathered into speeches, and each speech is heard once. */
import type { Node, NodeAPI, NodeDef } from "node-red";
import { audioOf, HeardSpeech, placeOf, type Arrived, type Place } from "./audio-in";
import type {
  AccountlessDescription,
  Inputs,
  Setting,
  Settings,
  SettingValues,
} from "../../schema/description";
import type { Config } from "../input/evaluate";
import { Jobs, Stopped, type Job } from "../queue/jobs";
import { Lane } from "../queue/lane";
import { flowError, Problem, type Translate } from "../message/problem";
import { forgetReset, isReset, queueOptionsOf, type NodeModule } from "../node/runner";
import type { Message, Parts } from "../message/sequence";
import { readSettings } from "../input/settings";
import { StatusLine } from "../message/status";
import { translator } from "../message/translate";

/** The setting that every node that hears audio has: how many seconds the next chunk of a sequence may take. */
export const HEARING_SETTINGS = {
  idleTimeout: { kind: "count", default: 60, min: 1, max: 3600, advanced: true },
} as const satisfies Settings;

/** What such a node works with while it hears one speech. */
export interface HearingContext<S> {
  readonly RED: NodeAPI;
  readonly settings: S;
  readonly speech: HeardSpeech;
  /** Aborts when the speech is reset, replaced or broken, or when its node closes. */
  readonly signal: AbortSignal;
  readonly translate: Translate;
  readonly status: StatusLine;
  /** Sends a message; silent once the node is closed. */
  send(message: Message): void;
}

/** What one placed node does with what it hears. */
export interface Listener<S> {
  /** Hears one speech to its end, and throws to report an error. */
  hear(context: HearingContext<S>): Promise<void>;
  /** `msg.reset` has stopped all speeches: gives up what is left of earlier ones. */
  reset?(): Promise<void>;
  /** The node is being closed; nothing is heard any more. */
  close?(): Promise<void>;
}

/** A node that hears audio. Sequences that arrive interleaved are kept apart; with a setting `busy` they take turns. */
export interface HearingDescription<S extends Settings> extends AccountlessDescription {
  readonly inputs: Inputs;
  readonly settings: S & { readonly idleTimeout: Setting };
  /** Called once for each runtime. */
  readonly setUp?: (RED: NodeAPI) => void;
  /** Called once for each placed node. */
  readonly listener: (RED: NodeAPI, node: Node, translate: Translate) => Listener<SettingValues<S>>;
}

/** Makes the node module of such a description. */
export function defineHearingNode<S extends Settings>(
  description: HearingDescription<S>,
): NodeModule<HearingDescription<S>> {
  const load = (RED: NodeAPI): void => {
    function Constructor(this: Node, config: NodeDef): void {
      RED.nodes.createNode(this, config);
      new Ear(RED, this, config as unknown as Config, description).listen();
    }
    RED.nodes.registerType(description.type, Constructor);
    description.setUp?.(RED);
  };
  return Object.assign(load, { description });
}

/** Speeches in hand, the waiting ones included; their audio is in memory until it is heard. */
const MAX_SPEECHES = 100;

/** Sequences whose remaining chunks are let fall. */
const MAX_IGNORED = 1000;

type Send = (message: Message) => void;
type Done = (error?: Error) => void;

/** One placed node. */
class Ear<S extends Settings> {
  private readonly jobs = new Jobs();
  private readonly translate: Translate;
  private readonly status: StatusLine;
  private readonly lane: Lane;
  private readonly listener: Listener<SettingValues<S>>;
  private readonly speeches = new Set<HeardSpeech>();
  /** The newest speech of each sequence in hand. */
  private readonly sequences = new Map<string, HeardSpeech>();
  /** Sequences that ended before their last chunk came. */
  private readonly ignored = new Set<string>();

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    private readonly config: Config,
    private readonly description: HearingDescription<S>,
  ) {
    this.translate = translator(RED);
    this.status = new StatusLine(node, this.translate);
    const oneAtATime = "busy" in description.settings && config.busy !== "parallel";
    this.lane = new Lane(oneAtATime ? 1 : 0, (waiting) => {
      if (waiting > 0) this.status.waiting(waiting);
    });
    this.listener = description.listener(RED, node, this.translate);
  }

  listen(): void {
    this.node.on("input", (message: Message, send: unknown, done: Done) => {
      if (isReset(message)) void this.reset(message).then(() => done());
      else {
        forgetReset(message);
        this.take(message, send as Send, done);
      }
    });
    this.node.on("close", (_removed: boolean, done: () => void) => {
      void this.close().then(done);
    });
  }

  private async close(): Promise<void> {
    await this.jobs.close();
    await this.listener.close?.();
    this.status.close();
  }

  /** A reset that names a sequence is meant for that one alone: a stream node retracts what it could not finish. */
  private async reset(message: Message): Promise<void> {
    const { id } = (message.parts ?? {}) as Parts;
    if (typeof id === "string") {
      this.sequences.get(id)?.fail(new Stopped("reset"));
      this.ignored.delete(id);
      return;
    }
    this.jobs.stop("reset");
    await this.listener.reset?.();
  }

  private take(message: Message, send: Send, done: Done): void {
    const place = placeOf(message);
    if (place && this.isIgnored(place)) {
      done();
      return;
    }
    const known = place && this.unfinished(place);
    try {
      const arrived: Arrived = { message, data: audioOf(message, place), done };
      if (known) known.push(arrived, place);
      else this.begin(arrived, place, send);
    } catch (error) {
      if (place && !known && !place.last) this.ignore(place.id);
      known?.fail(error as Error);
      if (known) done();
      else done(this.failed(error));
    }
  }

  private unfinished({ id }: Place): HeardSpeech | undefined {
    const speech = this.sequences.get(id);
    return speech?.complete === false ? speech : undefined;
  }

  private isIgnored({ id, index, last }: Place): boolean {
    if (!this.ignored.has(id)) return false;
    if (last || index === 0) this.ignored.delete(id);
    return index > 0;
  }

  private ignore(id: string): void {
    this.ignored.add(id);
    const [oldest] = this.ignored;
    if (this.ignored.size > MAX_IGNORED && oldest !== undefined) this.ignored.delete(oldest);
  }

  private begin(arrived: Arrived, place: Place | undefined, send: Send): void {
    const settings = readSettings(this.config, this.description.settings);
    if (this.speeches.size >= MAX_SPEECHES) throw new Problem("TOO_MANY_SPEECHES", { count: MAX_SPEECHES });
    const speech = new HeardSpeech(arrived, place, Number(settings.idleTimeout) * 1000);
    this.speeches.add(speech);
    if (place) this.sequences.set(place.id, speech);
    this.jobs.start((job) => this.handle(job, speech, place?.id, settings, send));
  }

  /** From the first chunk to the end of the last message. */
  private async handle(
    job: Job,
    speech: HeardSpeech,
    id: string | undefined,
    settings: SettingValues<S>,
    send: Send,
  ): Promise<void> {
    const signal = AbortSignal.any([job.signal, speech.signal]);
    const error = await this.hear(job, speech, signal, settings, send).then(
      () => undefined,
      (thrown: unknown) => this.endOf(signal.aborted ? signal.reason : thrown),
    );
    this.speeches.delete(speech);
    if (id !== undefined && this.sequences.get(id) === speech) {
      this.sequences.delete(id);
      if (!speech.complete) this.ignore(id);
    }
    speech.settle(error);
  }

  private async hear(
    job: Job,
    speech: HeardSpeech,
    signal: AbortSignal,
    settings: SettingValues<S>,
    send: Send,
  ): Promise<void> {
    const { busy } = settings as { busy?: string };
    if (busy === "drop" && this.lane.busy) return;
    if (busy === "replace") this.jobs.stopOlder("replaced", job);
    const release = await this.lane.enter(queueOptionsOf(speech.firstMessage, signal));
    try {
      await this.listener.hear({
        RED: this.RED,
        settings,
        speech,
        signal,
        translate: this.translate,
        status: this.status,
        send: (message) => {
          if (!this.jobs.closed) send(message);
        },
      });
    } finally {
      release();
      if (this.lane.waiting > 0) this.status.waiting(this.lane.waiting);
    }
  }

  private endOf(thrown: unknown): Error | undefined {
    if (!this.jobs.closed && !(thrown instanceof Stopped)) return this.failed(thrown);
    this.status.idle("stopped");
    return undefined;
  }

  private failed(thrown: unknown): Error {
    const problem = flowError(thrown, this.description.type.slice("vocu-".length), this.translate);
    this.status.failed(problem.message);
    return problem;
  }
}

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
