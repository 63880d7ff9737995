import type { VocuError } from "./errors";
import type { Answer } from "./exchange";
import { parseObject, replyError } from "./reply";
import type { Session } from "./session";

/** No error body of the API is longer (API reference 4). */
const TAIL_BYTES = 2048;

/**
 * Keeps the end of an audio, to find out whether it is an error in JSON: what a server may write when it fails after
 * the headers, which had promised audio.
 */
export class LastWords {
  #tail: Buffer = Buffer.alloc(0);

  /** Takes the next bytes, in order. */
  push(piece: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, piece.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }

  /** The error that the bytes end with (API reference 4); undefined where they do not. */
  error(session: Session, answer: Answer): VocuError | undefined {
    const text = this.#tail.toString("utf8").trimEnd();
    if (!text.endsWith("}")) return undefined;
    for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at + 1)) {
      const said = text.slice(at);
      if (parseObject(said)) return replyError(session, answer, said);
    }
    return undefined;
  }
}
