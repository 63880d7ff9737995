/** Bytes waiting in a row. */

/** Most rows hold the beginning of a frame, and each speech has several of them. */
const BLOCK = 2 * 1024;

/**
 * Bytes waiting in a row: appended at the end, taken from the front.
 *
 * Every byte is copied in once and what is taken is a view that is never written again, so callers may keep it and
 * senders may reuse their buffers. Appending single bytes is as cheap per byte as appending blocks.
 */
export class ByteQueue {
  #block = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** The waiting bytes as a view; it stays valid, later appends are not in it. */
  get view(): Buffer {
    return this.#block.subarray(this.#start, this.#end);
  }

  /** Appends a copy of `data`. */
  push(data: Uint8Array): void {
    if (this.#end + data.length > this.#block.length) this.#grow(data.length);
    this.#block.set(data, this.#end);
    this.#end += data.length;
  }

  /** Removes the first `count` bytes (at most `length`) and returns them. */
  take(count: number): Buffer {
    const taken = this.#block.subarray(this.#start, Math.min(this.#start + count, this.#end));
    this.#start += taken.length;
    return taken;
  }

  #grow(more: number): void {
    // Twice what waits: a row that only grows is copied a bounded number of times.
    const block = Buffer.allocUnsafeSlow(Math.max(BLOCK, 2 * this.length + more));
    block.set(this.view);
    this.#end -= this.#start;
    this.#start = 0;
    this.#block = block;
  }
}

/** Pieces below this many bytes are copied together, so that audio in small writes is no list of thousands. */
const SMALL = 2048;

/** So many small pieces are copied into one block. */
const SMALL_BLOCK = 8 * 1024;

/** The part of some memory that waits. */
interface Stretch {
  readonly memory: Buffer;
  start: number;
  end: number;
  /** How far it may grow: up to the end of a block of ours; not at all in foreign memory or when other data follows. */
  limit: number;
}

/**
 * Pieces waiting in a row. Large ones are kept as they came, without a copy, so their owner must not change them; what is
 * taken is a copy of its own.
 */
export class PieceQueue {
  readonly #stretches: Stretch[] = [];

  /** Appends a piece. */
  push(data: Uint8Array): void {
    const { length } = data;
    if (length === 0) return;
    let last = this.#stretches[this.#stretches.length - 1];
    if (length >= SMALL) {
      const memory = Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, length);
      if (last) last.limit = last.end;
      this.#stretches.push({ memory, start: 0, end: length, limit: length });
      return;
    }
    if (last === undefined || last.end + length > last.limit) {
      if (last) last.limit = last.end;
      last = { memory: Buffer.allocUnsafeSlow(SMALL_BLOCK), start: 0, end: 0, limit: SMALL_BLOCK };
      this.#stretches.push(last);
    }
    last.memory.set(data, last.end);
    last.end += length;
  }

  /** Removes the first `count` bytes, which must be there, and returns a copy of them. */
  take(count: number): Buffer {
    // From the common pool, what a flow keeps of one speech would keep pieces of others.
    const all = count < SMALL ? Buffer.allocUnsafe(count) : Buffer.allocUnsafeSlow(count);
    let filled = 0;
    let used = 0;
    for (const stretch of this.#stretches) {
      if (filled === count) break;
      const { memory, start } = stretch;
      const end = Math.min(stretch.end, start + count - filled);
      memory.copy(all, filled, start, end);
      filled += end - start;
      stretch.start = end;
      if (end === stretch.limit) used += 1;
    }
    this.#forget(used);
    return all;
  }

  /** Full stretches that are used up go; a block of ours that is not full is used again. */
  #forget(used: number): void {
    if (used > 0) this.#stretches.splice(0, used);
    const [only] = this.#stretches;
    if (this.#stretches.length !== 1 || only === undefined || only.start < only.end) return;
    only.start = 0;
    only.end = 0;
  }
}
