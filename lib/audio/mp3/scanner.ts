/** Finds the frames of an mp3 stream in place, over the pieces as they come. */
import { ByteQueue } from "./bytes";
import {
  HEADER_BYTES,
  INFO_BYTES,
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
 * Told about each part of the stream in order; the lengths add up to the bytes pushed. `header` comes with frames only,
 * one call for each whole frame; a tag or garbage may come in several parts.
 */
export type UnitListener = (
  kind: "frame" | "tag" | "garbage",
  bytes: number,
  header: FrameHeader | undefined,
) => void;

/** How many headers in a row must follow a sync in garbage that does not look like the stream so far. */
const FOREIGN_CONFIRMATIONS = 3;

/** Bytes kept while frames are searched for in garbage that arrives in small pieces. */
const SEARCH_BYTES = 4096;

/** The unit whose end has not come yet, though all that has to be known about it is known. */
interface Passing {
  readonly header: FrameHeader | undefined;
  readonly info: boolean;
  readonly bytes: number;
  left: number;
}

/**
 * Finds the units of an mp3 stream (API reference D.4: the body of a streaming reply), cut anywhere by the network.
 * Which frames are found does not depend on the cuts.
 *
 * After the start, a frame or a tag a frame header is trusted, and its frame is reported as soon as its last byte has
 * arrived. In garbage a header counts only when the next one fits it (version, layer, sample rate), and three of them
 * where it does not fit the stream so far. The first free format frame waits until its length is known (about 6 kB).
 *
 * Never throws, and keeps no audio: only the beginning of a unit is copied where a piece ends inside it, and about 12
 * kB at most in garbage.
 */
export class FrameScanner {
  readonly #found: UnitListener;
  /** The beginning of a unit that is not certain yet. */
  readonly #kept = new ByteQueue();
  #need = 1;
  #passing: Passing | undefined;
  #ended = false;
  #lost = false;
  #padding = false;
  #freeLength = 0;
  #lastHeader: FrameHeader | undefined;
  #ticks = 0;
  #frames = 0;
  #truncated = false;

  constructor(found: UnitListener) {
    this.#found = found;
  }

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

  /** Takes the next bytes; they are not kept, so that their owner may change them afterwards. */
  push(data: Uint8Array): void {
    const piece = Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at < piece.length;) {
      if (this.#passing !== undefined) at += this.#pass(this.#passing, piece.length - at);
      else if (this.#kept.length > 0) at += this.#complete(piece, at);
      else {
        at = this.#scan(piece, at);
        // What is left over is the beginning of a unit; a unit that is known by now has used up the piece.
        if (at < piece.length) this.#kept.push(piece.subarray(at));
        return;
      }
    }
  }

  /** Says that the stream has ended. Push nothing afterwards. */
  end(): void {
    const cut = this.#passing;
    this.#passing = undefined;
    if (cut?.header) this.#found("garbage", cut.bytes - cut.left, undefined);
    this.#ended = true;
    this.#need = 1;
    this.#scan(this.#kept.view, 0);
  }

  /** Lets what belongs to the current unit go by; returns how many bytes that were. */
  #pass(unit: Passing, available: number): number {
    const passed = Math.min(unit.left, available);
    unit.left -= passed;
    if (unit.header === undefined) this.#found("tag", passed, undefined);
    if (unit.left > 0) return passed;
    this.#passing = undefined;
    if (unit.header) this.#tell(unit.header, unit.bytes, unit.info);
    return passed;
  }

  /** Appends as many bytes as the next step needs; returns how many were taken. */
  #complete(piece: Buffer, at: number): number {
    const wanted = Math.max(this.#need - this.#kept.length, this.#lost ? SEARCH_BYTES : 1);
    const more = piece.subarray(at, at + wanted);
    this.#kept.push(more);
    this.#kept.take(this.#scan(this.#kept.view, 0));
    return more.length;
  }

  /** Tells the units from `at` on; returns where the first one begins that is not certain yet. */
  #scan(data: Buffer, at: number): number {
    while (data.length - at >= this.#need) {
      this.#need = 1;
      this.#truncated = false;
      const bytes = this.#lost ? this.#search(data, at) : this.#read(data, at);
      if (bytes === 0) break;
      at += bytes;
    }
    return at;
  }

  /** Reads where a frame or a tag is expected. Returns how many bytes are done with; 0 says that more must come. */
  #read(data: Buffer, at: number): number {
    if (data[at] === 0xff) {
      this.#padding = false;
      if (data.length - at < HEADER_BYTES) return this.#waitForHeader(data, at);
      const header = parseFrameHeader(data, at);
      if (header !== undefined) return this.#frame(header, data, at);
    } else if (this.#padding && data[at] === 0) {
      const zeros = countZeros(data, at);
      this.#found("tag", zeros, undefined);
      return zeros;
    }
    const tag = tagLength(data, at);
    if (tag === "more") return this.#wait(data, at, data.length - at + 1);
    if (tag === undefined) return this.#lose(data, at);
    this.#padding = true;
    this.#passing = { header: undefined, info: false, bytes: tag, left: tag };
    return this.#pass(this.#passing, data.length - at);
  }

  #frame(header: FrameHeader, data: Buffer, at: number): number {
    const bytes = this.#lengthOf(header, data, at);
    if (bytes === undefined) return this.#wait(data, at, FREE_FORMAT_WINDOW);
    if (bytes === 0) return this.#lose(data, at);
    const available = data.length - at;
    if (available >= bytes) {
      this.#tell(header, bytes, isInfoFrame(header, data, at, bytes));
      return bytes;
    }
    this.#truncated = true;
    if (this.#ended || available < INFO_BYTES) return this.#wait(data, at, Math.min(bytes, INFO_BYTES));
    const info = isInfoFrame(header, data, at, bytes);
    this.#passing = { header, info, bytes, left: bytes - available };
    return available;
  }

  #tell(header: FrameHeader, bytes: number, info: boolean): void {
    this.#truncated = false;
    this.#lastHeader = header;
    if (info) {
      this.#found("tag", bytes, undefined);
      return;
    }
    this.#frames += 1;
    this.#ticks += ticksOf(header);
    this.#found("frame", bytes, header.bytes === bytes ? header : { ...header, bytes });
  }

  #lengthOf(header: FrameHeader, data: Buffer, at: number): number | undefined {
    if (header.bitrate > 0) return header.bytes;
    const known = this.#freeLength || freeFormatLength(data, at, header, this.#ended);
    if (known === undefined || known === 0) return known;
    this.#freeLength = known;
    return known + header.padding;
  }

  #waitForHeader(data: Buffer, at: number): number {
    this.#truncated = (data[at + 1] ?? 0xff) >= 0xe0;
    return this.#wait(data, at, data.length - at + 1);
  }

  /** Waits for `need` bytes; after the end nothing comes, and what is left is garbage. */
  #wait(data: Buffer, at: number, need: number): number {
    if (!this.#ended) {
      this.#need = need;
      return 0;
    }
    this.#found("garbage", data.length - at, undefined);
    return data.length - at;
  }

  #lose(data: Buffer, at: number): number {
    this.#lost = true;
    this.#freeLength = 0;
    return this.#search(data, at);
  }

  /** Looks for a frame in garbage. */
  #search(data: Buffer, from: number): number {
    let at = data.indexOf(0xff, from);
    let found: boolean | undefined;
    while (at >= 0) {
      found = this.#confirmed(data, at);
      if (found !== false) break;
      at = data.indexOf(0xff, at + 1);
    }
    if (at !== from) {
      const bytes = (at < 0 ? data.length : at) - from;
      this.#found("garbage", bytes, undefined);
      return bytes;
    }
    if (found === undefined) return this.#wait(data, from, data.length - from + 1);
    this.#lost = false;
    return this.#read(data, from);
  }

  /** Whether a frame at `from` is confirmed by what follows; undefined while that cannot be known. */
  #confirmed(data: Buffer, from: number): boolean | undefined {
    const unknown = this.#ended ? false : undefined;
    if (data.length - from < HEADER_BYTES) return unknown;
    const first = parseFrameHeader(data, from);
    if (first === undefined) return false;
    const freeLength = first.bitrate === 0 ? freeFormatLength(data, from, first, this.#ended) : 0;
    if (freeLength === undefined) return undefined;
    if (first.bitrate === 0 && freeLength === 0) return false;

    const familiar = this.#lastHeader === undefined || sameStream(first, this.#lastHeader);
    let header = first;
    let at = from;
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

function countZeros(data: Buffer, from: number): number {
  let at = from;
  while (data[at] === 0) at += 1;
  return at - from;
}
