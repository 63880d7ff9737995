const BLOCK = 16 * 1024;

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
