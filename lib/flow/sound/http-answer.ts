/** Answers the request of an "http in" node with audio, chunk by chunk as it arrives. */
import type { ServerResponse } from "node:http";
import { choice, type Inputs, type InputValues } from "../../schema/description";
import { startTimer } from "../../timers";
import { Problem } from "../message/problem";
import type { Message } from "../message/sequence";
import { answerTo } from "./answer";
import type { AudioSink, AudioSinkContext } from "./audio-sink";
import type { IncomingAudio } from "./incoming-audio";

/** The inputs of one answer. */
export const ANSWER_INPUTS = {
  samples: choice(["wav", "raw"], { default: "wav", messageWins: true, advanced: true }),
} as const satisfies Inputs;

/** How the node answers. */
export interface HttpSettings {
  /** Seconds that the next chunk may take to arrive, and the client to read one. */
  readonly idleTimeout: number;
}

type HttpInputs = InputValues<typeof ANSWER_INPUTS>;
type Context = AudioSinkContext<HttpInputs, HttpSettings>;

/** The client closed the connection, or stopped reading. */
class ClientLeft extends Error {}

/** The answers of one placed node. */
export const answeringSink = (): AudioSink<HttpInputs, HttpSettings> => ({
  handle: answer,
  ended: endUnanswered,
});

/**
 * Sends one speech as the answer to its request, and ends the answer once.
 * @throws Problem `HTTP_NO_RESPONSE`, `HTTP_ANSWERED`; what the audio throws: before the first byte the request stays
 *   open for another answer, later the connection is closed early, so that a part does not look complete
 */
async function answer(context: Context): Promise<void> {
  const { speech, signal, status, translate } = context;
  const response = responseIn(speech.firstMessage);
  if (!response) throw new Problem("HTTP_NO_RESPONSE");
  if (hasBegun(response)) throw new Problem("HTTP_ANSWERED");
  const gone = new AbortController();
  const leave = (): void => gone.abort(new ClientLeft());
  response.once("close", leave);
  // A broken connection means that the client left; it is not an error of the flow.
  response.on("error", leave);
  try {
    if (response.destroyed) throw new ClientLeft();
    await send(context, response, AbortSignal.any([signal, gone.signal]));
  } catch (error) {
    // A truncated answer must not look complete.
    if (hasBegun(response)) response.destroy();
    if (!(error instanceof ClientLeft)) throw error;
    status.done(translate("shared:status.clientLeft"));
  } finally {
    response.off("close", leave);
  }
}

const hasBegun = (response: ServerResponse): boolean => response.headersSent;

async function send(context: Context, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const { RED, speech, inputs, settings, status, translate } = context;
  const { type, audio, bytes: length } = await speech.open(signal, inputs.samples === "raw" ? "raw" : "wav");
  response.writeHead(200, {
    "Content-Type": type,
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    // nginx would hold the audio back until its buffer is full.
    "X-Accel-Buffering": "no",
    ...(length === undefined ? {} : { "Content-Length": length }),
  });
  status.working("answering");
  let bytes = 0;
  const limitMs = settings.idleTimeout * 1000;
  for await (const chunk of audio) {
    bytes += chunk.length;
    if (!response.write(chunk)) await emitted(response, "drain", signal, limitMs);
  }
  response.end();
  if (!response.writableFinished) await emitted(response, "finish", signal, limitMs);
  context.send(answerTo(RED, speech.lastMessage, { type, bytes }, { type, bytes }));
  status.done(translate("shared:status.answered", { size: (bytes / 1024).toFixed(0) }));
}

/** Express's response, which Node-RED wraps; undefined if the message has none. */
function responseIn({ res }: Message): ServerResponse | undefined {
  const response = (res as { _res?: unknown } | null | undefined)?._res ?? res;
  const usable = typeof (response as Partial<ServerResponse> | null | undefined)?.writeHead === "function";
  return usable ? (response as ServerResponse) : undefined;
}

/** Answers a request whose speech was stopped before the answer began; no other node would. */
function endUnanswered({ firstMessage }: IncomingAudio): void {
  const response = responseIn(firstMessage);
  if (!response || hasBegun(response) || response.destroyed) return;
  response.writeHead(503, { "Retry-After": 1, "Content-Length": 0 }).end();
}

/** Resolves with an event of the response. @throws the signal's reason; `ClientLeft` after the limit */
function emitted(
  response: ServerResponse,
  event: string,
  signal: AbortSignal,
  limitMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      timer.cancel();
      response.off(event, happened);
      signal.removeEventListener("abort", aborted);
      end();
    };
    const happened = (): void => settle(resolve);
    const aborted = (): void => settle(() => reject(signal.reason as Error));
    const timer = startTimer(limitMs, () => settle(() => reject(new ClientLeft())));
    response.once(event, happened);
    signal.addEventListener("abort", aborted, { once: true });
    if (signal.aborted) aborted();
  });
}
