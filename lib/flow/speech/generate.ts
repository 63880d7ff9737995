/** Speech made in one go: the answer has the audio's address, and the audio itself if asked for (API reference D.1). */
import type { RunContext } from "../node/run-context";
import { deliver } from "../node/delivery";
import type { Facts } from "../message/sequence";
import { fetchAudio } from "../node/download";
import { replyFacts, type Call, type Outcome } from "../node/operation";
import { Problem, withFacts } from "../message/problem";
import { AudioSequence } from "../message/sequence";
import { EMPTY_FACTS, isSilentMember } from "../message/silent-member";

/**
 * The reply as it is, or its audio as one Buffer (setting `download`).
 * @throws Problem `BAD_REPLY`, `NOT_AUDIO`; VocuError of the call and the download. It has been paid for by then, so the
 * audio's id and the credits are on the error.
 */
export async function downloadIfAsked<V extends { readonly text?: string; readonly input_audio?: string }>(
  context: RunContext<V, { readonly download: boolean }>,
  call: Call<V>,
): Promise<Outcome | undefined> {
  if (isSilentMember(context.msg, context.inputs)) {
    const vocu = { operation: context.operation, ...EMPTY_FACTS };
    context.send({ ...context.msg, payload: context.settings.download ? Buffer.alloc(0) : {}, vocu });
    context.status.idle("nothingToSay");
    return undefined;
  }
  const reply = await call();
  const facts = speechFacts(reply.data);
  if (!context.settings.download) return { reply, facts };
  try {
    const known: Facts = { ...replyFacts("speech-generate", reply), ...facts };
    const { audioMs } = await sendAudio(context, facts.audioUrl ?? facts.streamUrl, known);
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

async function sendAudio(
  context: RunContext<unknown, unknown>,
  url: string | undefined,
  known: Facts,
): Promise<Facts> {
  if (url === undefined) throw new Problem("BAD_REPLY");
  context.status.working("downloading");
  const found = await fetchAudio(context, url);
  const settings = { output: "buffer", chunkBytes: 0, pace: "off", leadMs: 0 };
  return deliver({ ...context, settings }, new AudioSequence(context.RED.util, context.msg), {
    ...found,
    known,
  });
}

/** What the stream node calls by the same names. */
type SpeechFacts = {
  readonly audioId?: string;
  readonly audioUrl?: string;
  readonly streamUrl?: string;
  readonly creditsUsed?: number;
};

/** The facts of a result object (API reference D.1); what is missing or of a wrong type is left out. */
export function speechFacts(data: unknown): SpeechFacts {
  const result = (typeof data === "object" && data !== null ? data : {}) as Readonly<Record<string, unknown>>;
  const { id, audio, streamUrl, credit_used: credits } = result;
  return {
    ...(typeof id === "string" ? { audioId: id } : {}),
    ...(typeof audio === "string" ? { audioUrl: audio } : {}),
    ...(typeof streamUrl === "string" ? { streamUrl } : {}),
    ...(typeof credits === "number" ? { creditsUsed: credits } : {}),
  };
}
