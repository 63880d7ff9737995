/** How long audio plays, measured while it passes by. */
import { FrameMeter } from "./mp3/meter";

/** The slowest audio that is plausible, in bytes a millisecond: 16 kbit/s. */
const SLOWEST = 2;

/** Where a WAV names its bytes a second, counted from the beginning of its `fmt ` chunk. */
const BYTE_RATE_AT = 16;

/** How much of a WAV's beginning is searched for its format. */
const HEAD_BYTES = 4096;

/** Measures audio of one media type. mp3 and WAV are measured; of other kinds only an upper bound is known. */
export class LengthMeter {
  private readonly mp3 = new FrameMeter();
  private bytes = 0;
  private head = Buffer.alloc(0);

  /** @param type media type */
  constructor(private readonly type: string) {}

  /** Takes the next bytes, cut anywhere. */
  push(data: Buffer): void {
    this.bytes += data.length;
    if (this.type === "audio/mpeg") this.mp3.push(data);
    else if (this.head.length < HEAD_BYTES)
      this.head = Buffer.concat([this.head, data.subarray(0, HEAD_BYTES)]);
  }

  /** How many bytes have passed. */
  get size(): number {
    return this.bytes;
  }

  /** How long it plays, in ms; undefined if its format does not tell. */
  get audioMs(): number | undefined {
    if (this.type === "audio/mpeg") return this.mp3.audioMs;
    const at = this.type === "audio/wav" ? this.head.indexOf("fmt ", 0, "latin1") : -1;
    if (at < 0 || at + BYTE_RATE_AT + 4 > this.head.length) return undefined;
    const rate = this.head.readUInt32LE(at + BYTE_RATE_AT);
    return rate === 0 ? undefined : (this.bytes / rate) * 1000;
  }

  /** The longest that it may play, in ms. */
  get atMostMs(): number {
    return this.audioMs ?? this.bytes / SLOWEST;
  }
}
