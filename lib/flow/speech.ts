/** The stream node at work: text to the service, audio out as it arrives (API reference D.4, D.1). */
import { FrameMeter } from "../audio";
import type { SpeechStream } from "../api";
import type { RunContext } from "./context";
import { deliver, type DeliverySettings, type Facts } from "./delivery";
import type { InputValues } from "./description";
import { AudioSequence } from "./sequence";
import type { SPEECH_INPUTS } from "./speech-inputs";

/** What one spoken text takes. */
export type SpeechValues = InputValues<typeof SPEECH_INPUTS>;

type Context = RunContext<SpeechValues, DeliverySettings>;

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
    const ending = (): Facts => (speech.resumes > 0 ? { resumes: speech.resumes } : {});
    const facts = await deliver(context, sequence, {
      audio: speech.audio,
      known: knownFacts(speech),
      ending,
    });
    context.send(null, sequence.summary(facts));
    context.status.done(context.words("shared:status.spoken", figures(facts)));
  } finally {
    release();
  }
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

function figures(facts: Facts): Record<string, string | number> {
  const credits = typeof facts.creditsUsed === "number" ? facts.creditsUsed : "–";
  return { seconds: (Number(facts.audioMs) / 1000).toFixed(1), credits };
}
