/** Audio that survives its connection. */
import { doubtAbout, isTooShort, type AudioPlan, type Interruption } from "./audio-plan";
import { abortError, VocuError } from "./errors";
import type { Answer, ReadLimit } from "./exchange";
import { RecentBytes } from "./recent-bytes";
import { notContinued } from "./continue-error";
import { OVERLAP_BYTES, reopen, type Reopened } from "./reopen";
import { isBreak } from "./reply";
import type { Session } from "./session";
import { TRAILING_ERROR_BYTES, trailingError } from "./trailing-error";

const MAX_FRUITLESS = 5;

/** A host has no bytes after the position at which the audio ended. `stated`: the host says so itself. */
interface End {
  readonly stated: boolean;
}

/**
 * Audio that survives its connection: after a cut or a stall it continues from the URLs, where the bytes before that
 * position are compared with those returned so far. A clean end that may be too early is verified in the same way, and
 * so is the position of an audio that was begun elsewhere. Iterate once; `return()` closes the socket immediately.
 */
export class ResumableAudio implements AsyncIterableIterator<Buffer> {
  /** Number of resumptions. */
  resumes = 0;
  /** Whether the audio ended in a way that may have been too early, and that could not be confirmed. */
  unverified = false;

  readonly #session: Session;
  readonly #plan: AudioPlan;
  readonly #recent: RecentBytes;
  readonly #cancel = new AbortController();
  readonly #generator: AsyncGenerator<Buffer, undefined>;
  #source?: Answer;
  #urls: string[];
  #bytes = 0;
  #fruitless = 0;
  /** What each URL had when it was asked last. */
  readonly #found = new Map<string, Reopened["found"]>();
  #first?: Promise<IteratorResult<Buffer, undefined>>;

  constructor(session: Session, plan: AudioPlan) {
    this.#session = session;
    this.#plan = plan;
    this.#source = plan.source;
    this.#urls = [...new Set(plan.urls)];
    this.#recent = new RecentBytes(plan.urls.length > 0 ? OVERLAP_BYTES : TRAILING_ERROR_BYTES);
    if (plan.begun) {
      this.#bytes = plan.begun.bytes;
      this.#recent.push(plan.begun.overlap);
    }
    this.#generator = this.#run();
    if (plan.signal?.aborted) this.#onAbort();
    else plan.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Waits until there is audio to iterate; false if none exists. @throws what the first `next()` would throw */
  async ready(): Promise<boolean> {
    this.#first ??= this.#generator.next();
    return (await this.#first).done !== true;
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
      if (this.#plan.begun && !(await this.#resume({ why: "begun elsewhere" }))) return;
      for (;;) {
        const error = yield* this.#drain();
        this.#throwTrailingError();
        const interruption = error
          ? ({ why: "broken", error } as const)
          : doubtAbout(this.#plan, this.#bytes, this.#source);
        if (!interruption || !(await this.#resume(interruption))) return;
      }
    } finally {
      this.#release();
    }
  }

  /** Hands out the source to its end; returns the error when it broke off. */
  async *#drain(): AsyncGenerator<Buffer, VocuError | undefined> {
    for (;;) {
      let piece: Buffer | undefined;
      try {
        piece = await this.#source?.read(this.#limit());
      } catch (error) {
        if (error instanceof VocuError && isBreak(error)) return error;
        throw error;
      }
      if (piece === undefined) return undefined;
      this.#bytes += piece.length;
      this.#fruitless = 0;
      this.#recent.push(piece);
      this.#plan.meter?.push(piece);
      yield piece;
    }
  }

  #limit(): ReadLimit {
    const { stallTimeoutMs } = this.#session.options;
    return this.#bytes === 0
      ? { ms: this.#plan.firstByteTimeoutMs, code: "FIRST_BYTE_TIMEOUT" }
      : { ms: stallTimeoutMs, code: "STREAM_STALLED" };
  }

  /** Throws a JSON error that the API appended to, or sent instead of, the audio. */
  #throwTrailingError(): void {
    const { source, operation, meter, facts } = this.#plan;
    if (!source || this.resumes > 0) return;
    const error = trailingError(this.#session, source, this.#recent.last(TRAILING_ERROR_BYTES));
    if (!error) return;
    const progress = { bytes: this.#bytes, audioMs: meter?.audioMs, attempts: facts?.attempts };
    throw error.with({ operation, ...progress, retryable: false });
  }

  /** Looks for the rest. True: there is more, in #source. False: there is none. */
  async #resume(interruption: Interruption): Promise<boolean> {
    this.#source?.destroy();
    this.#source = undefined;
    const { why } = interruption;
    // An estimate may be wrong; so one look is enough.
    const rounds = why === "shorter than estimated" ? 1 : MAX_FRUITLESS;
    let end: End | undefined;
    while (this.#urls.length > 0 && this.#fruitless < rounds && (end === undefined || why === "broken")) {
      await this.#session.clock.sleep(this.#pause(), this.#cancel.signal);
      this.#fruitless++;
      for (const url of [...this.#urls]) {
        const reopened = await this.#reopen(url);
        this.#found.set(url, reopened.found);
        if (reopened.found === "more") {
          this.#source = reopened.answer;
          if (this.#isResume(why)) this.resumes++;
          return true;
        }
        if (isUseless(reopened)) this.#urls = this.#urls.filter((other) => other !== url);
        if (reopened.found !== "end" || this.#bytes === 0) continue;
        if (reopened.stated && (why !== "broken" || this.#looksWhole())) return false;
        end = { stated: reopened.stated || end?.stated === true };
      }
    }
    this.#acceptEnd(interruption, end);
    return false;
  }

  /** Whether taking up the audio is more than opening it for the first time. */
  #isResume(why: Interruption["why"]): boolean {
    return this.#plan.source !== undefined || (this.#plan.begun !== undefined && why !== "begun elsewhere");
  }

  #reopen(url: string): Promise<Reopened> {
    const position = { bytes: this.#bytes, recent: this.#recent };
    return reopen(this.#session, url, position, this.#cancel.signal);
  }

  #looksWhole(): boolean {
    const { meter, estimatedDurationMs = 0 } = this.#plan;
    return !meter || !(meter.truncated || isTooShort(meter.audioMs, estimatedDurationMs));
  }

  /** No source has more: accepts the audio as it is, or throws its fault. */
  #acceptEnd(interruption: Interruption, end: End | undefined): void {
    const truncated = this.#plan.meter?.truncated === true;
    if (interruption.why === "begun elsewhere" && end === undefined) {
      throw notContinued(this.#plan, [...this.#found.values()]);
    }
    if (interruption.why === "broken" && (end === undefined || truncated)) {
      throw this.#withProgress(interruption.error);
    }
    if (interruption.why === "empty") {
      throw this.#withProgress(new VocuError("NOT_AUDIO", { retryable: false, detail: "it is empty" }));
    }
    if (truncated && end === undefined) {
      throw this.#withProgress(new VocuError("STREAM_INCOMPLETE", { retryable: false }));
    }
    this.unverified = end?.stated !== true;
  }

  /** 0, 0.25, 0.5, 1, 2 s */
  #pause(): number {
    return this.#fruitless === 0 ? 0 : 125 * 2 ** this.#fruitless;
  }

  /** The audio has been paid for, so repeating the request is not a cure. */
  #withProgress(error: VocuError): VocuError {
    const { operation, meter, facts } = this.#plan;
    return error.with({ operation, ...facts, bytes: this.#bytes, audioMs: meter?.audioMs, retryable: false });
  }
}

const isUseless = ({ found }: Reopened): boolean => found === "unusable" || found === "different";
