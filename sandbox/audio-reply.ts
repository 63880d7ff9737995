/** Streams audio as a reply, with the faults that concern audio. */
import type { FastifyReply } from "fastify";
import type { Fault } from "./faults";
import type { Entry } from "./log";

/** Resolves when the connection of a reply is closed or the reply is complete. */
export const closed = (reply: FastifyReply): Promise<void> =>
  new Promise((resolve) => {
    if (reply.raw.closed) resolve();
    else reply.raw.once("close", resolve);
  });

function corrupted(bytes: Buffer, offset: number, corrupt: NonNullable<Fault["corrupt"]>): Buffer {
  const from = corrupt.at - offset;
  if (from >= bytes.length || from + corrupt.bytes.length <= 0) return bytes;
  const copy = Buffer.from(bytes);
  corrupt.bytes.copy(copy, Math.max(0, from), Math.max(0, -from));
  return copy;
}

function* sliced(bytes: Buffer, step: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

class AudioWriter {
  #sent = 0;
  readonly #limit: number;

  constructor(
    private readonly reply: FastifyReply,
    private readonly entry: Entry,
    private readonly fault: Fault,
    private readonly gone: Promise<void>,
  ) {
    this.#limit = Math.min(
      fault.cutAfter ?? Infinity,
      fault.endAfter ?? Infinity,
      fault.stallAfter ?? Infinity,
    );
  }

  /** Writes bytes up to the fault's limit; false when nothing more is to be written. */
  async write(bytes: Buffer): Promise<boolean> {
    const sound = this.fault.corrupt ? corrupted(bytes, this.#sent, this.fault.corrupt) : bytes;
    const allowed = sound.subarray(0, this.#limit - this.#sent);
    for (const slice of sliced(allowed, this.fault.sliceBytes ?? Infinity)) {
      await this.#send(slice);
      if (this.reply.raw.destroyed) return false;
    }
    return this.#sent < this.#limit;
  }

  /** Ends the reply as the fault requires. */
  async end(): Promise<void> {
    const { raw } = this.reply;
    const limited = this.#sent >= this.#limit;
    if (limited && this.fault.cutAfter === this.#limit) {
      this.entry.cutHere = true;
      raw.socket?.destroy();
    } else if (limited && this.fault.stallAfter === this.#limit) {
      await this.gone;
    } else {
      if (limited && raw.hasHeader("content-length")) {
        this.entry.cutHere = true;
        raw.socket?.end();
      }
      raw.end();
    }
  }

  async #send(slice: Buffer): Promise<void> {
    this.#sent += slice.length;
    this.entry.count(slice.length);
    const flushed = new Promise<void>((resolve) => this.reply.raw.write(slice, () => resolve()));
    await Promise.race([flushed, this.gone]);
  }
}

/** Streams audio as it arrives, with the faults that concern audio. The reply's headers must be set on `reply.raw`. */
export async function streamAudio(
  reply: FastifyReply,
  source: AsyncIterable<Buffer>,
  fault: Fault = {},
): Promise<void> {
  const { raw } = reply;
  const { entry } = reply.request;
  reply.hijack();
  // Not flushHeaders: that would write the headers as UTF-8, while header text is one character a byte.
  raw.write(Buffer.alloc(0));
  entry.begin(raw.statusCode);
  if (entry.method === "HEAD") {
    raw.end();
    return;
  }
  const writer = new AudioWriter(reply, entry, fault, closed(reply));
  if (await writer.write(Buffer.alloc(0))) {
    for await (const bytes of source) if (!(await writer.write(bytes))) break;
  }
  if (!raw.destroyed) await writer.end();
}
