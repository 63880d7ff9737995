/** Raw samples: how long they play, and whole ones only. */
import type { PcmFormat } from "./format";

/** How many bytes one sample of all channels has. */
const frameBytes = ({ channels, bitsPerSample }: PcmFormat): number => (channels * bitsPerSample) / 8;

/** The playing time of a number of bytes, in milliseconds. */
export const pcmMs = (bytes: number, format: PcmFormat): number =>
  (bytes / frameBytes(format) / format.sampleRate) * 1000;

/** So much is held back, in milliseconds: too little to be missed, enough to be played. */
const HELD_MS = 20;

/**
 * Cuts a stream of samples where a sample of all channels ends, wherever the network cut it, and holds the last few
 * back, so that the last piece is known to be the last and carries audio.
 */
export class SampleCutter {
  readonly #frameBytes: number;
  readonly #heldBytes: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(format: PcmFormat) {
    this.#frameBytes = frameBytes(format);
    this.#heldBytes = Math.ceil((format.sampleRate * HELD_MS) / 1000) * this.#frameBytes;
  }

  /** The whole samples that may go now; empty if there are not enough yet. */
  push(piece: Buffer): Buffer {
    const all = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const free = Math.max(0, all.length - this.#heldBytes);
    const end = free - (free % this.#frameBytes);
    this.#rest = all.subarray(end);
    return all.subarray(0, end);
  }

  /** What was held back: empty only where there was no whole sample at all. Part of a sample is left out. */
  end(): Buffer {
    return this.#rest.subarray(0, this.#rest.length - (this.#rest.length % this.#frameBytes));
  }
}
