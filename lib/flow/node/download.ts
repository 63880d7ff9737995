/** Finished audio from the addresses that the service gives (API reference 6). */
import { FrameMeter } from "../../audio";
import type { RunContext } from "./run-context";
import { Problem } from "../message/problem";

/** What a storage host answers with instead of audio: pages and error bodies. */
const NO_AUDIO = /^\s*(text\/|application\/(json|xml|xhtml))/i;

/**
 * The bytes behind an audio address as they arrive; taken up again after a break, and never fetched with the key.
 * @throws VocuError of the download; `STREAM_INCOMPLETE` for an mp3 that ends within a frame; Problem `NOT_AUDIO` where the host says that it is something else
 */
export async function fetchAudio(
  { account, signal, requestTimeoutMs }: RunContext<unknown, unknown>,
  url: string,
): Promise<AsyncIterable<Buffer>> {
  const timeout = requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs };
  const meter = new FrameMeter();
  const { body, contentType } = await account.client.download(url, { signal, meter, ...timeout });
  if (!NO_AUDIO.test(contentType ?? "")) return body;
  await body.return?.();
  throw new Problem("NOT_AUDIO");
}
