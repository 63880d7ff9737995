/** Audio that grows in a file and is read by many, each at its own speed, while it grows and after. */
import { open, rm, type FileHandle } from "node:fs/promises";

/** How much a reader takes at once, in bytes. */
const READ_BYTES = 64 * 1024;

/** A speech in a temporary file. Memory holds nothing of it but what is being written and read right now. */
export class Spool {
  private written = 0;
  private finished = false;
  private broken: Error | undefined;
  private retired = false;
  private readers = 0;
  private removal: Promise<void> | undefined;
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Makes the file, which must not be there yet; only this user may read it. */
  static async create(path: string): Promise<Spool> {
    return new Spool(path, await open(path, "wx+", 0o600));
  }

  /** How many bytes may be read so far. */
  get bytes(): number {
    return this.written;
  }

  /** Whether nothing will be added. */
  get complete(): boolean {
    return this.finished;
  }

  /** Whether it can still be read. */
  get usable(): boolean {
    return this.broken === undefined && !this.retired;
  }

  /** Adds bytes; resolves when they may be read. One call at a time. */
  async append(data: Buffer): Promise<void> {
    this.throwIfBroken();
    for (let at = 0; at < data.length;) {
      const { bytesWritten } = await this.file.write(data, at, data.length - at, this.written);
      at += bytesWritten;
      this.written += bytesWritten;
    }
    this.wake();
  }

  /** Says that it is whole. */
  finish(): void {
    this.finished = true;
    this.wake();
  }

  /**
   * The bytes from `from` up to but not including `to`, as they come. Every reader gets all of them, whenever it begins.
   * @throws the reason of `destroy`, or the signal's
   */
  async *read(from: number, to: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    this.readers += 1;
    try {
      for (let at = from; at < to;) {
        signal.throwIfAborted();
        this.throwIfBroken();
        const ready = Math.min(to, this.written) - at;
        if (ready <= 0 && this.finished) return;
        if (ready <= 0) await this.growth(signal);
        else {
          const size = Math.min(ready, READ_BYTES);
          const { buffer, bytesRead } = await this.file.read(Buffer.allocUnsafe(size), 0, size, at);
          if (bytesRead === 0) throw new Error("The file has become shorter");
          at += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      }
    } finally {
      this.readers -= 1;
      if (this.readers === 0 && (this.retired || this.broken)) await this.remove();
    }
  }

  /** Removes the file as soon as those who read it now have come to the end. */
  async retire(): Promise<void> {
    this.retired = true;
    if (this.readers === 0) await this.remove();
  }

  /** Ends all reading with an error and removes the file. */
  async destroy(reason: Error): Promise<void> {
    this.broken ??= reason;
    this.wake();
    if (this.readers === 0) await this.remove();
  }

  private remove(): Promise<void> {
    return (this.removal ??= this.file
      .close()
      .catch(() => undefined)
      .then(() => rm(this.path, { force: true })));
  }

  private growth(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.waiting.delete(go);
        signal.removeEventListener("abort", go);
        resolve();
      };
      this.waiting.add(go);
      signal.addEventListener("abort", go);
    });
  }

  private wake(): void {
    for (const go of [...this.waiting]) go();
  }

  private throwIfBroken(): void {
    if (this.broken) throw this.broken;
  }
}
