/** Audio that a flow hands in: a sequence of chunks, one Buffer, or a file. */
import { orAborted, sniff, wavHeader, type PcmFormat } from "../../audio";
import { bytesOf } from "../../schema/bytes";
import { startTimer, type Timer } from "../../timers";
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

/** A message that has come in, with the audio in it: its bytes, or a source of them that is read later. */
export interface Arrived {
  readonly message: Message;
  readonly data: Buffer | AsyncIterable<Buffer>;
  readonly done: Done;
}

/** Audio of a known kind. */
export interface OpenedAudio {
  /** Media type. */
  readonly type: string;
  /** All of the audio, to be read once. */
  readonly audio: AsyncIterable<Buffer>;
  /** How many bytes it has, where that is known. */
  readonly bytes?: number;
}

/** How raw samples are read: as a WAV that says what they are, or without anything around them. */
export type SamplesAs = "wav" | "raw";

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
  const bytes = bytesOf(payload);
  if (bytes && (bytes.length > 0 || place !== undefined)) return bytes;
  throw new Problem("NO_AUDIO_BUFFER");
}

/**
 * One speech on its way in. Each message is ended once: a chunk when it has been taken and the next one is there, the
 * newest when the speech itself ends, so that there always is a message to report an error with.
 */
export class IncomingAudio {
  private readonly arrived: Arrived[] = [];
  /** Taken, but the newest so far. */
  private held: Arrived | undefined;
  private newest: Arrived;
  private count = 1;
  private whole = false;
  private settled = false;
  private readonly end = new AbortController();
  private wake: () => void = () => undefined;
  private timer: Timer | undefined;

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

  /** Aborts when the speech cannot continue: its sequence is broken or does not end, or it was stopped. */
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
    this.timer?.cancel();
    this.end.abort(reason);
  }

  /**
   * Reads as much of the audio as it takes to know its media type. Raw samples are made a WAV, unless they are wanted as
   * they are. Call it once.
   * @throws Problem `NOT_PLAYABLE`, those of a file that cannot be read; the signal's reason when aborted
   */
  async open(signal: AbortSignal, samples: SamplesAs = "wav"): Promise<OpenedAudio> {
    const { pcm, bytes } = this;
    const length = (header = 0): { bytes?: number } => (bytes === undefined ? {} : { bytes: bytes + header });
    if (pcm && samples === "raw") {
      const type = pcm.format === "mulaw" ? "audio/pcmu" : "audio/pcm";
      return { type, audio: this.pieces(signal), ...length() };
    }
    if (pcm) {
      const header = wavHeader(pcm, bytes);
      return { type: "audio/wav", audio: this.pieces(signal, header), ...length(header.length) };
    }
    const { type, audio } = await sniff(this.pieces(signal));
    if (type?.startsWith("audio/") !== true) throw new Problem("NOT_PLAYABLE");
    return { type, audio, ...length() };
  }

  /** Ends every message that is still open, the newest one with the error where there is one. */
  settle(error?: Error): void {
    this.settled = true;
    this.timer?.cancel();
    const open = [...(this.held ? [this.held] : []), ...this.arrived.splice(0)];
    if (!open.includes(this.newest)) open.push(this.newest);
    for (const arrival of open) arrival.done(arrival === this.newest ? error : undefined);
  }

  /** How many bytes there are, where one Buffer is all of it. */
  private get bytes(): number | undefined {
    const { data, message } = this.first;
    return this.whole && Buffer.isBuffer(data) && !placeOf(message) ? data.length : undefined;
  }

  /** The format of raw samples, where that is what it is: live speech may come as WAV too. */
  private get pcm(): PcmFormat | undefined {
    const { pcm } = (this.first.message.vocu ?? {}) as { pcm?: Partial<PcmFormat> };
    const { sampleRate, channels, bitsPerSample } = pcm ?? {};
    const known = [sampleRate, channels, bitsPerSample].every(
      (value) => Number.isInteger(value) && value !== 0,
    );
    const { data } = this.first;
    const isWav = Buffer.isBuffer(data) && data.toString("latin1", 8, 12) === "WAVE";
    return known && Buffer.isBuffer(data) && !isWav ? (pcm as PcmFormat) : undefined;
  }

  /**
   * The audio as it comes.
   * @throws the signal's reason when aborted
   */
  private async *pieces(signal: AbortSignal, header?: Buffer): AsyncGenerator<Buffer> {
    if (header) yield header;
    for (;;) {
      signal.throwIfAborted();
      const [next] = this.arrived;
      if (next) {
        if (!Buffer.isBuffer(next.data)) yield* next.data;
        else if (next.data.length > 0) yield next.data;
        this.taken(next);
      } else if (this.whole) return;
      else await orAborted(new Promise<void>((resolve) => (this.wake = resolve)), signal);
    }
  }

  private taken(chunk: Arrived): void {
    if (this.settled) return;
    this.arrived.shift();
    if (chunk === this.newest) this.held = chunk;
    else chunk.done();
  }

  private follow(place: Place | undefined): void {
    this.timer?.cancel();
    this.whole = place?.last ?? true;
    if (!this.whole && !this.signal.aborted) {
      const late = (): void => this.fail(new Problem("SEQUENCE_UNFINISHED", { seconds: this.idleMs / 1000 }));
      this.timer = startTimer(this.idleMs, late);
    }
    this.wake();
  }
}

const broken = (expected: number, { index }: Place): Problem =>
  new Problem("SEQUENCE_BROKEN", { expected: expected + 1, got: index + 1 });
