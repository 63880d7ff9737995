import { ByteQueue } from "./bytes";
import {
  HEADER_BYTES,
  isInfoFrame,
  parseFrameHeader,
  sameStream,
  ticksOf,
  TICKS_PER_MS,
  type FrameHeader,
} from "./frame";
import { FREE_FORMAT_WINDOW, freeFormatLength } from "./free-format";
import { startsTag, tagLength } from "./tags";

/**
 * A piece of an mp3 stream: one whole audio frame, (part of) a tag, or garbage. Tags are ID3v2 with the zeros that
 * pad it, ID3v1, APE, and Xing, Info and VBRI frames. Garbage is everything else, a cut off last frame included.
 */
export type Unit =
  { kind: "frame"; data: Buffer; header: FrameHeader } | { kind: "tag" | "garbage"; data: Buffer };

/** How many headers in a row must follow a sync in garbage that does not look like the stream so far. */
const FOREIGN_CONFIRMATIONS = 3;

/**
 * Splits an mp3 stream (API reference D.4: the body of a streaming reply), cut anywhere by the network, into units.
 * The units' bytes in order are exactly the bytes pushed, and which frames are found does not depend on the cuts.
 *
 * After the start, a frame or a tag a frame header is trusted, and its frame is there as soon as its last byte is.
 * In garbage a header counts only when the next one fits it (version, layer, sample rate), and three of them where it
 * does not fit the stream so far. The first free format frame waits until its length is known (about 6 kB).
 *
 * Never throws. Time is linear in the bytes, whatever the cuts; at most about 12 kB are held back: a tag passes
 * through in the pieces in which it came, however large it is.
 */
export class FrameSplitter {
  #bytes = new ByteQueue();
  #need = 1;
  #ended = false;
  #lost = false;
  #tagBytes = 0;
  #padding = false;
  #freeLength = 0;
  #lastHeader: FrameHeader | undefined;
  #ticks = 0;
  #frames = 0;
  #truncated = false;

  /** Number of audio frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** How long the audio frames so far play, in milliseconds, without rounding errors adding up. */
  get audioMs(): number {
    return this.#ticks / TICKS_PER_MS;
  }

  /**
   * Whether the bytes so far stop inside a frame (or its header): a stream that ends here certainly ended early.
   * Stays false while the length of free format frames is not known yet.
   */
  get truncated(): boolean {
    return this.#truncated;
  }

  /** Takes the next bytes and returns the units that are certain now, in order. */
  push(data: Uint8Array): Unit[] {
    this.#bytes.push(data);
    return this.#units();
  }

  /** Says that the stream has ended and returns the units that are left. Push nothing afterwards. */
  end(): Unit[] {
    this.#ended = true;
    this.#need = 1;
    return this.#units();
  }

  #units(): Unit[] {
    const units: Unit[] = [];
    while (this.#bytes.length >= this.#need) {
      this.#need = 1;
      const unit = this.#next();
      if (unit !== undefined) units.push(unit);
    }
    return units;
  }

  /** The next unit, or undefined after setting how many bytes it takes to go on. */
  #next(): Unit | undefined {
    this.#truncated = false;
    if (this.#tagBytes > 0) return this.#tag();
    return this.#lost ? this.#search() : this.#read();
  }

  #tag(): Unit {
    const data = this.#bytes.take(this.#tagBytes);
    this.#tagBytes -= data.length;
    this.#padding = true;
    return { kind: "tag", data };
  }

  /** Reads where a frame or a tag is expected. */
  #read(): Unit | undefined {
    const view = this.#bytes.view;
    if (this.#padding && view[0] === 0) {
      this.#tagBytes = countZeros(view);
      return this.#tag();
    }
    this.#padding = false;
    if (view[0] === 0xff) {
      if (view.length < HEADER_BYTES) return this.#waitForHeader(view);
      const header = parseFrameHeader(view);
      if (header !== undefined) return this.#frame(header, view);
    }
    const tag = tagLength(view);
    if (tag === "more") return this.#wait(view.length + 1);
    if (tag === undefined) return this.#lose();
    this.#tagBytes = tag;
    return this.#tag();
  }

  #frame(header: FrameHeader, view: Buffer): Unit | undefined {
    const bytes = this.#lengthOf(header, view);
    if (bytes === undefined) return this.#wait(FREE_FORMAT_WINDOW);
    if (bytes === 0) return this.#lose();
    if (view.length < bytes) {
      this.#truncated = true;
      return this.#wait(bytes);
    }
    const data = this.#bytes.take(bytes);
    this.#lastHeader = header;
    if (isInfoFrame(header, data)) return { kind: "tag", data };
    this.#frames += 1;
    this.#ticks += ticksOf(header);
    return { kind: "frame", data, header: { ...header, bytes } };
  }

  #lengthOf(header: FrameHeader, view: Buffer): number | undefined {
    if (header.bitrate > 0) return header.bytes;
    const known = this.#freeLength || freeFormatLength(view, header, this.#ended);
    if (known === undefined || known === 0) return known;
    this.#freeLength = known;
    return known + header.padding;
  }

  #waitForHeader(view: Buffer): Unit | undefined {
    this.#truncated = (view[1] ?? 0xff) >= 0xe0;
    return this.#wait(view.length + 1);
  }

  /** Waits for `need` bytes; after the end nothing comes, and what is left is garbage. */
  #wait(need: number): Unit | undefined {
    if (this.#ended) return { kind: "garbage", data: this.#bytes.take(this.#bytes.length) };
    this.#need = need;
    return undefined;
  }

  #lose(): Unit | undefined {
    this.#lost = true;
    this.#freeLength = 0;
    return this.#search();
  }

  /** Looks for a frame in garbage. */
  #search(): Unit | undefined {
    const view = this.#bytes.view;
    let at = view.indexOf(0xff);
    let found: boolean | undefined = false;
    while (at >= 0) {
      found = this.#confirmed(view.subarray(at));
      if (found !== false) break;
      at = view.indexOf(0xff, at + 1);
    }
    if (at !== 0) return { kind: "garbage", data: this.#bytes.take(at < 0 ? view.length : at) };
    if (found === undefined) return this.#wait(view.length + 1);
    this.#lost = false;
    return this.#read();
  }

  /** Whether `data` starts with a frame that what follows confirms; undefined while that cannot be known. */
  #confirmed(data: Buffer): boolean | undefined {
    const unknown = this.#ended ? false : undefined;
    if (data.length < HEADER_BYTES) return unknown;
    const first = parseFrameHeader(data);
    if (first === undefined) return false;
    const freeLength = first.bitrate === 0 ? freeFormatLength(data, first, this.#ended) : 0;
    if (freeLength === undefined) return undefined;
    if (first.bitrate === 0 && freeLength === 0) return false;

    const familiar = this.#lastHeader === undefined || sameStream(first, this.#lastHeader);
    let header = first;
    let at = 0;
    for (let wanted = familiar ? 1 : FOREIGN_CONFIRMATIONS; wanted > 0; wanted--) {
      at += header.bytes || freeLength + header.padding;
      if (this.#ended && at === data.length) return true;
      if (at + HEADER_BYTES > data.length) return unknown;
      if (startsTag(data, at)) return true;
      const next = parseFrameHeader(data, at);
      if (next === undefined || !sameStream(next, first)) return false;
      header = next;
    }
    return true;
  }
}

function countZeros(view: Buffer): number {
  const end = view.findIndex((byte) => byte !== 0);
  return end < 0 ? view.length : end;
}
