/** An error in JSON behind an audio: what a server may write when it fails after headers that had promised audio. */
import type { VocuError } from "./errors";
import type { Answer } from "./exchange";
import { parseObject } from "./json";
import { replyError } from "./reply";
import type { Session } from "./session";

/** No error body of the API is longer (API reference 4). */
export const TRAILING_ERROR_BYTES = 2048;

/**
 * The error that an audio ends with (API reference 4); undefined if it does not.
 * @param tail at least the last {@link TRAILING_ERROR_BYTES} of the audio
 */
export function trailingError(session: Session, answer: Answer, tail: Buffer): VocuError | undefined {
  const text = tail.subarray(-TRAILING_ERROR_BYTES).toString().trimEnd();
  if (!text.endsWith("}")) return undefined;
  for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at + 1)) {
    const json = text.slice(at);
    if (parseObject(json)) return replyError(session, answer, json);
  }
  return undefined;
}
