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
import type { Config } from "../input/evaluate";
import { forgetReset, isReset, readControls } from "../message/controls";
import { Problem, type Translate } from "../message/problem";
import type { Message, Parts } from "../message/sequence";
import { isEmptyMember } from "../message/silent-member";
import type { StatusLine } from "../message/status";
import { NodeWork, type Done } from "../node/node-work";
import type { NodeModule } from "../node/runner";
import { Stopped, type Job } from "../queue/jobs";

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
  /** Sends a sequence's retraction, also while the node is being closed: what is behind it may stay deployed. */
  retract(retraction: Message): void;
}

/** What one placed node does with audio. */
export interface AudioSink<I, S> {
  /** Handles one speech to its end, and throws to report an error. */
  handle(context: AudioSinkContext<I, S>): Promise<void>;
  /** A speech has ended without an error: it was handled, stopped, or dropped before it was handled at all. */
  ended?(speech: IncomingAudio): void;
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

/** One placed node. */
class AudioSinkRunner<I extends Inputs, S extends Settings> {
  private readonly work: NodeWork<I, S>;
  private readonly sink: AudioSink<InputValues<I>, SettingValues<S>>;
  private readonly speeches = new Set<IncomingAudio>();
  /** The newest speech of each sequence in hand. */
  private readonly sequences = new Map<string, IncomingAudio>();
  /** Sequences that ended before their last chunk came. */
  private readonly ignored = new Set<string>();

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    config: Config,
    private readonly description: AudioSinkDescription<I, S>,
  ) {
    this.work = new NodeWork<I, S>(RED, node, config, description);
    this.sink = description.sink(RED, node, this.work.translate);
  }

  listen(): void {
    this.node.on("input", (message: Message, send: unknown, done: Done) => {
      if (isReset(message)) {
        this.reset(message, done);
        return;
      }
      forgetReset(message);
      this.take(message, send as Send, done);
    });
    this.node.on("close", (_removed: boolean, done: () => void) => {
      this.work.close(done, () => this.sink.close?.());
    });
  }

  /** A reset that names a sequence applies to that sequence only: a stream node retracts what it could not finish. */
  private reset(message: Message, done: Done): void {
    const { id } = (message.parts ?? {}) as Parts;
    if (typeof id !== "string") {
      this.work.reset(done, () => this.sink.reset?.());
      return;
    }
    this.sequences.get(id)?.fail(new Stopped("reset"));
    this.ignored.delete(id);
    done();
  }

  private take(message: Message, send: Send, done: Done): void {
    if (isEmptyMember(message)) {
      send([answerTo(this.RED, message, message.payload, {})]);
      done();
      return;
    }
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
      else done(this.work.failed(error));
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
    const settings = this.work.settings();
    if (this.speeches.size >= MAX_SPEECHES) throw new Problem("TOO_MANY_SPEECHES", { count: MAX_SPEECHES });
    const speech = new IncomingAudio(arrived, place, Number(settings.idleTimeout) * 1000);
    this.speeches.add(speech);
    if (place) this.sequences.set(place.id, speech);
    this.work.jobs.start((job) => this.handle(job, speech, place?.id, settings, send));
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
    if (!error) this.sink.ended?.(speech);
    speech.settle(error);
  }

  private async serve(
    job: Job,
    speech: IncomingAudio,
    signal: AbortSignal,
    settings: SettingValues<S>,
    send: Send,
  ): Promise<void> {
    if (this.work.drops(settings)) return;
    const controls = readControls(speech.firstMessage);
    const inputs = await this.work.inputs(speech.firstMessage, settings);
    signal.throwIfAborted();
    const release = await this.work.takeTurn(settings, job, { ...controls, signal });
    if (!release) return;
    const { translate, status } = this.work;
    try {
      await this.sink.handle({
        RED: this.RED,
        inputs,
        settings,
        speech,
        signal,
        translate,
        status,
        send: (...outputs) => {
          if (!this.work.jobs.closed) send(outputs);
        },
        retract: (retraction) => send([retraction]),
      });
    } finally {
      release();
    }
  }

  private endOf(thrown: unknown): Error | undefined {
    return this.work.endOf(thrown, thrown instanceof Stopped);
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
