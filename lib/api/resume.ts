import { createHash } from "node:crypto";
import { encodingOf } from "./decode";
import { headerOf } from "./header";
import { abortError, VocuError, type ErrorFacts } from "./errors";
import type { Answer, ReadLimit } from "./exchange";
import { LastWords } from "./last-words";
import { isBreak, isSuccess } from "./reply";
import { sendFollowing } from "./redirect";
import type { Session } from "./session";

const MAX_FRUITLESS = 5;
const LONGEST_PAUSE_MS = 2000;
/** An audio shorter than this part of its estimate, and by more than a second, is looked after. */
const SUSPICIOUS_PART = 0.75;
const SUSPICIOUS_GAP_MS = 1000;

/** Counts audio for the stream, which knows no frames. */
export interface AudioMeter {
  /** Takes the next bytes, in order. */
  push(data: Buffer): void;
  /** How much audio there was so far, in milliseconds. */
  readonly audioMs: number;
  /** Whether the bytes so far end within a frame. */
  readonly truncated: boolean;
}

/** What an audio is read from, and how it goes on after a break. */
export interface AudioPlan {
  operation: string;
  /** The reply that carries the audio; undefined when it is to be opened from `urls`. */
  source?: Answer;
  /** Where the same bytes can be had again, best first. The key is never sent there. */
  urls: string[];
  meter?: AudioMeter;
  estimatedDurationMs?: number;
  /** Limit for the first byte of `source`. */
  firstByteTimeoutMs: number;
  signal?: AbortSignal;
  facts?: Partial<ErrorFacts>;
}

type Found = "more" | "end" | "unusable" | "later";

/**
 * Audio that survives its connection: after a cut or a stall it goes on from the URLs, by Range or by skipping, and the
 * skipped bytes are compared (by digest) with those handed out, so that what comes out is byte-exact or an error.
 * A clean end that looks too early is verified in the same way. Iterate once; `return()` closes the socket at once.
 */
export class ResumableAudio implements AsyncIterableIterator<Buffer> {
  /** How often the audio was taken up again. */
  resumes = 0;

  readonly #session: Session;
  readonly #plan: AudioPlan;
  readonly #digest = createHash("sha256");
  readonly #lastWords = new LastWords();
  readonly #cancel = new AbortController();
  readonly #generator: AsyncGenerator<Buffer, undefined>;
  #source?: Answer;
  #urls: string[];
  #bytes = 0;
  #fruitless = 0;
  #first?: Promise<IteratorResult<Buffer, undefined>>;

  constructor(session: Session, plan: AudioPlan) {
    this.#session = session;
    this.#plan = plan;
    this.#source = plan.source;
    this.#urls = [...new Set(plan.urls)];
    this.#generator = this.#run();
    if (plan.signal?.aborted) this.#onAbort();
    else plan.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Waits until there is audio to iterate. @throws what the first `next()` would throw */
  async ready(): Promise<void> {
    this.#first ??= this.#generator.next();
    await this.#first;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#generator.next();
  }

  async return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#first = undefined;
    this.#cancel.abort();
    this.#release();
    await this.#generator.return(undefined).catch(() => undefined);
    return { done: true, value: undefined };
  }

  readonly #onAbort = () => {
    this.#first = undefined;
    this.#cancel.abort(abortError(this.#plan.signal));
  };

  #release(): void {
    this.#plan.signal?.removeEventListener("abort", this.#onAbort);
    this.#source?.destroy();
  }

  async *#run(): AsyncGenerator<Buffer, undefined> {
    try {
      for (;;) {
        const broken = yield* this.#drain();
        if (!broken) this.#heed();
        if (!broken && !this.#tooShort()) return;
        if (!(await this.#goOn(broken))) return;
      }
    } finally {
      this.#release();
    }
  }

  /** A failure that the API wrote behind the audio, or in its place, is no audio: there is nothing to go on with. */
  #heed(): void {
    const { source, operation, meter, facts } = this.#plan;
    if (!source || this.resumes > 0) return;
    const said = this.#lastWords.error(this.#session, source);
    if (!said) return;
    const heard = { bytes: this.#bytes, audioMs: meter?.audioMs, attempts: facts?.attempts };
    throw said.with({ operation, ...heard, retryable: false });
  }

  /** Hands out the source to its end; returns the error when it broke off. */
  async *#drain(): AsyncGenerator<Buffer, VocuError | undefined> {
    for (;;) {
      let piece: Buffer | undefined;
      try {
        piece = await this.#source?.read(this.#limit());
      } catch (error) {
        if (this.#cancel.signal.aborted) throw abortError(this.#cancel.signal);
        if (error instanceof VocuError && isBreak(error)) return error;
        throw error;
      }
      if (piece === undefined) return undefined;
      this.#bytes += piece.length;
      this.#fruitless = 0;
      this.#digest.update(piece);
      this.#lastWords.push(piece);
      this.#plan.meter?.push(piece);
      yield piece;
    }
  }

  #limit(): ReadLimit {
    const { stallTimeoutMs } = this.#session.options;
    return this.#bytes === 0 && this.resumes === 0
      ? { ms: this.#plan.firstByteTimeoutMs, code: "FIRST_BYTE_TIMEOUT" }
      : { ms: stallTimeoutMs, code: "STREAM_STALLED" };
  }

  /** Whether a clean end at this point is to be doubted. */
  #tooShort(): boolean {
    const { meter, estimatedDurationMs = 0 } = this.#plan;
    if (this.#bytes === 0 || meter?.truncated) return true;
    if (!meter || estimatedDurationMs - meter.audioMs <= SUSPICIOUS_GAP_MS) return false;
    return meter.audioMs < estimatedDurationMs * SUSPICIOUS_PART;
  }

  /** Looks for the rest after a break or a doubtful end. True: there is more, in #source. False: it was complete. */
  async #goOn(broken: VocuError | undefined): Promise<boolean> {
    this.#source?.destroy();
    this.#source = undefined;
    const certain = broken !== undefined || this.#bytes === 0 || this.#plan.meter?.truncated === true;
    const rounds = certain ? MAX_FRUITLESS : 1;
    let ended = false;
    while (this.#urls.length > 0 && this.#fruitless < rounds) {
      await this.#session.clock.sleep(this.#pause(), this.#cancel.signal);
      this.#fruitless++;
      for (const url of [...this.#urls]) {
        const found = await this.#open(url);
        if (found === "more") {
          if (this.#plan.source) this.resumes++;
          return true;
        }
        if (found === "unusable") this.#urls = this.#urls.filter((other) => other !== url);
        if (found !== "end" || this.#bytes === 0) continue;
        if (!broken || !this.#tooShort()) return false;
        ended = true;
      }
    }
    if (broken && !(ended && !this.#plan.meter?.truncated)) throw this.#error(broken);
    if (this.#bytes === 0)
      throw this.#error(new VocuError("NOT_AUDIO", { retryable: false, detail: "it is empty" }));
    if (!broken && this.#plan.meter?.truncated) {
      throw this.#error(new VocuError("STREAM_INCOMPLETE", { retryable: false }));
    }
    return false;
  }

  /** 0, 0.25, 0.5, 1, 2 s … */
  #pause(): number {
    return this.#fruitless === 0 ? 0 : Math.min(125 * 2 ** this.#fruitless, LONGEST_PAUSE_MS);
  }

  /** What is known of the audio so far goes into the error; it has been paid for, so repeating it is no cure. */
  #error(error: VocuError): VocuError {
    const { operation, meter, facts } = this.#plan;
    return error.with({ operation, ...facts, bytes: this.#bytes, audioMs: meter?.audioMs, retryable: false });
  }

  /** Tries one URL for the bytes from #bytes on. */
  async #open(url: string): Promise<Found> {
    try {
      const answer = await sendFollowing(
        this.#session.transport,
        {
          url: new URL(url),
          method: "GET",
          headers: {
            "accept-encoding": "identity",
            ...(this.#bytes > 0 ? { range: `bytes=${this.#bytes}-` } : {}),
          },
          firstByteTimeoutMs: this.#session.options.stallTimeoutMs,
          signal: this.#cancel.signal,
        },
        "any",
      );
      const found = await this.#position(answer);
      if (found === "more") this.#source = answer;
      else answer.destroy();
      return found;
    } catch (error) {
      if (this.#cancel.signal.aborted) throw abortError(this.#cancel.signal);
      return error instanceof VocuError && error.cause.retryable ? "later" : "unusable";
    }
  }

  /** Brings a fresh answer to #bytes. */
  async #position(answer: Answer): Promise<Found> {
    const { statusCode } = answer;
    if (statusCode === 416) return this.#bytes > 0 ? "end" : "unusable";
    if (statusCode === 429 || statusCode === 408 || statusCode >= 500) return "later";
    if (encodingOf(answer) !== undefined) return "unusable";
    if (!isSuccess(answer) || /^(text\/|application\/json)/i.test(headerOf(answer, "content-type") ?? "")) {
      return "unusable";
    }
    if (statusCode === 206) {
      const range = /^bytes (\d+)-/.exec(headerOf(answer, "content-range") ?? "");
      if (Number(range?.[1] ?? Number.NaN) !== this.#bytes) return "unusable";
    } else {
      const skipped = await this.#skip(answer);
      if (skipped !== "more") return skipped;
    }
    const piece = await answer.read(this.#limit());
    if (piece === undefined) return "end";
    answer.unread(piece);
    return "more";
  }

  /** Reads over the bytes already handed out, comparing them. */
  async #skip(answer: Answer): Promise<Found> {
    const digest = createHash("sha256");
    for (let left = this.#bytes; left > 0;) {
      const piece = await answer.read({ ms: this.#session.options.stallTimeoutMs, code: "STREAM_STALLED" });
      if (piece === undefined) return "later";
      digest.update(piece.subarray(0, left));
      if (piece.length > left) answer.unread(piece.subarray(left));
      left -= Math.min(left, piece.length);
    }
    return digest.digest().equals(this.#digest.copy().digest()) ? "more" : "unusable";
  }
}
