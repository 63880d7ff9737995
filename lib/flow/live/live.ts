/**
 * The work of the live speech node: text in, whole or in pieces, samples out with almost no delay (API reference B).
 */
import {
  bytesOfHex,
  pcmFormatOf,
  type DescribedPcm,
  type LiveAudio,
  type LiveChannel,
  type LiveRequest,
  type VocuClient,
} from "../../api";
import { pcmMs, SampleCutter, wavHeader } from "../../audio";
import { ignoreFailure } from "../../promises";
import { Turns } from "../../timers";
import type { RunContext } from "../node/run-context";
import type { Facts } from "../message/sequence";
import { SpokenStatus } from "../node/delivery";
import type { Memory } from "../node/run-context";
import type { InputValues, SettingValues } from "../../schema/description";
import { isSpeakable } from "../../schema/spoken-text";
import { Lane } from "../queue/lane";
import type { LIVE_INPUTS, LIVE_SETTINGS } from "./live-description";
import { withoutMarkdown } from "./live-markdown";
import { GrowingTexts, withoutEdges } from "./live-text";
import { Problem } from "../message/problem";
import { AudioSequence, type Message, type Parts } from "../message/sequence";

/** A channel counts against the account's quota, so a node keeps few of them. */
const MOST_CHANNELS = 4;

/** The state of a live speech node: texts that are still growing, its channels, and its queue. */
export class LiveMemory implements Memory {
  /** One segment after the other, for all voices. */
  readonly lane = new Lane(1);
  readonly texts = new GrowingTexts();
  private readonly channels = new Map<string, { client: VocuClient; channel: LiveChannel }>();

  /**
   * The channel of a voice. The least recently used one is closed for another voice. A channel of another client
   * is outdated: its account has been deployed again, or another account is selected.
   */
  channel(client: VocuClient, voiceId: string, idleMs: number): LiveChannel {
    if (this.channels.get(voiceId)?.client !== client) ignoreFailure(this.forget(voiceId));
    const kept = this.channels.get(voiceId) ?? { client, channel: client.live(voiceId, idleMs) };
    this.channels.delete(voiceId);
    this.channels.set(voiceId, kept);
    const [oldest] = this.channels.keys();
    if (this.channels.size > MOST_CHANNELS && oldest !== undefined) ignoreFailure(this.forget(oldest));
    return kept.channel;
  }

  reset(): void {
    this.texts.clear();
  }

  async close(): Promise<void> {
    await Promise.all([...this.channels.keys()].map((voiceId) => this.forget(voiceId)));
  }

  private async forget(voiceId: string): Promise<void> {
    const kept = this.channels.get(voiceId);
    this.channels.delete(voiceId);
    await kept?.client.forget(kept.channel);
  }
}

type Context = RunContext<InputValues<typeof LIVE_INPUTS>, SettingValues<typeof LIVE_SETTINGS>, LiveMemory>;

/**
 * Speaks what a message completes: all of its text, or the sentences that end with it. Each is a sequence of its own.
 * @throws Problem `INPUT_MISSING`, `NOT_AUDIO`, `LIVE_PROTOCOL`, those of the lane; VocuError of the channel
 */
export async function speakLive(context: Context): Promise<void> {
  const texts = textsOf(context);
  if (texts.length === 0) return;
  const release = await context.memory.lane.enter(context.queueOptions);
  try {
    for (const text of texts) await speakSegment(context, text);
  } finally {
    release();
  }
}

/** Runs before any wait, so that pieces stay in the order of their messages. */
function textsOf({ inputs, settings, msg, memory }: Context): string[] {
  const { text = "" } = inputs;
  const plain = (each: string): string => (settings.keepMarkdown ? each : withoutMarkdown(each));
  if (settings.input !== "pieces") {
    const whole = plain(text);
    if (whole.trim() === "") throw new Problem("INPUT_MISSING", { field: "text" }, { field: "text" });
    return [whole];
  }
  const { id, index, count } = (msg.parts ?? {}) as Parts;
  const growing = memory.texts.of(id);
  const sentences = growing.push(separatorOf(msg) + text, settings.minLength);
  const isLast = count !== undefined && index !== undefined && index + 1 >= count;
  if (isLast || isFlush(msg)) {
    sentences.push(growing.take());
    memory.texts.drop(id);
  }
  return sentences.map((sentence) => withoutEdges(plain(sentence))).filter(isSpeakable);
}

/** What the members of a split text had between them: without it, words and sentences would run into each other. */
function separatorOf({ parts }: Message): string {
  const { type, index = 0, ch } = (parts ?? {}) as Parts;
  return type === "string" && index > 0 && typeof ch === "string" ? ch : "";
}

const isFlush = ({ flush }: Message): boolean => flush !== undefined && flush !== false;

async function speakSegment(context: Context, text: string): Promise<void> {
  const { inputs, settings, memory, account, signal, msg, requestTimeoutMs } = context;
  // A sentence is not a member of the sequence that its words arrived in.
  const template = settings.input === "pieces" ? { ...msg, parts: undefined } : msg;
  const sequence = new AudioSequence(context.RED.util, template);
  context.status.working("connecting");
  const channel = memory.channel(account.client, inputs.voiceId, settings.idleSeconds * 1000);
  const timeout = requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs };
  const facts = await sequence.retractOnError(context, () =>
    account.budget.spend(
      { characters: text.length, priority: context.queueOptions.priority },
      () => {
        const audio = channel.speak(requestOf(context, text), { signal, ...timeout });
        return sendSegment(context, sequence, audio, { text });
      },
      // The channel does not report prices.
      () => undefined,
    ),
  );
  context.send(null, sequence.summary(facts));
  const seconds = (Number(facts.audioMs) / 1000).toFixed(1);
  context.status.done(context.translate("shared:status.speaking", { seconds }));
}

function requestOf({ inputs }: Context, text: string): LiveRequest {
  const { promptId, preset, break_clone, temperature, top_k, top_p, sharpen } = inputs;
  return { text, promptId, preset, break_clone, temperature, top_k, top_p, sharpen };
}

/** Sends the samples as they arrive; returns the facts of the whole segment. */
async function sendSegment(
  context: Context,
  sequence: AudioSequence,
  audio: AsyncIterable<LiveAudio>,
  known: Facts,
): Promise<Facts> {
  const segment = new Segment(context, sequence, known);
  const turns = new Turns();
  for await (const { hex, pcm } of audio) {
    const bytes = bytesOfHex(hex);
    if (!bytes) throw new Problem("LIVE_PROTOCOL", {}, { retryable: false, ...segment.progress });
    segment.add(bytes, pcm);
    await turns.share();
  }
  return segment.end();
}

/** A segment that is being sent to the flow. */
class Segment {
  private readonly status: SpokenStatus;
  private format?: DescribedPcm;
  private cutter?: SampleCutter;
  private firstAudioMs?: number;
  private bytes = 0;
  private audioMs = 0;

  constructor(
    private readonly context: Context,
    private readonly sequence: AudioSequence,
    private readonly known: Facts,
  ) {
    this.status = new SpokenStatus(context);
  }

  get progress(): { bytes: number; audioMs: number } {
    return { bytes: this.bytes, audioMs: Math.round(this.audioMs) };
  }

  /** Takes the next samples; `pcm` is their format according to the service. */
  add(samples: Buffer, pcm: unknown): void {
    this.firstAudioMs ??= this.elapsed();
    this.format ??= pcmFormatOf(pcm);
    this.cutter ??= new SampleCutter(this.format);
    const whole = this.cutter.push(samples);
    if (whole.length > 0) this.send(whole, this.format);
  }

  end(): Facts {
    const rest = this.cutter?.end();
    if (!this.format || !rest || rest.length === 0) throw new Problem("NOT_AUDIO");
    const { firstAudioMs } = this;
    const facts = this.send(rest, this.format, () => ({
      ...this.progress,
      firstAudioMs,
      totalMs: this.elapsed(),
    }));
    return { ...facts, chunks: this.sequence.count };
  }

  private send(samples: Buffer, pcm: DescribedPcm, ending?: () => Facts): Facts {
    const begins = this.context.settings.format === "wav" && this.sequence.count === 0;
    const data = begins ? Buffer.concat([wavHeader(pcm), samples]) : samples;
    const audioMs = pcmMs(samples.length, pcm);
    this.bytes += data.length;
    this.audioMs += audioMs;
    this.status.add(audioMs);
    const facts = { ...this.known, pcm, ...ending?.() };
    this.context.send(this.sequence.next(data, facts, ending !== undefined));
    return facts;
  }

  private elapsed(): number {
    return Math.round(performance.now() - this.context.arrivedAt);
  }
}
