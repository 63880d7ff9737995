/** The stream node at work: text to the service, audio out as it arrives (API reference D.4, D.1). */
import { chunks, FrameMeter, pace, type Chunk } from "../audio";
import type { SpeechStream } from "../api";
import type { RunContext } from "./context";
import type { InputValues } from "./description";
import { AudioSequence } from "./sequence";
import type { SPEECH_INPUTS } from "./speech-inputs";

/** What one spoken text takes. */
export type SpeechValues = InputValues<typeof SPEECH_INPUTS>;

/** The stream node's own settings. */
export interface StreamSettings {
  /** `chunks`: a sequence of Buffers while the speech is generated; `buffer`: all of it in one message. */
  readonly output: string;
  readonly chunkBytes: number;
  /** `realtime`: no faster than it plays. */
  readonly pace: string;
  /** How far ahead of the clock a paced chunk leaves, in ms. */
  readonly leadMs: number;
}

type Context = RunContext<SpeechValues, StreamSettings>;

/** A paced listener with a small buffer is never handed more than this much audio at once, in ms. */
const PACED_CHUNK_MS = 250;

/** The status line is renewed this often while audio arrives, in ms. */
const STATUS_EVERY_MS = 500;

/** What is known while and after a text is spoken; ends up in `msg.vocu`. */
type Facts = Record<string, unknown>;

/** Speaks one message. Throws where the speech could not be had whole; what was sent is retracted then. */
export async function streamSpeech(context: Context): Promise<void> {
  const sequence = new AudioSequence(context.RED.util, context.msg);
  context.status.working("connecting");
  const release = await context.account.generation.enter(context.ticket);
  try {
    const speech = await context.account.client.speak(context.inputs, {
      signal: context.signal,
      meter: new FrameMeter(),
      ...(context.requestTimeoutMs === undefined ? {} : { timeoutMs: context.requestTimeoutMs }),
    });
    const facts = await deliver(context, sequence, speech);
    context.send(null, sequence.summary(facts));
    context.status.done(context.words("shared:status.spoken", figures(facts)));
  } catch (error) {
    const retraction = sequence.retraction();
    if (retraction) context.send(retraction);
    throw error;
  } finally {
    release();
  }
}

/** Sends the audio as the node is set to and answers with the facts of the whole speech. */
async function deliver(context: Context, sequence: AudioSequence, speech: SpeechStream): Promise<Facts> {
  const known = knownFacts(speech);
  const whole: Buffer[] = [];
  let firstAudioMs: number | undefined;
  let figuresOfAll: Facts = {};
  const spoken = new SpokenStatus(context);
  for await (const chunk of audioOf(context, speech)) {
    firstAudioMs ??= elapsed(context);
    spoken.add(chunk.audioMs);
    if (chunk.last) figuresOfAll = { ...totals(chunk.last, speech), firstAudioMs, totalMs: elapsed(context) };
    if (context.settings.output === "buffer") whole.push(chunk.data);
    else context.send(sequence.next(chunk.data, { ...known, ...figuresOfAll }, chunk.last !== undefined));
  }
  const facts = { ...known, ...figuresOfAll };
  if (context.settings.output === "buffer") context.send(sequence.whole(Buffer.concat(whole), facts));
  return { ...facts, chunks: context.settings.output === "buffer" ? 1 : sequence.count };
}

function audioOf({ settings, signal }: Context, speech: SpeechStream): AsyncIterable<Chunk> {
  const { output, chunkBytes, leadMs } = settings;
  if (output === "buffer" || settings.pace !== "realtime") return chunks(speech.audio, { chunkBytes });
  return pace(chunks(speech.audio, { chunkBytes, maxChunkMs: PACED_CHUNK_MS }), { leadMs, signal });
}

/** Known as soon as the first audio is there. */
function knownFacts(speech: SpeechStream): Facts {
  const { info, requestId } = speech;
  return {
    operation: "speech-stream",
    status: speech.statusCode,
    ...(requestId === undefined ? {} : { requestId }),
    attempts: speech.attempts,
    ...info,
  };
}

function totals({ bytes, audioMs }: { bytes: number; audioMs: number }, speech: SpeechStream): Facts {
  return { bytes, audioMs: Math.round(audioMs), ...(speech.resumes > 0 ? { resumes: speech.resumes } : {}) };
}

const elapsed = (context: Context): number => Math.round(performance.now() - context.arrivedAt);

function figures(facts: Facts): Record<string, string | number> {
  const credits = typeof facts.creditsUsed === "number" ? facts.creditsUsed : "–";
  return { seconds: (Number(facts.audioMs) / 1000).toFixed(1), credits };
}

/** Shows how much has been spoken, not at every chunk: each status travels to every open editor. */
class SpokenStatus {
  private audioMs = 0;
  private shownAt = -Infinity;

  constructor(private readonly context: Context) {}

  add(audioMs: number): void {
    this.audioMs += audioMs;
    const now = performance.now();
    if (now - this.shownAt < STATUS_EVERY_MS) return;
    this.shownAt = now;
    this.context.status.working("speaking", { seconds: (this.audioMs / 1000).toFixed(1) });
  }
}
