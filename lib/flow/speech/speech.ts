/** The work of the stream node: text to the service, audio out as it arrives (API reference D.4, D.1). */
import { withoutMarks } from "../../schema/spoken-text";
import type { Speech } from "../cache/speech-cache";
import type { QueueOptions } from "../queue/lane";
import type { RunContext } from "../node/run-context";
import { deliver, type DeliverySettings } from "../node/delivery";
import type { Facts } from "../message/sequence";
import type { InputValues } from "../../schema/description";
import { AudioSequence, without } from "../message/sequence";
import type { ShapeSettings } from "../../schema/shape-inputs";
import { STREAM_INPUTS, type SPEECH_INPUTS } from "../../schema/speech-inputs";
import { SHAPE_PROPERTIES, type SpeakerMemory } from "../node/shaping";
import { passagesIn, speakPassages } from "./passages";
import { EMPTY_FACTS, isSilentMember } from "../message/silent-member";
import { Problem } from "../message/problem";
import type { Message } from "../message/sequence";
import type { Delivery } from "../node/delivery";
import { continueBegun } from "./begun";

/** The inputs of one spoken text. */
type SpeechValues = InputValues<typeof SPEECH_INPUTS>;

/** The inputs of one message of the stream node. */
type StreamValues = SpeechValues & InputValues<typeof STREAM_INPUTS>;

/** How the stream node speaks. */
interface SpeechSettings extends DeliverySettings, ShapeSettings {
  /** Whether speech may come from the cache or from the running generation of another message. */
  readonly cache: boolean;
  /** Whether `[pause 1s]` in the text is silence. */
  readonly pauses: boolean;
}

type Context = RunContext<StreamValues, SpeechSettings, SpeakerMemory>;

/** Speaks one message. Throws if the speech is incomplete; the sent sequence is retracted then. */
export async function streamSpeech(context: Context): Promise<void> {
  const sequence = new AudioSequence(context.RED.util, context.msg, DONE_PROPERTIES);
  if (context.inputs.continue !== undefined)
    return continueSpeech(context, sequence, context.inputs.continue);
  if (isSilentMember(context.msg, spokenOf(context))) {
    sendEmpty(context, sequence);
    return;
  }
  const speech = await speechOf(context);
  try {
    await send(context, sequence, speech, () => (speech.cached ? "spokenFromCache" : "spoken"));
  } finally {
    speech.leave();
  }
}

/** The spoken text of the message, without pause marks. */
function spokenOf({ inputs, settings }: Context): Pick<SpeechValues, "text" | "input_audio"> {
  const { text, input_audio } = inputs;
  return settings.pauses && text !== undefined
    ? { text: withoutMarks(text), input_audio }
    : { text, input_audio };
}

/** The speech of a message, in parts if its text has pauses. Source audio has none. */
function speechOf(context: Context): Promise<Speech> {
  const { inputs, settings, signal } = context;
  const { text, input_audio } = inputs;
  const splits = settings.pauses && text !== undefined && input_audio === undefined;
  const passages = splits ? passagesIn(text) : undefined;
  if (!passages) return speak(context, inputs, context.queueOptions);
  return speakPassages({
    passages,
    signal,
    speak: (part) => {
      // A speech that has started neither expires nor shows that it waits.
      const later = { expiresAt: undefined, waiting: undefined };
      const queueOptions = { ...context.queueOptions, ...(part.first ? {} : later), signal: part.signal };
      return speak(context, { ...inputs, text: part.text }, queueOptions, part.first);
    },
  });
}

function speak(
  { account, settings, requestTimeoutMs, status, msg }: Context,
  inputs: StreamValues,
  queueOptions: QueueOptions,
  first = true,
): Promise<Speech> {
  const jobId = inputs.jobId ?? jobOf(msg);
  return account.speeches.speak({
    params: without(inputs, ...OWN),
    keep: inputs.keep ?? false,
    queueOptions,
    cache: settings.cache,
    ...(jobId === undefined ? {} : { jobId }),
    ...(requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs }),
    connecting: () => {
      if (first) status.working("connecting");
    },
  });
}

/** Inputs that are not sent to the service. */
const OWN = Object.keys(STREAM_INPUTS) as (keyof typeof STREAM_INPUTS)[];

/** Speaks the rest of a speech that was begun elsewhere. */
async function continueSpeech(
  context: Context,
  sequence: AudioSequence,
  begun: Readonly<Record<string, unknown>>,
): Promise<void> {
  context.status.working("connecting");
  const rest = await continueBegun(context, begun);
  try {
    if (rest.more) await send(context, sequence, rest, () => "spokenOn");
    else sendEmpty(context, sequence, { ...rest.known, position: rest.begunAt });
  } catch (error) {
    // Anything other than audio is not the speech that was begun.
    const isOther = error instanceof Problem && error.code === "NOT_AUDIO";
    throw isOther ? new Problem("CONTINUE_MISMATCH", {}, { bytes: rest.begunAt }) : error;
  } finally {
    rest.leave();
  }
}

/** Sends an audio and, when it has ended, its facts. */
async function send(
  context: Context,
  sequence: AudioSequence,
  speech: Delivery,
  status: () => "spoken" | "spokenFromCache" | "spokenOn",
): Promise<void> {
  const { audio, begunAt = 0 } = speech;
  const known = { operation: context.operation, ...jobFacts(context), ...speech.known };
  const wanted = context.memory.shapeFor(context.inputs, context.settings);
  // In the middle of a speech the speaker is awake.
  const shape = begunAt > 0 ? { ...wanted, silenceMs: 0 } : wanted;
  const facts = await deliver(context, sequence, {
    audio,
    begunAt,
    known,
    ending: () => speech.ending?.() ?? {},
    shape,
  });
  context.memory.heard(facts);
  context.send(null, sequence.summary(facts));
  context.status.done(context.translate(`shared:status.${status()}`, figures(facts)));
}

/** Inputs that are removed from the message, because a later node would apply them again. */
const DONE_PROPERTIES = [...SHAPE_PROPERTIES, "continue"];

/** The job of a message, if an earlier node has set one. */
function jobOf({ vocu }: Message): string | undefined {
  const { jobId } = (vocu ?? {}) as { readonly jobId?: unknown };
  return typeof jobId === "string" && jobId !== "" ? jobId : undefined;
}

function jobFacts({ inputs, msg }: Context): Facts {
  const jobId = inputs.jobId ?? jobOf(msg);
  return jobId === undefined ? {} : { jobId };
}

function sendEmpty(context: Context, sequence: AudioSequence, known: Facts = {}): void {
  const facts = { operation: context.operation, ...jobFacts(context), ...known, ...EMPTY_FACTS };
  const nothing = Buffer.alloc(0);
  const asChunks = context.settings.output === "chunks";
  context.send(asChunks ? sequence.next(nothing, facts, true) : sequence.whole(nothing, facts));
  context.send(null, sequence.summary(facts));
  context.status.idle("nothingToSay");
}

function figures(facts: Facts): Record<string, string | number> {
  const credits = typeof facts.creditsUsed === "number" ? facts.creditsUsed : "–";
  return { seconds: (Number(facts.audioMs) / 1000).toFixed(1), credits };
}
