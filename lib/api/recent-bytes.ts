/** The end of a stream, kept in a fixed amount of memory. */

/** Remembers the last `capacity` bytes that were pushed. */
export class RecentBytes {
  #ring?: Buffer;
  #at = 0;
  #length = 0;

  constructor(private readonly capacity: number) {}

  /** How many bytes are remembered. */
  get length(): number {
    return this.#length;
  }

  /** Takes the next bytes, in order. */
  push(piece: Buffer): void {
    const { capacity } = this;
    const ring = (this.#ring ??= Buffer.allocUnsafe(capacity));
    const kept = piece.length > capacity ? piece.subarray(piece.length - capacity) : piece;
    const first = kept.copy(ring, this.#at);
    if (first < kept.length) kept.copy(ring, 0, first);
    this.#at = (this.#at + kept.length) % capacity;
    this.#length = Math.min(this.#length + kept.length, capacity);
  }

  /** The last `count` bytes, at most `length`; a copy. */
  last(count = this.#length): Buffer {
    const ring = this.#ring ?? Buffer.alloc(0);
    const from = this.#at - Math.min(count, this.#length);
    if (from >= 0) return Buffer.from(ring.subarray(from, this.#at));
    return Buffer.concat([ring.subarray(from), ring.subarray(0, this.#at)]);
  }
}
