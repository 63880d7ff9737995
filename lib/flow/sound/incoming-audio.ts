/** Incoming audio: a sequence of chunks, one Buffer, or a file. */
import { orAborted, sniff, wavHeader, type PcmFormat } from "../../audio";
import { ignoreFailure } from "../../promises";
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

/** An incoming message with its audio: bytes, or a source that is read later. */
export interface Arrived {
  readonly message: Message;
  readonly data: Buffer | AsyncGenerator<Buffer>;
  readonly done: Done;
}

/** Audio of a known kind. */
export interface OpenedAudio {
  /** Media type. */
  readonly type: string;
  /** All of the audio, to be read once. */
  readonly audio: AsyncIterable<Buffer>;
  /** Its size in bytes, if known. */
  readonly bytes?: number;
}

/** How raw samples are returned: as WAV with a header, or without one. */
export type SamplesAs = "wav" | "raw";

/** The place of a chunk; undefined for a Buffer that stands alone. */
export function placeOf({ parts }: Message): Place | undefined {
  const { id, index, count, type } = (parts ?? {}) as Parts;
  if (type !== "buffer" || typeof id !== "string" || typeof index !== "number") return undefined;
  return { id, index, last: typeof count === "number" && index + 1 >= count };
}

/**
 * The audio of a message. The last message of a sequence may have none.
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
 * One incoming speech. `done` is called once for each message: for a chunk when it has been read and the next one has
 * arrived, for the newest when the speech ends, so that an error can always be reported.
 */
export class IncomingAudio {
  private readonly arrived: Arrived[] = [];
  /** Read, but still the newest message. */
  private held: Arrived | undefined;
  private newest: Arrived;
  private count = 1;
  private whole = false;
  private settled = false;
  private readonly end = new AbortController();
  private wake: () => void = () => undefined;
  private timer: Timer | undefined;

  /** @param idleMs how long the next chunk may take to arrive */
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

  /** Its first message. */
  get firstMessage(): Message {
    return this.first.message;
  }

  /** Its latest message. */
  get lastMessage(): Message {
    return this.newest.message;
  }

  /** Whether all of it has arrived. */
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
   * Reads as much of the audio as is needed to detect its media type. Raw samples become a WAV, unless they are wanted
   * unchanged. Call it once.
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

  /** Ends every open message, the newest one with the error if there is one, and closes a file that was not read to its end. */
  settle(error?: Error): void {
    this.settled = true;
    this.timer?.cancel();
    const { data } = this.first;
    if (!Buffer.isBuffer(data)) ignoreFailure(data.return(undefined));
    const open = [...(this.held ? [this.held] : []), ...this.arrived.splice(0)];
    if (!open.includes(this.newest)) open.push(this.newest);
    for (const arrival of open) arrival.done(arrival === this.newest ? error : undefined);
  }

  /** The size in bytes, if one Buffer is the whole audio. */
  private get bytes(): number | undefined {
    const { data, message } = this.first;
    return this.whole && Buffer.isBuffer(data) && !placeOf(message) ? data.length : undefined;
  }

  /** The format, if the audio is raw samples: live speech may also be WAV. */
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
   * The audio as it arrives.
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
