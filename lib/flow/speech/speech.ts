/** The stream node at work: text to the service, audio out as it arrives (API reference D.4, D.1). */
import type { RunContext } from "../node/run-context";
import { deliver, type DeliverySettings } from "../node/delivery";
import type { Facts } from "../message/sequence";
import type { InputValues } from "../../schema/description";
import { AudioSequence } from "../message/sequence";
import type { ShapeSettings } from "../../schema/shape-inputs";
import type { SPEECH_INPUTS, STREAM_INPUTS } from "../../schema/speech-inputs";
import { SHAPE_PROPERTIES, type SpeakerMemory } from "../node/shaping";
import { EMPTY_FACTS, isSilentMember } from "../message/silent-member";

/** What one spoken text takes. */
type SpeechValues = InputValues<typeof SPEECH_INPUTS>;

/** What the stream node is told for one message. */
type StreamValues = SpeechValues & InputValues<typeof STREAM_INPUTS>;

/** How the stream node speaks. */
interface SpeechSettings extends DeliverySettings, ShapeSettings {
  /** Whether speech that was generated before, or is being generated for another message, will do. */
  readonly cache: boolean;
}

type Context = RunContext<StreamValues, SpeechSettings, SpeakerMemory>;

/** Speaks one message. Throws where the speech could not be had whole; what was sent is retracted then. */
export async function streamSpeech(context: Context): Promise<void> {
  const { inputs, settings, queueOptions, requestTimeoutMs } = context;
  const sequence = new AudioSequence(context.RED.util, context.msg, SHAPE_PROPERTIES);
  if (isSilentMember(context.msg, inputs)) {
    sendEmpty(context, sequence);
    return;
  }
  const { keep = false, silenceMs, silenceAfterMs, gain, ...params } = inputs;
  const speech = await context.account.speeches.speak({
    params,
    keep,
    queueOptions,
    cache: settings.cache,
    ...(requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs }),
    connecting: () => context.status.working("connecting"),
  });
  try {
    const known = { operation: context.operation, ...speech.known };
    const shape = context.memory.shapeFor({ silenceMs, silenceAfterMs, gain }, settings);
    const facts = await deliver(context, sequence, { ...speech, known, shape });
    context.memory.heard(facts);
    context.send(null, sequence.summary(facts));
    const key = speech.cached ? "spokenFromCache" : "spoken";
    context.status.done(context.translate(`shared:status.${key}`, figures(facts)));
  } finally {
    speech.leave();
  }
}

function sendEmpty(context: Context, sequence: AudioSequence): void {
  const facts = { operation: context.operation, ...EMPTY_FACTS };
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
