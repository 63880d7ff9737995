/** A text with marked pauses: each part is a speech of its own, and all of them leave as one audio. */
import { joinWithPauses, NoAudioError, systemClock, type Clock, type Stretch } from "../../audio";
import { ignoreFailure } from "../../promises";
import { marksIn, passagesOf, type Passage } from "../../schema/spoken-text";
import type { Speech } from "../cache/speech-cache";
import { Problem, withFacts } from "../message/problem";
import type { Facts } from "../message/sequence";
import { joinSubtitles } from "../node/subtitles";

/** All pauses of a text together; one that is made of nothing else must not fill the memory of a machine. */
const MOST_PAUSES_MS = 600_000;

/** A part is asked for when the part before it is estimated to be heard for no longer than this, pause included. */
const AHEAD_MS = 3000;

/** How long a character is heard at least, where nothing else tells how long a speech is. */
const CHARACTER_MS = 50;

/**
 * The parts of a text that has marks of pauses; undefined for a text without any.
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

/** What asking for the speech of one part takes. */
export interface Asking {
  readonly text: string;
  /** Whether it is the first part, for which the message may still expire. */
  readonly first: boolean;
  /** Aborts when the part is not wanted any more. */
  readonly signal: AbortSignal;
}

/** What speaking the parts takes. */
export interface PassageOptions {
  readonly passages: readonly Passage[];
  readonly signal: AbortSignal;
  readonly speak: (asking: Asking) => Promise<Speech>;
  /** Left out: the machine's own clock. */
  readonly clock?: Clock;
}

/**
 * Speaks the parts one after another; resolves when the audio of the first one is about to come. The next part is asked for
 * when the audio of the part before has come, or shortly before it has been heard: early enough that no gap is heard, and
 * no earlier, because a part that is never reached would be paid for.
 * @throws what `speak` throws for the first part; the audio throws the failure of a later one, with the number of the part
 * and the credits so far among its facts
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

/** One part on its way. */
interface Part {
  readonly text: string;
  /** How long the silence behind it is. */
  readonly pauseMs: number;
  asked?: Promise<Speech>;
  speech?: Speech;
  /** Where its audio begins in the whole. */
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
  /** Number of the part whose turn it is, from 0. */
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

  /** The audio of a part begins to leave: the next one is asked for in time. */
  #begun(part: Part, atMs: number): void {
    part.atMs = atMs;
    const wait = Math.max(0, expectedMs(part) + part.pauseMs - AHEAD_MS);
    ignoreFailure(this.#clock.sleep(wait, this.#signal).then(() => this.#askAfter(part)));
  }

  #askAfter(part: Part): void {
    const next = this.#parts[this.#parts.indexOf(part) + 1];
    // Its failure counts when its turn has come.
    if (next) ignoreFailure(this.#ask(next));
  }

  /** The speech of a part, which is asked for once. */
  #ask(part: Part): Promise<Speech> {
    part.asked ??= this.#options
      .speak({ text: part.text, first: part === this.#parts[0], signal: this.#signal })
      .then((speech) => (part.speech = speech));
    return part.asked;
  }

  /** What all parts so far have cost, where the service tells it. */
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

/** How long a part is likely to be heard, in milliseconds. */
function expectedMs({ text, speech }: Part): number {
  const told = speech?.known.estimatedDurationMs;
  return typeof told === "number" ? told : text.length * CHARACTER_MS;
}

/** What is known of one part; its subtitles are among those of the whole. */
function generationOf({ text, speech, atMs = 0 }: Part): Facts {
  const { srt, ...known } = speech?.known ?? {};
  return { text, atMs: Math.round(atMs), ...known, ...(typeof srt === "string" ? {} : defined("srt", srt)) };
}

const defined = (name: string, value: unknown): Facts => (value === undefined ? {} : { [name]: value });
