/** The one rule by which some bytes are mp3, for every node. */
import { sameStream, type FrameHeader } from "./frame";
import type { UnitListener } from "./scanner";

/**
 * How much that is not audio may stand before the first frame of an mp3, tags not counted. Every search for mp3 looks
 * so far, so that nothing is audio for one node and none for another.
 */
export const MP3_SEARCH_BYTES = 1024 * 1024;

/** This many frames in a row after garbage are not coincidence: UTF-16 text can look like one or two frames. */
const RUN_IN_GARBAGE = 4;

/** A text in UTF-16 begins like a layer 1 frame (its byte order mark is FF FE), so there one frame shows nothing. */
const RUN_OF_LAYER_1 = 3;

/**
 * Decides whether the units that a `FrameScanner` finds are those of an mp3. A frame at the start, tags apart, is one;
 * behind garbage (zeros, a line feed, the end of a frame whose beginning is missing) it takes several in a row. At the
 * end a shorter row will do where nothing but tags follows it.
 */
export class Mp3Evidence {
  #found = false;
  #garbage = 0;
  /** Of that, what came last. */
  #trailing = 0;
  #run = 0;
  #last: FrameHeader | undefined;

  /** Whether it is certain that this is mp3. */
  get found(): boolean {
    return this.#found;
  }

  /** How many bytes were neither a frame nor a tag. */
  get garbage(): number {
    return this.#garbage;
  }

  /** Takes the next unit. */
  readonly add: UnitListener = (kind, bytes, header) => {
    if (this.#found) return;
    if (kind === "garbage") {
      this.#garbage += bytes;
      this.#trailing += bytes;
    } else if (header) {
      const goesOn = this.#trailing === 0 && this.#last !== undefined && sameStream(header, this.#last);
      this.#run = goesOn ? this.#run + 1 : 1;
      this.#last = header;
      this.#trailing = 0;
      const wanted = this.#garbage > 0 ? RUN_IN_GARBAGE : header.layer === 1 ? RUN_OF_LAYER_1 : 1;
      this.#found = this.#run >= wanted;
    }
  };

  /** Whether it was mp3, now that it has ended; `truncated`: the last garbage is the beginning of a frame. */
  end(truncated: boolean): boolean {
    if (this.#found || this.#run === 0) return this.#found;
    const before = this.#garbage - this.#trailing;
    const cleanEnd = this.#trailing === 0 || truncated;
    return cleanEnd && (before === 0 || this.#run > 1);
  }
}
