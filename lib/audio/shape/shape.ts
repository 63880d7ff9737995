/** Silence around a speech and its loudness, changed while the mp3 passes by. */
import { Mp3Decoder } from "../decode/mp3-decoder";
import { sniff } from "../media";
import { isInfoFrame, parseFrameHeader, TICKS_PER_MS, ticksOf } from "../mp3/frame";
import { FrameSplitter, type Unit } from "../mp3/frames";
import { changeGain, GAIN_STEP_DB, gainSteps } from "./gain";
import { Headroom } from "./headroom";
import { silentFrames, type FrameTemplate } from "./silence";

/** How a speech is changed; what is left out or 0 changes nothing. */
export interface Shape {
  /** Silence before the first frame and behind the last one, in milliseconds; rounded up to whole frames. */
  readonly silenceMs?: number;
  readonly silenceAfterMs?: number;
  /** Decibels; rounded to steps of 1.5. Louder is less where the speech would clip. */
  readonly gain?: number;
  /** A quiet hum in place of the silence. */
  readonly tone?: boolean;
}

/** What has been changed, as far as the speech has come. */
export interface ShapeFacts {
  /** How long the silence plays that was put before the speech, in milliseconds. */
  readonly silenceMs: number;
  /** The gain at the end, in decibels, and whether it is less than was asked for. */
  readonly gain: number;
  readonly gainCapped: boolean;
  /** How many bytes of the speech itself are in the first `shapedBytes` of what it has become. */
  sourceBytes(shapedBytes: number): number;
}

/** A speech that is being changed. */
export interface Shaped {
  readonly audio: AsyncIterable<Buffer>;
  readonly facts: ShapeFacts;
}

type Frame = Extract<Unit, { kind: "frame" }>;

/** Whether a shape changes anything. */
const isShaping = ({ silenceMs = 0, silenceAfterMs = 0, gain = 0 }: Shape): boolean =>
  silenceMs > 0 || silenceAfterMs > 0 || gainSteps(gain) !== 0;

/**
 * Changes an mp3 on its way: whole frames in, whole frames out, as they come; nothing is decoded to be encoded again. A
 * table of contents (Xing, Info, VBRI) is removed if silence is added, because it would give a wrong length. What
 * follows the last frame (tags) stays the last. Audio of another kind passes unchanged.
 *
 * Louder speech comes two frames later, since the frames that follow show how loud a frame is.
 * @throws what the source throws
 */
export function shapeAudio(source: AsyncIterable<Buffer>, shape: Shape): Shaped {
  const shaper = new Shaper(shape);
  return { audio: isShaping(shape) ? shaped(source, shaper) : source, facts: shaper };
}

async function* shaped(source: AsyncIterable<Buffer>, shaper: Shaper): AsyncGenerator<Buffer> {
  // Silence in front of something else would make it look like an mp3.
  const { type, audio } = await sniff(source);
  if (type !== "audio/mpeg") {
    yield* audio;
    return;
  }
  try {
    await shaper.open();
    for await (const piece of audio) {
      const out = await shaper.push(piece);
      if (out.length > 0) yield out;
    }
    const rest = await shaper.end();
    if (rest.length > 0) yield rest;
  } finally {
    shaper.close();
  }
}

/** Tags behind a frame wait for the frame that follows them; more than this is sent without waiting. */
const MOST_WAITING = 1024 * 1024;

class Shaper implements ShapeFacts {
  silenceMs = 0;
  gainCapped = false;
  /** How many bytes of silence are before the speech, and how many of the speech were left out. */
  #silentBytes = 0;
  #omittedBytes = 0;
  #bytes = 0;
  readonly #shape: Shape;
  readonly #splitter = new FrameSplitter();
  #steps: number;
  #headroom: Headroom | undefined;
  #last: FrameTemplate | undefined;
  #behind: Buffer[] = [];
  #behindBytes = 0;
  #out: Buffer[] = [];

  constructor(shape: Shape) {
    this.#shape = shape;
    this.#steps = gainSteps(shape.gain ?? 0);
  }

  get gain(): number {
    return Math.round(this.#steps * GAIN_STEP_DB * 100) / 100;
  }

  /** Louder needs to know how loud it is. */
  async open(): Promise<void> {
    if (this.#steps > 0) this.#headroom = new Headroom(await Mp3Decoder.create());
  }

  close(): void {
    this.#headroom?.close();
  }

  sourceBytes(shapedBytes: number): number {
    // Audio that is not shaped never comes by.
    if (this.#bytes === 0) return shapedBytes;
    if (shapedBytes <= this.#silentBytes) return 0;
    const behindSilence = shapedBytes - this.#silentBytes + this.#omittedBytes;
    return Math.min(behindSilence, this.#bytes);
  }

  async push(piece: Buffer): Promise<Buffer> {
    this.#bytes += piece.length;
    return this.#shapeAll(this.#splitter.push(piece));
  }

  async end(): Promise<Buffer> {
    await this.#shapeAll(this.#splitter.end(), true);
    if (this.#last) this.#out.push(this.#silence(this.#last, this.#shape.silenceAfterMs).data);
    this.#flush();
    return this.#takeOut();
  }

  async #shapeAll(units: readonly Unit[], ended = false): Promise<Buffer> {
    const headroom = this.#headroom;
    const known = headroom
      ? await headroom.measure(units, ended)
      : units.map((unit) => ({ unit, steps: Infinity }));
    for (const { unit, steps } of known) {
      if (unit.kind === "frame") this.#frame(unit, steps);
      else this.#other(unit.data);
    }
    return ended ? EMPTY : this.#takeOut();
  }

  #frame(frame: Frame, mostSteps: number): void {
    if (this.#last) this.#flush();
    else this.#begin(frame);
    this.#last = frame;
    if (mostSteps < this.#steps) {
      // Once lowered it stays so: a loudness that goes up and down is worse than one that is a little less.
      this.#steps = Math.max(0, mostSteps);
      this.gainCapped = true;
    }
    if (!changeGain(frame.data, frame.header, this.#steps)) this.gainCapped = true;
    this.#out.push(frame.data);
  }

  #begin(frame: Frame): void {
    this.#flush();
    const { data, ms } = this.#silence(frame, this.#shape.silenceMs);
    this.silenceMs = ms;
    this.#silentBytes = data.length;
    this.#out.push(data);
  }

  #silence(template: FrameTemplate, ms = 0): { data: Buffer; ms: number } {
    const data = silentFrames(template, ms, this.#shape.tone);
    const { header } = template;
    const frames = data.length / (header.bytes - header.padding);
    return { data, ms: (frames * ticksOf(header)) / TICKS_PER_MS };
  }

  /** A tag, a table of contents or garbage. */
  #other(data: Buffer): void {
    const { silenceMs = 0, silenceAfterMs = 0 } = this.#shape;
    if (silenceMs + silenceAfterMs > 0 && isInfo(data)) {
      this.#omittedBytes += data.length;
      return;
    }
    this.#behind.push(data);
    this.#behindBytes += data.length;
    if (this.#behindBytes > MOST_WAITING) this.#flush();
  }

  #flush(): void {
    this.#out.push(...this.#behind);
    this.#behind = [];
    this.#behindBytes = 0;
  }

  #takeOut(): Buffer {
    const out = this.#out;
    this.#out = [];
    return Buffer.concat(out);
  }
}

const EMPTY = Buffer.alloc(0);

function isInfo(data: Buffer): boolean {
  const header = parseFrameHeader(data);
  return header !== undefined && isInfoFrame(header, data);
}
