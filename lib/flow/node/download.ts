/** Finished audio from the addresses that the service gives (API reference 6). */
import { FrameMeter } from "../../audio";
import type { Delivery } from "./delivery";
import type { RunContext } from "./run-context";
import { Problem } from "../message/problem";

/** What a storage host answers with instead of audio: pages and error bodies. */
const NO_AUDIO = /^\s*(text\/|application\/(json|xml|xhtml))/i;

/**
 * The bytes behind an audio address as they arrive (at their end `unverified` where it may have been too early); taken up again after a break, and never fetched with the key.
 * @throws VocuError of the download; `STREAM_INCOMPLETE` for an mp3 that ends within a frame; Problem `NOT_AUDIO` where the host says that it is something else
 */
export async function fetchAudio(
  { account, signal, requestTimeoutMs }: RunContext<unknown, unknown>,
  url: string,
): Promise<Pick<Delivery, "audio" | "ending">> {
  const timeout = requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs };
  const meter = new FrameMeter();
  const file = await account.client.download(url, { signal, meter, ...timeout });
  if (!NO_AUDIO.test(file.contentType ?? "")) {
    return { audio: file.body, ending: () => (file.unverified ? { unverified: true } : {}) };
  }
  await file.body.return?.();
  throw new Problem("NOT_AUDIO");
}
