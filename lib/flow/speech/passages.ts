/** Speaks a text with marked pauses: each part is a separate speech, and all of them are sent as one audio. */
import { joinWithPauses, NoAudioError, systemClock, type Clock, type Stretch } from "../../audio";
import { ignoreFailure } from "../../promises";
import { marksIn, passagesOf, type Passage } from "../../schema/spoken-text";
import type { Speech } from "../cache/speech-cache";
import { Problem, withFacts } from "../message/problem";
import type { Facts } from "../message/sequence";
import { joinSubtitles } from "../node/subtitles";

/** Limit of the sum of all pauses of a text, to limit memory. */
const MOST_PAUSES_MS = 600_000;

/** A part is requested when the previous one is estimated to play no longer than this, including the pause. */
const AHEAD_MS = 3000;

/** The shortest playing time of a character, if nothing else gives the length of a speech. */
const CHARACTER_MS = 50;

/**
 * The parts of a text with pause marks; undefined for a text without any.
 * @throws Problem `PAUSES_ONLY`, `PAUSES_TOO_LONG`
 */
export function passagesIn(text: string): readonly Passage[] | undefined {
  if (marksIn(text).length === 0) return undefined;
  const passages = passagesOf(text);
  if (!passages.some((passage) => "text" in passage)) throw new Problem("PAUSES_ONLY");
  const pausesMs = passages.reduce((sum, passage) => sum + ("text" in passage ? 0 : passage.pauseMs), 0);
  if (pausesMs > MOST_PAUSES_MS) {
    throw new Problem("PAUSES_TOO_LONG", {
      seconds: Math.ceil(pausesMs / 1000),
      limit: MOST_PAUSES_MS / 1000,
    });
  }
  return passages;
}

/** Options of the request for one part. */
export interface Asking {
  readonly text: string;
  /** Whether it is the first part, for which the message may still expire. */
  readonly first: boolean;
  /** Aborts when the part is not wanted any more. */
  readonly signal: AbortSignal;
}

/** Options of `speakPassages`. */
export interface PassageOptions {
  readonly passages: readonly Passage[];
  readonly signal: AbortSignal;
  readonly speak: (asking: Asking) => Promise<Speech>;
  /** By default the system clock. */
  readonly clock?: Clock;
}

/**
 * Speaks the parts one after another; resolves when the audio of the first one is about to come. The next part is asked
 * for when the audio of the part before has come, or shortly before it has been heard: early enough that no gap is
 * heard, and no earlier, because a part that is never reached would be paid for.
 * @throws what `speak` throws for the first part; the audio throws the failure of a later one, with the number of the
 *   part and the credits so far among its facts
 */
export async function speakPassages(options: PassageOptions): Promise<Speech> {
  const speech = new PassageSpeech(options);
  try {
    await speech.begin();
  } catch (error) {
    speech.leave();
    throw error;
  }
  return speech;
}

/** One part in processing. */
interface Part {
  readonly text: string;
  /** Length of the silence after it. */
  readonly pauseMs: number;
  asked?: Promise<Speech>;
  speech?: Speech;
  /** Start of its audio within the whole. */
  atMs?: number;
}

class PassageSpeech implements Speech {
  readonly known: Facts = {};
  readonly audio: AsyncIterable<Buffer>;
  readonly #options: PassageOptions;
  readonly #parts: readonly Part[];
  readonly #leaving = new AbortController();
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  /** Index of the current part. */
  #at = 0;

  constructor(options: PassageOptions) {
    const { passages, signal, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#signal = AbortSignal.any([signal, this.#leaving.signal]);
    this.#parts = passages.flatMap((passage, index) => {
      const next = passages[index + 1];
      const pauseMs = next && "pauseMs" in next ? next.pauseMs : 0;
      return "text" in passage ? [{ text: passage.text, pauseMs }] : [];
    });
    this.audio = this.#speak();
  }

  get cached(): boolean {
    return this.#parts.every(({ speech }) => speech?.cached === true);
  }

  async begin(): Promise<void> {
    const [first] = this.#parts;
    if (first) await this.#ask(first);
  }

  ending(): Facts {
    const endings = this.#parts.map(({ speech }) => speech?.ending() ?? {});
    const resumes = endings.reduce((sum, ending) => sum + Number(ending.resumes ?? 0), 0);
    return {
      ...this.#credits(),
      cached: this.cached,
      ...this.#subtitles(),
      generations: this.#parts.map(generationOf),
      ...(resumes > 0 ? { resumes } : {}),
      ...(endings.some(({ unverified }) => unverified === true) ? { unverified: true } : {}),
    };
  }

  leave(): void {
    this.#leaving.abort();
  }

  async *#speak(): AsyncGenerator<Buffer> {
    try {
      yield* joinWithPauses(this.#stretches());
    } catch (error) {
      const reason = error instanceof NoAudioError ? new Problem("NOT_AUDIO") : error;
      throw withFacts(reason, { part: this.#at + 1, ...this.#credits() });
    }
  }

  async *#stretches(): AsyncGenerator<Stretch> {
    const parts = this.#parts.values();
    for (const passage of this.#options.passages) {
      const part = "text" in passage ? parts.next().value : undefined;
      if (!part) {
        if ("pauseMs" in passage) yield passage;
        continue;
      }
      this.#at = this.#parts.indexOf(part);
      const { audio } = await this.#ask(part);
      yield { audio, begins: (ms) => this.#begun(part, ms) };
      this.#askAfter(part);
    }
  }

  /** Called when the audio of a part starts; requests the next part in time. */
  #begun(part: Part, atMs: number): void {
    part.atMs = atMs;
    const wait = Math.max(0, expectedMs(part) + part.pauseMs - AHEAD_MS);
    ignoreFailure(this.#clock.sleep(wait, this.#signal).then(() => this.#askAfter(part)));
  }

  #askAfter(part: Part): void {
    const next = this.#parts[this.#parts.indexOf(part) + 1];
    // Its failure is handled when it is the current part.
    if (next) ignoreFailure(this.#ask(next));
  }

  /** The speech of a part, requested once. */
  #ask(part: Part): Promise<Speech> {
    part.asked ??= this.#options
      .speak({ text: part.text, first: part === this.#parts[0], signal: this.#signal })
      .then((speech) => (part.speech = speech));
    return part.asked;
  }

  /** The credits of all parts so far, if the service returns them. */
  #credits(): Facts {
    const spoken = this.#parts.flatMap(({ speech }) => (speech ? [speech.known.creditsUsed] : []));
    const told = spoken.filter((credits) => typeof credits === "number");
    return told.length === 0 ? {} : { creditsUsed: told.reduce((sum, credits) => sum + credits, 0) };
  }

  #subtitles(): Facts {
    const parts = this.#parts.flatMap(({ speech, atMs = 0 }) => {
      const srt = speech?.known.srt;
      return typeof srt === "string" ? [{ srt, atMs }] : [];
    });
    return parts.length === 0 ? {} : { srt: joinSubtitles(parts) };
  }
}

/** The estimated playing time of a part, in milliseconds. */
function expectedMs({ text, speech }: Part): number {
  const told = speech?.known.estimatedDurationMs;
  return typeof told === "number" ? told : text.length * CHARACTER_MS;
}

/** The facts of one part; its subtitles are merged into those of the whole. */
function generationOf({ text, speech, atMs = 0 }: Part): Facts {
  const { srt, ...known } = speech?.known ?? {};
  return { text, atMs: Math.round(atMs), ...known, ...(typeof srt === "string" ? {} : defined("srt", srt)) };
}

const defined = (name: string, value: unknown): Facts => (value === undefined ? {} : { [name]: value });
