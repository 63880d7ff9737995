/** Turns a description into an audio sink: messages are collected into speeches, and each is handled once. */
import type { Node, NodeAPI, NodeDef } from "node-red";
import { answerTo } from "./answer";
import type { AudioSink, AudioSinkDescription } from "./audio-sink";
import { audioOf, IncomingAudio, placeOf, type Arrived, type Place } from "./incoming-audio";
import type { Inputs, InputValues, Settings, SettingValues } from "../../schema/description";
import type { Config } from "../input/evaluate";
import { forgetReset, isReset, readControls } from "../message/controls";
import { Problem } from "../message/problem";
import type { Message, Parts } from "../message/sequence";
import { isEmptyMember } from "../message/silent-member";
import { NodeWork, type Done } from "../node/node-work";
import type { NodeModule } from "../node/runner";
import { Stopped, type Job } from "../queue/jobs";

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

/** The limit of speeches in processing or waiting; their audio is in memory until it is handled. */
const MAX_SPEECHES = 100;

/** Sequences whose remaining chunks are discarded. */
const MAX_IGNORED = 1000;

type Send = (messages: (Message | null)[]) => void;

/** One placed node. */
class AudioSinkRunner<I extends Inputs, S extends Settings> {
  private readonly work: NodeWork<I, S>;
  private readonly sink: AudioSink<InputValues<I>, SettingValues<S>>;
  private readonly speeches = new Set<IncomingAudio>();
  /** The newest speech of each sequence in processing. */
  private readonly sequences = new Map<string, IncomingAudio>();
  /** Sequences that ended before their last chunk arrived. */
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

  /** A reset that names a sequence applies to that sequence only: a stream node retracts unfinished sequences. */
  private reset(message: Message, done: Done): void {
    const { id } = (message.parts ?? {}) as Parts;
    if (typeof id !== "string") {
      this.work.reset(done, () => this.sink.reset?.());
      return;
    }
    this.sequences.get(id)?.fail(new Stopped("reset"));
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
