/** Audio that grows in a file and is read by many, each at its own speed, while it grows and after. */
import { rm, type FileHandle } from "node:fs/promises";
import { ignoreFailure } from "../../promises";
import { startTimer, type Timer } from "../../timers";
import { codeOf, writeAll } from "../files/write";
import type { ReportLeftover } from "../files/scratch";
import { SharedFile } from "./shared-file";

/** How much a reader takes at a time, in bytes. */
const READ_BYTES = 64 * 1024;

/** One who reads a spool. */
export interface SpoolReader {
  /** Aborts when the reader is cut off, or when the signal it began with aborts. */
  readonly signal: AbortSignal;
  /** The bytes as they come, to be iterated once. @throws the signal's reason, errors of the file system */
  readonly audio: AsyncGenerator<Buffer>;
}

interface Reading {
  readonly startedAt: number;
  readonly cut: AbortController;
  timer?: Timer;
}

/**
 * A speech in a temporary file. Memory holds nothing of it but what is being written and read at the moment, and the
 * file is open only while it is written and read: a complete one without readers holds no descriptor, and neither does
 * a reader that does not take what it was given.
 */
export class Spool {
  private written = 0;
  private claimed = 0;
  private finished = false;
  private broken: Error | undefined;
  private retired = false;
  private writing = true;
  private readonly readings = new Set<Reading>();
  private readonly waiting = new Set<() => void>();
  private removal: Promise<void> | undefined;
  private resolveRemoved: () => void = () => undefined;
  /** Resolves when its file is gone, or could not be removed. */
  readonly removed: Promise<void>;

  private constructor(
    private readonly path: string,
    private readonly file: SharedFile,
    private readonly handle: FileHandle,
    private readonly report: ReportLeftover,
  ) {
    this.removed = new Promise((resolve) => (this.resolveRemoved = resolve));
  }

  /**
   * Makes the file, which must not be there yet; only this user may read it.
   * @param report is called when the file could not be removed
   * @throws errors of the file system
   */
  static async create(path: string, report: ReportLeftover = () => undefined): Promise<Spool> {
    const { file, handle } = await SharedFile.create(path);
    return new Spool(path, file, handle, report);
  }

  /** How many bytes may be read so far. */
  get bytes(): number {
    return this.written;
  }

  /** How many bytes of the disk it has, those that are being written included. */
  get diskBytes(): number {
    return Math.max(this.claimed, this.written);
  }

  /** Whether nothing will be added. */
  get complete(): boolean {
    return this.finished;
  }

  /** Whether anybody reads it at the moment. */
  get isRead(): boolean {
    return this.readings.size > 0;
  }

  /** Whether a new reader may begin. */
  get usable(): boolean {
    return this.broken === undefined && !this.retired;
  }

  /**
   * Adds bytes; resolves when they may be read. One call at a time.
   * @throws errors of the file system, the reason of `destroy`
   */
  async append(data: Buffer): Promise<void> {
    this.throwIfBroken();
    this.claimed += data.length;
    await writeAll(this.handle, data, this.written, (bytes) => (this.written += bytes));
    this.wake();
  }

  /** Says that it is whole. */
  finish(): void {
    this.finished = true;
    this.wake();
    ignoreFailure(this.endWriting());
  }

  /** Makes sure that the file is still there and can be opened. @throws errors of the file system */
  async check(): Promise<void> {
    await this.file.use();
    await this.file.release();
  }

  /**
   * Begins to read the bytes from `from` up to but not including `to`. Every reader gets all of them, whenever it
   * begins, unless it is cut off.
   */
  read(from: number, to: number, gone: AbortSignal): SpoolReader {
    const reading: Reading = { startedAt: performance.now(), cut: new AbortController() };
    this.readings.add(reading);
    const signal = AbortSignal.any([gone, reading.cut.signal]);
    // A reader that is stuck does not reach the end of the generator.
    signal.addEventListener("abort", () => ignoreFailure(this.ended(reading)), { once: true });
    if (this.broken) reading.cut.abort(this.broken);
    if (signal.aborted) ignoreFailure(this.ended(reading));
    return { signal, audio: this.pieces(reading, from, to, signal) };
  }

  /**
   * Removes the file as soon as its readers have reached the end. Each of them has `listenMs` milliseconds for
   * that, counted from its beginning; then it is cut off.
   */
  async retire(listenMs: number): Promise<void> {
    this.retired = true;
    for (const reading of this.readings) {
      const left = reading.startedAt + listenMs - performance.now();
      const cut = (): void => reading.cut.abort(new Error("The audio is no longer there"));
      reading.timer = startTimer(Math.max(0, left), cut, { unref: true });
    }
    if (!this.isRead) await this.remove();
  }

  /** Cuts off all who read it, and removes the file; never rejects. */
  async destroy(reason: Error): Promise<void> {
    this.broken ??= reason;
    this.wake();
    for (const { cut } of [...this.readings]) cut.abort(this.broken);
    await this.remove();
  }

  private async *pieces(
    reading: Reading,
    from: number,
    to: number,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer> {
    try {
      for (let at = from; at < to;) {
        signal.throwIfAborted();
        const ready = Math.min(to, this.written) - at;
        if (ready <= 0 && this.finished) return;
        if (ready <= 0) await this.growth(signal);
        else {
          const piece = await this.piece(at, Math.min(ready, READ_BYTES));
          at += piece.length;
          yield piece;
        }
      }
    } finally {
      await this.ended(reading);
    }
  }

  private async piece(at: number, size: number): Promise<Buffer> {
    const file = await this.file.use();
    try {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, at);
      if (bytesRead === 0) throw new Error("The file has become shorter");
      return buffer.subarray(0, bytesRead);
    } finally {
      await this.file.release();
    }
  }

  private async ended(reading: Reading): Promise<void> {
    reading.timer?.cancel();
    this.readings.delete(reading);
    if (!this.isRead && this.retired) await this.remove();
  }

  /** Removes the file; never rejects. */
  private remove(): Promise<void> {
    return (this.removal ??= this.endWriting()
      .then(() => rm(this.path, { force: true }))
      .catch((error: unknown) => this.report(codeOf(error)))
      .then(() => this.resolveRemoved()));
  }

  private async endWriting(): Promise<void> {
    if (!this.writing) return;
    this.writing = false;
    await this.file.release();
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
