/** The shape of a placed node's speeches: the message's inputs, and the time since the last speech. */
import { systemClock, type Shape, type ShapeFacts } from "../../audio";
import { SHAPE_INPUTS, type ShapeSettings, type ShapeValues } from "../../schema/shape-inputs";
import type { Facts } from "../message/sequence";
import type { Memory } from "./run-context";
import { shiftSubtitles } from "./subtitles";

/**
 * The shape inputs of a message. The node that applies them removes these properties: a later node would apply them
 * again.
 */
export const SHAPE_PROPERTIES = Object.keys(SHAPE_INPUTS) as readonly string[];

/** The facts of a speech after this much silence: subtitles are shifted, and the silence is included. */
export function shifted(known: Facts, silenceMs: number): Facts {
  if (silenceMs === 0) return known;
  const { srt, silenceMs: already = 0 } = known;
  const moved = typeof srt === "string" ? { srt: shiftSubtitles(srt, silenceMs) } : {};
  return { ...known, ...moved, silenceMs: Math.round(Number(already) + silenceMs) };
}

/** The gain that was applied, if one was requested. */
export const loudness = ({ gain = 0 }: Partial<Pick<ShapeValues, "gain">>, facts: ShapeFacts): Facts =>
  gain === 0 ? {} : { gain: facts.gain, ...(facts.gainCapped ? { gainCapped: true } : {}) };

/** A speech that begins within this time after another one follows it directly: a player needs a moment to start. */
const FOLLOWS_WITHIN_MS = 1000;

/** Estimates when the speaker will have played all audio of this node. */
export class SpeakerMemory implements Memory {
  #heardUntil = -Infinity;

  /**
   * The shape of the next speech. Silence before it is left out if the speaker played less than
   * `silenceUnlessWithin` seconds ago. A speech that directly follows the previous one always has the silence between them.
   */
  shapeFor(
    { silenceMs = 0, silenceAfterMs = 0, silenceBetweenMs = 0, gain = 0 }: ShapeValues,
    { silenceUnlessWithin, silenceTone }: ShapeSettings,
  ): Shape {
    const quietMs = systemClock.now() - this.#heardUntil;
    const awake = silenceUnlessWithin > 0 && quietMs < silenceUnlessWithin * 1000;
    const waking = awake ? 0 : silenceMs;
    const before = quietMs < FOLLOWS_WITHIN_MS ? Math.max(waking, silenceBetweenMs) : waking;
    return { silenceMs: before, silenceAfterMs, gain, tone: silenceTone };
  }

  /** Records a sent speech with these facts; it plays from its first chunk on. */
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
