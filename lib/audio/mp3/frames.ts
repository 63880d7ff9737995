/** Splits an mp3 stream into its frames and what is around them. */
import { ByteQueue } from "./bytes";
import type { FrameHeader } from "./frame";
import { FrameScanner } from "./scanner";

/**
 * A piece of an mp3 stream: one whole audio frame, (part of) a tag, or garbage. Tags are ID3v2 with the zeros that
 * pad it, ID3v1, APE, and Xing, Info and VBRI frames. Garbage is everything else, a cut off last frame included.
 */
export type Unit =
  { kind: "frame"; data: Buffer; header: FrameHeader } | { kind: "tag" | "garbage"; data: Buffer };

/**
 * Splits an mp3 stream (API reference D.4), cut anywhere by the network, into units by the rules of `FrameScanner`. The
 * units' bytes in order are exactly the bytes pushed, and each unit has a copy of its own.
 */
export class FrameSplitter {
  readonly #bytes = new ByteQueue();
  readonly #scanner = new FrameScanner((kind, bytes, header) => {
    const data = this.#bytes.take(bytes);
    this.#units.push(header ? { kind: "frame", data, header } : { kind: kind as "tag" | "garbage", data });
  });
  #units: Unit[] = [];

  /** Number of audio frames so far. */
  get frames(): number {
    return this.#scanner.frames;
  }

  /** How long the audio frames so far play, in milliseconds. */
  get audioMs(): number {
    return this.#scanner.audioMs;
  }

  /** Whether the bytes so far stop inside a frame, see `FrameScanner`. */
  get truncated(): boolean {
    return this.#scanner.truncated;
  }

  /** Takes the next bytes and returns the units that are certain now, in order. */
  push(data: Uint8Array): Unit[] {
    this.#bytes.push(data);
    this.#scanner.push(data);
    return this.#takeUnits();
  }

  /** Says that the stream has ended and returns the units that are left. Push nothing afterwards. */
  end(): Unit[] {
    this.#scanner.end();
    return this.#takeUnits();
  }

  #takeUnits(): Unit[] {
    const units = this.#units;
    this.#units = [];
    return units;
  }
}
