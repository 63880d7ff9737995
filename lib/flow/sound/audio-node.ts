/** Turns a description into a node that takes audio in: messages are gathered into speeches, and each is handled once. */
import type { Node, NodeAPI, NodeDef } from "node-red";
import { audioOf, IncomingAudio, placeOf, type Arrived, type Place } from "./incoming-audio";
import type {
  AccountlessDescription,
  Inputs,
  InputValues,
  Setting,
  Settings,
  SettingValues,
} from "../../schema/description";
import { readInputs, type Config } from "../input/evaluate";
import { readSettings } from "../input/settings";
import { finish } from "../message/finish";
import { flowError, Problem, type Translate } from "../message/problem";
import type { Message, Parts } from "../message/sequence";
import { StatusLine } from "../message/status";
import { translator } from "../message/translate";
import { forgetReset, isReset, queueOptionsOf, type NodeModule } from "../node/runner";
import { Jobs, Stopped, type Job } from "../queue/jobs";
import { Lane } from "../queue/lane";

/** The setting that every audio sink has: how many seconds the next chunk of a sequence may take. */
export const AUDIO_SINK_SETTINGS = {
  idleTimeout: { kind: "count", default: 60, min: 1, max: 3600, advanced: true },
} as const satisfies Settings;

/** What a sink works with while it handles one speech. */
export interface AudioSinkContext<I, S> {
  readonly RED: NodeAPI;
  /** The values of the inputs for this speech, by its first message. */
  readonly inputs: I;
  readonly settings: S;
  readonly speech: IncomingAudio;
  /** Aborts when the speech is reset, replaced or broken, or when its node closes. */
  readonly signal: AbortSignal;
  readonly translate: Translate;
  readonly status: StatusLine;
  /** Sends one message an output, `null` where nothing is sent; silent once the node is closed. */
  send(...outputs: (Message | null)[]): void;
}

/** What one placed node does with audio. */
export interface AudioSink<I, S> {
  /** Handles one speech to its end, and throws to report an error. */
  handle(context: AudioSinkContext<I, S>): Promise<void>;
  /** `msg.reset` has stopped all speeches: gives up what is left of earlier ones. */
  reset?(): Promise<void>;
  /** The node is being closed; no speech is in hand any more. */
  close?(): Promise<void>;
}

/** A node that takes audio in. Interleaved sequences are kept apart; with a setting `busy` they take turns. */
export interface AudioSinkDescription<I extends Inputs, S extends Settings> extends AccountlessDescription {
  readonly inputs: I;
  readonly settings: S & { readonly idleTimeout: Setting };
  /** Makes the audio of a text in `msg.payload`, e.g. a path; without it text is refused. */
  readonly audioOfText?: (RED: NodeAPI, text: string) => AsyncIterable<Buffer>;
  /** Called once for each runtime. */
  readonly setUp?: (RED: NodeAPI) => void;
  /** Called once for each placed node. */
  readonly sink: (
    RED: NodeAPI,
    node: Node,
    translate: Translate,
  ) => AudioSink<InputValues<I>, SettingValues<S>>;
}

/** Makes the node module of such a description. */
export function defineAudioSink<I extends Inputs, S extends Settings>(
  description: AudioSinkDescription<I, S>,
): NodeModule<AudioSinkDescription<I, S>> {
  const load = (RED: NodeAPI): void => {
    function Constructor(this: Node, config: NodeDef): void {
      RED.nodes.createNode(this, config);
      new AudioSinkRunner(RED, this, config as unknown as Config, description).listen();
    }
    RED.nodes.registerType(description.type, Constructor);
    description.setUp?.(RED);
  };
  return Object.assign(load, { description });
}

/** Speeches in hand, the waiting ones included; their audio is in memory until it is handled. */
const MAX_SPEECHES = 100;

/** Sequences whose remaining chunks are discarded. */
const MAX_IGNORED = 1000;

type Send = (messages: (Message | null)[]) => void;
type Done = (error?: Error) => void;

/** One placed node. */
class AudioSinkRunner<I extends Inputs, S extends Settings> {
  private readonly jobs = new Jobs();
  private readonly translate: Translate;
  private readonly status: StatusLine;
  private readonly lane: Lane;
  private readonly sink: AudioSink<InputValues<I>, SettingValues<S>>;
  private readonly speeches = new Set<IncomingAudio>();
  /** The newest speech of each sequence in hand. */
  private readonly sequences = new Map<string, IncomingAudio>();
  /** Sequences that ended before their last chunk came. */
  private readonly ignored = new Set<string>();
  /** Inputs are read one speech after the other, so that a slow JSONata expression cannot reorder them. */
  private reading: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    private readonly config: Config,
    private readonly description: AudioSinkDescription<I, S>,
  ) {
    this.translate = translator(RED);
    this.status = new StatusLine(node, this.translate);
    const oneAtATime = "busy" in description.settings && config.busy !== "parallel";
    this.lane = new Lane(oneAtATime ? 1 : 0, (waiting) => {
      if (waiting > 0) this.status.waiting(waiting);
    });
    this.sink = description.sink(RED, node, this.translate);
  }

  listen(): void {
    this.node.on("input", (message: Message, send: unknown, done: Done) => {
      if (isReset(message)) {
        let error: Error | undefined;
        finish(
          this.reset(message),
          () => done(error),
          (thrown) => (error = this.failed(thrown)),
        );
        return;
      }
      forgetReset(message);
      this.take(message, send as Send, done);
    });
    this.node.on("close", (_removed: boolean, done: () => void) => {
      finish(this.close(), done, (thrown) => this.node.warn(this.failed(thrown).message));
    });
  }

  private async close(): Promise<void> {
    const discarded = this.speeches.size;
    if (discarded > 0) this.node.warn(this.translate("shared:status.discarded", { count: discarded }));
    await this.jobs.close();
    try {
      await this.sink.close?.();
    } finally {
      this.status.close();
    }
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
    await this.sink.reset?.();
  }

  private take(message: Message, send: Send, done: Done): void {
    const place = placeOf(message);
    if (place && this.isIgnored(place)) {
      done();
      return;
    }
    const known = place && this.unfinished(place);
    try {
      const arrived: Arrived = { message, data: this.audioIn(message, place), done };
      if (known) known.push(arrived, place);
      else this.begin(arrived, place, send);
    } catch (error) {
      if (place && !known && !place.last) this.ignore(place.id);
      known?.fail(error as Error);
      if (known) done();
      else done(this.failed(error));
    }
  }

  private audioIn(message: Message, place: Place | undefined): Arrived["data"] {
    const { payload } = message;
    const { audioOfText } = this.description;
    if (audioOfText && !place && typeof payload === "string" && payload.trim() !== "") {
      return audioOfText(this.RED, payload);
    }
    return audioOf(message, place);
  }

  private unfinished({ id }: Place): IncomingAudio | undefined {
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
    const speech = new IncomingAudio(arrived, place, Number(settings.idleTimeout) * 1000);
    this.speeches.add(speech);
    if (place) this.sequences.set(place.id, speech);
    this.jobs.start((job) => this.handle(job, speech, place?.id, settings, send));
  }

  /** From the first chunk to the end of the last message. */
  private async handle(
    job: Job,
    speech: IncomingAudio,
    id: string | undefined,
    settings: SettingValues<S>,
    send: Send,
  ): Promise<void> {
    const signal = AbortSignal.any([job.signal, speech.signal]);
    const error = await this.serve(job, speech, signal, settings, send).then(
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

  private async serve(
    job: Job,
    speech: IncomingAudio,
    signal: AbortSignal,
    settings: SettingValues<S>,
    send: Send,
  ): Promise<void> {
    const { busy } = settings as { busy?: string };
    if (busy === "drop" && this.lane.busy) return;
    const inputs = await this.read(speech.firstMessage, settings);
    signal.throwIfAborted();
    if (busy === "drop" && this.lane.busy) return;
    if (busy === "replace") this.jobs.stopOlder("replaced", job);
    const release = await this.lane.enter(queueOptionsOf(speech.firstMessage, signal));
    try {
      await this.sink.handle({
        RED: this.RED,
        inputs,
        settings,
        speech,
        signal,
        translate: this.translate,
        status: this.status,
        send: (...outputs) => {
          if (!this.jobs.closed) send(outputs);
        },
      });
    } finally {
      release();
      if (this.lane.waiting > 0) this.status.waiting(this.lane.waiting);
    }
  }

  private read(message: Message, settings: SettingValues<S>): Promise<InputValues<I>> {
    const mine = this.reading.then(() =>
      readInputs(this.RED, this.node, this.config, this.description.inputs, message, settings),
    );
    this.reading = mine.catch(() => undefined);
    return mine;
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
