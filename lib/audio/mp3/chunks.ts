/** Groups the frames of an mp3 stream into chunks. */
import { PieceQueue, ByteQueue } from "./bytes";
import { Mp3Evidence, MP3_SEARCH_BYTES } from "./evidence";
import { ticksOf, TICKS_PER_MS, type FrameHeader } from "./frame";
import { FrameScanner, type UnitListener } from "./scanner";

/** Bytes that are not audio and stay with their frame; more than that is sent without it. */
const GLUE_LIMIT = MP3_SEARCH_BYTES;
const HEAD_LIMIT = 64 * 1024;

/** Whole mp3 frames, as they go into one message. */
export interface Chunk {
  data: Buffer;
  /** How long this chunk plays, in milliseconds. */
  audioMs: number;
  /** On the last chunk the whole stream's figures, on the others undefined. */
  last?: StreamTotals;
}

/** The figures of a whole stream. */
interface StreamTotals {
  /** All bytes, tags and garbage included. */
  bytes: number;
  /** How long all audio frames play, in milliseconds. */
  audioMs: number;
  /** Number of audio frames. */
  frames: number;
  /** Whether the stream stopped inside a frame: it certainly ended early. */
  truncated: boolean;
}

/** How `chunks` groups frames. */
export interface ChunkOptions {
  /**
   * 0: a chunk for every arrival that completes a frame that may go. Otherwise a chunk, the first one too, as soon as
   * it has at least this many bytes of whole frames; the chunks are then the same however the network cuts the stream.
   */
  chunkBytes: number;
  /**
   * A chunk plays at most this long (but has at least one frame), however much arrives at the same time. For realtime
   * pacing: a listener's buffer must hold `leadMs` plus one chunk. Left out: no limit.
   */
  maxChunkMs?: number;
}

/** The stream was not mp3, see `Mp3Evidence`. */
export class NoAudioError extends Error {
  override readonly name = "NoAudioError";
  readonly code = "NO_AUDIO";
  // Private, so that no log or debug sidebar prints what a server answered.
  readonly #head: Buffer;

  /** `head`: the first bytes of the stream. */
  constructor(head: Buffer) {
    super("The stream is no mp3");
    this.#head = head;
  }

  /** The first bytes of the stream, at most 64 kB: an error page can be recognised in them. */
  get head(): Buffer {
    return this.#head;
  }
}

/**
 * Groups an mp3 stream (API reference D.4) into chunks of whole frames while it arrives. All chunks together are
 * exactly the bytes of `source`; each begins at an audio frame, except that what stands before the first frame is in
 * the first chunk. What stands between frames goes with the frame before it.
 *
 * One frame is always held back, so that the last chunk is known to be the last and carries audio, and whatever
 * trails the last frame. Two exceptions keep memory bounded: a leading tag above 1 MiB is sent in pieces (chunks with
 * `audioMs` 0) and, when more than 1 MiB that is not audio follows a frame, the frame does not wait for the end of it.
 *
 * `source` is read only when the next chunk is asked for, and closed when the consumer stops early. Its pieces must not
 * change until then; the chunks are copies of their own.
 *
 * @throws {NoAudioError} when the source is not mp3 (see `Mp3Evidence`): it ends without an audio frame, or begins with
 *   more than 1 MiB of garbage
 * @throws what the source throws, after the frames gathered so far have left as a chunk; the held frame is dropped
 */
export async function* chunks(
  source: AsyncIterable<Uint8Array>,
  options: ChunkOptions,
): AsyncGenerator<Chunk> {
  const gatherer = new Gatherer(options);
  try {
    for await (const piece of source) {
      for (const chunk of gatherer.push(piece)) yield chunk;
    }
  } catch (error) {
    for (const chunk of gatherer.flush()) yield chunk;
    throw error;
  }
  for (const chunk of gatherer.end()) yield chunk;
}

class Gatherer {
  readonly #chunkBytes: number;
  readonly #maxTicks: number;
  readonly #evidence = new Mp3Evidence();
  readonly #scanner: FrameScanner;
  /** What an error could be recognised in; empty once this is known to be audio. */
  #head = new ByteQueue();
  /** The open chunk's bytes and behind them those held back. */
  readonly #bytes = new PieceQueue();
  #open = { bytes: 0, ticks: 0 };
  #held = { bytes: 0, ticks: 0 };
  #closed: Chunk[] = [];
  #total = 0;

  constructor(options: ChunkOptions) {
    this.#chunkBytes = options.chunkBytes;
    this.#maxTicks = (options.maxChunkMs ?? Infinity) * TICKS_PER_MS;
    this.#scanner = new FrameScanner((kind, bytes, header) => {
      this.#evidence.add(kind, bytes, header);
      this.#add(kind, bytes, header);
    });
  }

  push(piece: Uint8Array): Chunk[] {
    this.#total += piece.length;
    this.#bytes.push(piece);
    if (!this.#evidence.found) this.#head.push(piece.subarray(0, HEAD_LIMIT - this.#head.length));
    this.#scanner.push(piece);
    if (this.#head.length > 0 && this.#evidence.found) this.#head = new ByteQueue();
    if (this.#evidence.garbage > MP3_SEARCH_BYTES && !this.#evidence.found) throw this.#noAudio();
    if (this.#chunkBytes === 0) this.#close();
    return this.#takeClosed();
  }

  flush(): Chunk[] {
    this.#close();
    return this.#takeClosed();
  }

  end(): Chunk[] {
    this.#scanner.end();
    const { frames, audioMs, truncated } = this.#scanner;
    if (!this.#evidence.end(truncated)) throw this.#noAudio();
    this.#release();
    this.#close({ bytes: this.#total, audioMs, frames, truncated });
    return this.#closed;
  }

  readonly #add: UnitListener = (_kind, bytes: number, header: FrameHeader | undefined) => {
    const ticks = header ? ticksOf(header) : 0;
    if (ticks > 0 && this.#held.ticks > 0) this.#letGo();
    if (ticks === 0 && this.#held.bytes + bytes > GLUE_LIMIT) this.#letGo();
    this.#held.bytes += bytes;
    this.#held.ticks += ticks;
  };

  #letGo(): void {
    this.#release();
    if (this.#chunkBytes > 0 && this.#open.bytes >= this.#chunkBytes) this.#close();
  }

  /** Moves what is held into the open chunk, which closes first where it would play too long. */
  #release(): void {
    if (this.#open.ticks + this.#held.ticks > this.#maxTicks) this.#close();
    this.#open.bytes += this.#held.bytes;
    this.#open.ticks += this.#held.ticks;
    this.#held = { bytes: 0, ticks: 0 };
  }

  #close(last?: StreamTotals): void {
    if (this.#open.bytes === 0) return;
    const data = this.#bytes.take(this.#open.bytes);
    this.#closed.push({ data, audioMs: this.#open.ticks / TICKS_PER_MS, last });
    this.#open = { bytes: 0, ticks: 0 };
  }

  /** Closed chunks are sent once the stream is known to be mp3; an enormous leading tag is sent before. */
  #takeClosed(): Chunk[] {
    if (this.#closed.length === 0 || !(this.#evidence.found || this.#scanner.frames === 0)) return NONE;
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  #noAudio(): NoAudioError {
    return new NoAudioError(this.#head.view);
  }
}

const NONE: Chunk[] = [];
