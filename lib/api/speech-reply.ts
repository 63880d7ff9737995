/** What the reply to a request for speech is: audio, the address of audio, or an error. API reference D.1 and D.4. */
import { encodingOf } from "./decode";
import { VocuError, type ErrorFacts } from "./errors";
import type { Answer, ReadLimit } from "./exchange";
import { headerOf } from "./header";
import { parseObject } from "./json";
import { isBreak, isSuccess, readText, replyError, requestIdOf } from "./reply";
import { readSpeech, type SpeechInfo } from "./readers/speech";
import { infoFromHeaders } from "./response-data";
import type { Session } from "./session";

/** White space before anything else; a reply that has more of it is not audio. */
const MAX_BLANK_BYTES = 64 * 1024;

/** A reply that was accepted; without `source` the audio has to be fetched from the URLs in `info`. */
export interface SpeechReply {
  answer: Answer;
  source?: Answer;
  info: SpeechInfo;
}

/** Finds out what a reply is: an error, audio, or a JSON success of a server that does not stream. */
export async function readSpeechReply(
  session: Session,
  answer: Answer,
  limit: ReadLimit,
): Promise<SpeechReply> {
  if (isSuccess(answer) && (await looksLikeAudio(answer, limit))) {
    const info = infoFromHeaders(answer, session.keyRedactor);
    if (encodingOf(answer) === undefined) return { answer, source: answer, info };
    // Compressed audio cannot be resumed by its bytes; it has been paid for, so it is downloaded from its URL instead.
    answer.destroy();
    if (info.streamUrl ?? info.audioUrl) return { answer, info };
    throw new VocuError("NOT_AUDIO", { ...factsOf(session, answer), detail: "it is compressed" });
  }
  const text = await readText(session, answer);
  const error = replyError(session, answer, text);
  if (error) throw error;
  const info = readSpeech(parseObject(text), session.keyRedactor);
  if (info.streamUrl ?? info.audioUrl) return { answer, info };
  throw new VocuError("NOT_AUDIO", {
    ...factsOf(session, answer),
    detail: session.redactor.clean(text) ?? "it is empty",
  });
}

const factsOf = (session: Session, answer: Answer): ErrorFacts => ({
  statusCode: answer.statusCode,
  requestId: requestIdOf(session, answer),
  retryable: false,
});

/**
 * By the content type where that says audio; else by the first byte that is not white space, for a label may be wrong
 * and the audio behind it has been paid for. What is called text must begin like mp3 (a frame or an ID3 tag).
 */
async function looksLikeAudio(answer: Answer, limit: ReadLimit): Promise<boolean> {
  const type = (headerOf(answer, "content-type") ?? "").toLowerCase();
  if (type.startsWith("audio/")) return true;
  const isText = type.startsWith("text/") || type.includes("json") || type.includes("xml");
  const seen: Buffer[] = [];
  let size = 0;
  let first: string | undefined;
  let isBlank = false;
  try {
    for (const started = performance.now(); first === undefined && !isBlank;) {
      const left = Math.max(limit.ms - (performance.now() - started), 0);
      const piece = await answer.read({ ...limit, ms: left });
      if (piece === undefined) break;
      seen.push(piece);
      size += piece.length;
      first = /[^\s]/.exec(piece.toString("latin1"))?.[0];
      isBlank = first === undefined && (size > MAX_BLANK_BYTES || left === 0);
    }
  } catch (error) {
    // A break is the audio's to mend.
    if (!(error instanceof VocuError) || !isBreak(error)) throw error;
  }
  for (const piece of seen.reverse()) answer.unread(piece);
  if (isBlank) return false;
  return isText ? first === "\u00ff" || first === "I" : first !== "{" && first !== "<";
}
