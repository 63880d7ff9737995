/** Several mp3 speeches as one, with silence between them. */
import { chunks } from "../mp3/chunks";
import { TICKS_PER_MS, ticksOf } from "../mp3/frame";
import { FrameSplitter, type Unit } from "../mp3/frames";
import { silentFrames } from "./silence";

/** A whole mp3 speech, or silence in milliseconds. */
export type Stretch =
  | {
      readonly audio: AsyncIterable<Buffer>;
      /** Called with the first frame of it: how much audio is before it, in milliseconds. */
      readonly begins: (atMs: number) => void;
    }
  | { readonly pauseMs: number };

type Frame = Extract<Unit, { kind: "frame" }>;

/** Silence leaves in pieces of this length. */
const PIECE_MS = 1000;

/**
 * One mp3 of several, with silence of whole frames between them, at the beginning and at the end. Only the audio frames
 * of the speeches are in it, unchanged: tags and tables of contents would stand in the middle and give wrong lengths.
 * The next stretch is asked for when the one before has gone.
 * @throws NoAudioError where a speech is not mp3; what the speeches throw
 */
export async function* joinWithPauses(stretches: AsyncIterable<Stretch>): AsyncGenerator<Buffer> {
  const joining = new Joining();
  for await (const stretch of stretches) {
    if ("pauseMs" in stretch) yield* joining.pause(stretch.pauseMs);
    else yield* joining.speech(stretch);
  }
}

class Joining {
  /** What silence is made like. */
  #last: Frame | undefined;
  /** Silence before the first frame, whose format is not known yet. */
  #owedMs = 0;
  #ticks = 0;

  *pause(ms: number): Generator<Buffer> {
    if (this.#last) yield* this.#silence(this.#last, ms);
    else this.#owedMs += ms;
  }

  async *speech({ audio, begins }: Extract<Stretch, { audio: unknown }>): AsyncGenerator<Buffer> {
    const splitter = new FrameSplitter();
    let begun = false;
    for await (const { data, last } of chunks(audio, { chunkBytes: 0 })) {
      const units = splitter.push(data);
      if (last) units.push(...splitter.end());
      const frames = units.filter((unit): unit is Frame => unit.kind === "frame");
      const [first] = frames;
      if (!first) continue;
      if (!this.#last) yield* this.#silence(first, this.#owedMs);
      if (!begun) begins(this.#ticks / TICKS_PER_MS);
      begun = true;
      this.#last = frames.at(-1);
      for (const { header } of frames) this.#ticks += ticksOf(header);
      yield Buffer.concat(frames.map((frame) => frame.data));
    }
  }

  *#silence(template: Frame, ms: number): Generator<Buffer> {
    const { header } = template;
    const most = Math.ceil(PIECE_MS / header.durationMs);
    let left = Math.ceil(ms / header.durationMs - ROUNDING);
    while (left > 0) {
      const count = Math.min(left, most);
      left -= count;
      this.#ticks += count * ticksOf(header);
      yield silentFrames(template, count * header.durationMs);
    }
  }
}

/** Durations are sums of fractions; a millionth of a frame more is not a frame more. */
const ROUNDING = 1e-6;
