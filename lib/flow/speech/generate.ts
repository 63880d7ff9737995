/** Generates speech in one call: the payload is the audio's address, or the audio itself if set (API reference D.1). */
import { readSpeech, type Reply, type SpeechInfo } from "../../api";
import { deliver } from "../node/delivery";
import { fetchAudio } from "../node/download";
import { replyFacts, type Call, type Outcome } from "../node/operation";
import type { RunContext } from "../node/run-context";
import { withFacts } from "../message/problem";
import { AudioSequence, type Facts } from "../message/sequence";
import { EMPTY_FACTS, isSilentMember } from "../message/silent-member";

type Context<V> = RunContext<V, { readonly download: boolean }>;

/**
 * Returns the reply, or its audio as one Buffer (setting `download`). A reply that is the audio itself is that Buffer;
 * one without any address is passed on unchanged, with a warning: it has been paid for.
 * @throws Problem `NOT_AUDIO`; VocuError of the call and the download. It has been paid for by then, so the audio's id
 *   and the credits are on the error.
 */
export async function downloadIfAsked<V extends { readonly text?: string; readonly input_audio?: string }>(
  context: Context<V>,
  call: Call<V>,
): Promise<Outcome | undefined> {
  if (isSilentMember(context.msg, context.inputs)) {
    sendNothing(context);
    return undefined;
  }
  const reply = await call();
  const facts = factsOf(reply);
  if (!context.settings.download) return { reply, facts };
  const url = facts.audioUrl ?? facts.streamUrl;
  if (url === undefined && Buffer.isBuffer(reply.data)) return { reply, facts };
  if (url === undefined) {
    context.warn(context.translate("shared:status.noAudioAddress"));
    return { reply, facts };
  }
  try {
    const known: Facts = { ...replyFacts(context.operation, reply), ...facts };
    const { audioMs } = await sendAudio(context, url, known);
    const seconds = (Number(audioMs) / 1000).toFixed(1);
    context.status.done(
      context.translate("shared:status.spoken", { seconds, credits: facts.creditsUsed ?? "–" }),
    );
    return undefined;
  } catch (error) {
    const { audioId, creditsUsed } = facts;
    throw withFacts(error, { audioId, creditsUsed });
  }
}

function sendNothing(context: Context<unknown>): void {
  const vocu = { operation: context.operation, ...EMPTY_FACTS };
  const sequence = new AudioSequence(context.RED.util, context.msg);
  if (context.settings.download) context.send(sequence.whole(Buffer.alloc(0), vocu));
  else context.send({ ...context.msg, payload: {}, vocu });
  context.status.idle("nothingToSay");
}

async function sendAudio(context: Context<unknown>, url: string, known: Facts): Promise<Facts> {
  context.status.working("downloading");
  const settings = { output: "buffer", chunkBytes: 0, pace: "off", leadMs: 0 };
  const sequence = new AudioSequence(context.RED.util, context.msg);
  const found = await fetchAudio(context, url);
  return deliver({ ...context, settings }, sequence, { ...found, known });
}

/** With the names of the stream node; subtitles and price are in the payload. */
function factsOf({ body }: Reply): Pick<SpeechInfo, "audioId" | "audioUrl" | "streamUrl" | "creditsUsed"> {
  const { audioId, audioUrl, streamUrl, creditsUsed } = readSpeech(body);
  return { audioId, audioUrl, streamUrl, creditsUsed };
}
