/** Downloads finished audio from the addresses that the service returns (API reference 6). */
import { FrameMeter } from "../../audio";
import type { Delivery } from "./delivery";
import type { RunContext } from "./run-context";
import { Problem } from "../message/problem";

/** Media types of pages and error bodies that a storage host may send instead of audio. */
const NO_AUDIO = /^\s*(text\/|application\/(json|xml|xhtml))/i;

/**
 * The bytes of an audio address as they arrive (`unverified` at their end if it may be too early); resumed after a
 * break, and never fetched with the key.
 * @throws VocuError of the download; `STREAM_INCOMPLETE` for an mp3 that ends within a frame; Problem `NOT_AUDIO` if
 *   the host reports another type
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
