/** How a placed node shapes its speeches: the wishes of a message, and when the speaker was last heard. */
import { systemClock, type Shape, type ShapeFacts } from "../../audio";
import { SHAPE_INPUTS, type ShapeSettings, type ShapeValues } from "../../schema/shape-inputs";
import type { Facts } from "../message/sequence";
import type { Memory } from "./run-context";
import { shiftSubtitles } from "./subtitles";

/**
 * What a message asks for about the shape. The node that does it takes these properties off: a node behind it would do it
 * again.
 */
export const SHAPE_PROPERTIES = Object.keys(SHAPE_INPUTS) as readonly string[];

/** What is known about a speech behind so much silence: subtitles fit again, and the silence is told. */
export function shifted(known: Facts, silenceMs: number): Facts {
  if (silenceMs === 0) return known;
  const { srt, silenceMs: already = 0 } = known;
  const moved = typeof srt === "string" ? { srt: shiftSubtitles(srt, silenceMs) } : {};
  return { ...known, ...moved, silenceMs: Math.round(Number(already) + silenceMs) };
}

/** The gain that was given, where one was asked for. */
export const loudness = ({ gain = 0 }: Partial<Pick<ShapeValues, "gain">>, facts: ShapeFacts): Facts =>
  gain === 0 ? {} : { gain: facts.gain, ...(facts.gainCapped ? { gainCapped: true } : {}) };

/** Remembers until when the speaker has something to play, to the best of this node's knowledge. */
export class SpeakerMemory implements Memory {
  #heardUntil = -Infinity;

  /**
   * The shape of the next speech. Silence before it is left out where the speaker was heard less than
   * `silenceUnlessWithin` seconds ago.
   */
  shapeFor(
    { silenceMs = 0, silenceAfterMs = 0, gain = 0 }: ShapeValues,
    { silenceUnlessWithin, silenceTone }: ShapeSettings,
  ): Shape {
    const awake = systemClock.now() < this.#heardUntil + silenceUnlessWithin * 1000;
    const before = silenceUnlessWithin > 0 && awake ? 0 : silenceMs;
    return { silenceMs: before, silenceAfterMs, gain, tone: silenceTone };
  }

  /** A speech has been sent, of which these facts are known: it is heard as long as it plays, from its first chunk on. */
  heard({ audioMs = 0, firstAudioMs = 0, totalMs = 0 }: Facts): void {
    const begun = systemClock.now() - Number(totalMs) + Number(firstAudioMs);
    this.#heardUntil = Math.max(this.#heardUntil, begun + Number(audioMs));
  }

  reset(): void {
    // A stopped speech still keeps the speaker awake.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
