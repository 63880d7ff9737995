/** A speaker as docs/guides/esp32.md describes it, played through once more from the times at which its chunks arrived. */
import { MPEGDecoder } from "mpg123-decoder";

/** A chunk on the topic below `…/audio/`, and when it arrived, in ms. */
export interface Arrival {
  readonly at: number;
  readonly place: string;
  readonly payload: Buffer;
}

/** What the device did. */
export interface Playback {
  /** Samples that its loudspeaker got. */
  readonly samples: number;
  /** Most bytes that waited in its buffer. */
  readonly fullest: number;
  /** Times at which the loudspeaker had nothing to play in the middle of the speech, in ms from the first chunk. */
  readonly underruns: readonly number[];
  /** Numbers of the chunks that did not arrive. */
  readonly missing: readonly number[];
  /** It was told that the rest will not come. */
  readonly cut: boolean;
}

/** Sizes and times of the sketch. */
const START_BYTES = 1024;
const START_MS = 100;
const BLOCK_BYTES = 128;
/** Samples that the I2S driver holds: 85 ms at 24 kHz. */
const DRIVER_SAMPLES = 2048;
const TICK_MS = 1;

/**
 * Plays one speech: what has arrived waits in a buffer of `bufferBytes`, the decoder takes blocks of it while the driver
 * has room, and the loudspeaker takes samples at their rate.
 * @throws Error when a chunk does not fit into the buffer
 */
export async function playOnDevice(arrivals: readonly Arrival[], bufferBytes: number): Promise<Playback> {
  const decoder = new MPEGDecoder({ enableGapless: false });
  await decoder.ready;
  const device = new Device(decoder, bufferBytes);
  const first = arrivals[0]?.at ?? 0;
  const waiting = [...arrivals];
  for (let now = first; !device.done; now += TICK_MS) {
    while (waiting[0] !== undefined && waiting[0].at <= now) device.take(waiting.shift() as Arrival);
    device.tick(now - first);
    if (waiting.length === 0 && !device.complete) break;
  }
  decoder.free();
  return device;
}

class Device implements Playback {
  samples = 0;
  fullest = 0;
  readonly underruns: number[] = [];
  readonly missing: number[] = [];
  cut = false;
  /** The last chunk has arrived. */
  complete = false;
  private buffer = Buffer.alloc(0);
  private next = 0;
  private playing = false;
  private driver = 0;
  private due = 0;
  private rate = 24_000;

  constructor(
    private readonly decoder: MPEGDecoder,
    private readonly bufferBytes: number,
  ) {}

  get done(): boolean {
    return this.complete && this.playing && this.buffer.length === 0 && this.driver <= 0;
  }

  take({ place, payload }: Arrival): void {
    const [, index, end] = place.split("/");
    if (index === "cut") {
      this.cut = true;
      this.complete = true;
      this.playing = true;
      this.buffer = Buffer.alloc(0);
      return;
    }
    if (Number(index) < this.next) return;
    for (; this.next < Number(index); this.next += 1) this.missing.push(this.next);
    this.next += 1;
    if (this.buffer.length + payload.length > this.bufferBytes)
      throw new Error(`chunk ${index ?? ""} does not fit: ${this.buffer.length} bytes wait`);
    this.buffer = Buffer.concat([this.buffer, payload]);
    this.fullest = Math.max(this.fullest, this.buffer.length);
    this.complete = end === "last";
  }

  tick(sinceFirst: number): void {
    this.playing ||= this.buffer.length >= START_BYTES || sinceFirst >= START_MS || this.complete;
    if (!this.playing) return;
    while (this.driver < DRIVER_SAMPLES && this.buffer.length > 0) this.decode();
    this.due += (this.rate * TICK_MS) / 1000;
    const played = Math.min(Math.floor(this.due), this.driver);
    this.samples += played;
    this.driver -= played;
    if (this.due - played >= 1 && !this.complete) this.underruns.push(sinceFirst);
    this.due %= 1;
  }

  private decode(): void {
    const block = this.buffer.subarray(0, BLOCK_BYTES);
    this.buffer = this.buffer.subarray(block.length);
    const { samplesDecoded, sampleRate } = this.decoder.decode(Uint8Array.from(block));
    this.driver += samplesDecoded;
    if (samplesDecoded > 0) this.rate = sampleRate;
  }
}
