/** Audio that a flow hands in: a sequence of chunks, or one Buffer (message contract of the plan). */
import { mediaTypeOf, orAborted, wavHeader, type PcmFormat } from "../../audio";
import { Problem } from "../message/problem";
import type { Message, Parts } from "../message/sequence";

/** Ends a message, as Node-RED's `done`. */
type Done = (error?: Error) => void;

/** A message's place in a sequence of Buffers. */
export interface Place {
  readonly id: string;
  readonly index: number;
  readonly last: boolean;
}

/** A message that has come in, with the audio in it. */
export interface Arrived {
  readonly message: Message;
  readonly data: Buffer;
  readonly done: Done;
}

/** The place of a chunk; undefined for a Buffer that stands alone. */
export function placeOf({ parts }: Message): Place | undefined {
  const { id, index, count, type } = (parts ?? {}) as Parts;
  if (type !== "buffer" || typeof id !== "string" || typeof index !== "number") return undefined;
  return { id, index, last: typeof count === "number" && index + 1 >= count };
}

/**
 * The audio of a message. The last message of a sequence may come without any.
 * @throws Problem `NO_AUDIO_BUFFER`
 */
export function audioOf({ payload }: Message, place: Place | undefined): Buffer {
  if (place?.last === true && place.index > 0 && (payload === undefined || payload === null)) {
    return Buffer.alloc(0);
  }
  if (payload instanceof Uint8Array && (payload.length > 0 || place !== undefined)) {
    return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  }
  throw new Problem("NO_AUDIO_BUFFER");
}

/**
 * One speech on its way in. Each message is ended once: a chunk when it has been taken and the next one is there, the
 * newest when the speech itself ends, so that there always is a message to report an error with.
 */
export class HeardSpeech {
  private readonly arrived: Arrived[] = [];
  /** Taken, but the newest so far. */
  private held: Arrived | undefined;
  private newest: Arrived;
  private count = 1;
  private whole = false;
  private settled = false;
  private readonly end = new AbortController();
  private wake: () => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param idleMs how long the next chunk may take to come */
  constructor(
    private readonly first: Arrived,
    place: Place | undefined,
    private readonly idleMs: number,
  ) {
    this.newest = first;
    this.arrived.push(first);
    if (place && place.index !== 0) this.fail(broken(0, place));
    else this.follow(place);
  }

  /** The message that it began with. */
  get firstMessage(): Message {
    return this.first.message;
  }

  /** The message that came last. */
  get lastMessage(): Message {
    return this.newest.message;
  }

  /** Whether all of it is here. */
  get complete(): boolean {
    return this.whole;
  }

  /** Aborts when the speech cannot go on: its sequence is broken or does not end, or somebody stopped it. */
  get signal(): AbortSignal {
    return this.end.signal;
  }

  /** Takes the next message. One that does not follow the others ends the speech with `SEQUENCE_BROKEN`. */
  push(next: Arrived, place: Place): void {
    if (this.signal.aborted) {
      this.whole = place.last;
      next.done();
      return;
    }
    this.held?.done();
    this.held = undefined;
    this.newest = next;
    this.arrived.push(next);
    if (place.index === this.count) this.follow(place);
    else this.fail(broken(this.count, place));
    this.count += 1;
  }

  /** Ends the speech with an error, or with `Stopped`. */
  fail(reason: Error): void {
    clearTimeout(this.timer);
    this.end.abort(reason);
  }

  /**
   * The media type of the audio, by how it begins. Raw samples are made a WAV.
   * @throws Problem `NOT_PLAYABLE`
   */
  get type(): string {
    const type = this.pcm ? "audio/wav" : mediaTypeOf(this.first.data);
    if (type === undefined) throw new Problem("NOT_PLAYABLE");
    return type;
  }

  /** The format of raw samples, where that is what it is: live speech may come as WAV too. */
  get pcm(): PcmFormat | undefined {
    const { pcm } = (this.first.message.vocu ?? {}) as { pcm?: Partial<PcmFormat> };
    const { sampleRate, channels, bitsPerSample } = pcm ?? {};
    const known = [sampleRate, channels, bitsPerSample].every(
      (value) => Number.isInteger(value) && value !== 0,
    );
    const isWav = this.first.data.toString("latin1", 8, 12) === "WAVE";
    return known && !isWav ? (pcm as PcmFormat) : undefined;
  }

  /**
   * The audio as it comes, to be read once.
   * @throws the signal's reason when aborted
   */
  async *audio(signal: AbortSignal): AsyncGenerator<Buffer> {
    const { pcm } = this;
    if (pcm) yield wavHeader(pcm);
    for (;;) {
      signal.throwIfAborted();
      const [chunk] = this.arrived;
      if (chunk) {
        if (chunk.data.length > 0) yield chunk.data;
        this.taken(chunk);
      } else if (this.whole) return;
      else await orAborted(new Promise<void>((resolve) => (this.wake = resolve)), signal);
    }
  }

  /** Ends every message that is still open, the newest one with the error where there is one. */
  settle(error?: Error): void {
    this.settled = true;
    clearTimeout(this.timer);
    const open = [...(this.held ? [this.held] : []), ...this.arrived.splice(0)];
    if (!open.includes(this.newest)) open.push(this.newest);
    for (const arrival of open) arrival.done(arrival === this.newest ? error : undefined);
  }

  private taken(chunk: Arrived): void {
    if (this.settled) return;
    this.arrived.shift();
    if (chunk === this.newest) this.held = chunk;
    else chunk.done();
  }

  private follow(place: Place | undefined): void {
    clearTimeout(this.timer);
    this.whole = place?.last ?? true;
    if (!this.whole && !this.signal.aborted) {
      this.timer = setTimeout(
        () => this.fail(new Problem("SEQUENCE_UNFINISHED", { seconds: this.idleMs / 1000 })),
        this.idleMs,
      );
    }
    this.wake();
  }
}

const broken = (expected: number, { index }: Place): Problem =>
  new Problem("SEQUENCE_BROKEN", { expected: expected + 1, got: index + 1 });
