/** How much louder each frame of an mp3 may become before the speech clips. */
import type { Mp3Decoder } from "../decode/mp3-decoder";
import type { Unit } from "../mp3/frames";
import { GAIN_STEP_DB } from "./gain";

/** A frame affects its own samples and those of the frames after it; the peak of both so far. */
const HEARD_FRAMES = 3;

/** Frames with different gains next to each other do not add up exactly; this much room is left for it, in decibels. */
const MARGIN_DB = 0.5;

/** A unit, and by how many steps its gain may grow. */
export interface Measured {
  readonly unit: Unit;
  readonly steps: number;
}

interface Waiting {
  readonly unit: Unit;
  /** Where the samples end, counted from the start of the stream, that show how loud it is. */
  readonly until: number;
  peak: number;
}

/** Decodes the frames and returns each frame's headroom, two frames later. */
export class Headroom {
  readonly #decoder: Mp3Decoder;
  #waiting: Waiting[] = [];
  /** How many samples there should be, and how many have come. */
  #expected = 0;
  #decoded = 0;

  constructor(decoder: Mp3Decoder) {
    this.#decoder = decoder;
  }

  close(): void {
    this.#decoder.close();
  }

  /** Takes the next units, and returns those whose room is known by now, in order; with `ended` all of them. */
  async measure(units: readonly Unit[], ended: boolean): Promise<Measured[]> {
    for (const unit of units) {
      if (unit.kind === "frame") {
        const { samples } = unit.header;
        const until = this.#expected + HEARD_FRAMES * samples;
        this.#expected += samples;
        this.#waiting.push({ unit, until, peak: 0 });
        await this.#decode(unit);
      } else this.#waiting.push({ unit, until: this.#expected, peak: 0 });
    }
    const first = ended ? -1 : this.#waiting.findIndex(({ until }) => until > this.#decoded);
    const free = first < 0 ? this.#waiting.length : first;
    return this.#waiting.splice(0, free).map(({ unit, peak }) => ({ unit, steps: stepsFor(peak) }));
  }

  async #decode(frame: Extract<Unit, { kind: "frame" }>): Promise<void> {
    for (const { channels } of await this.#decoder.decode([frame])) {
      const peak = peakOf(channels);
      this.#decoded += channels[0]?.length ?? 0;
      for (const waiting of this.#waiting) waiting.peak = Math.max(waiting.peak, peak);
    }
  }
}

function peakOf(channels: readonly Float32Array[]): number {
  let peak = 0;
  for (const channel of channels) {
    for (const sample of channel) peak = Math.max(peak, Math.abs(sample));
  }
  return peak;
}

const stepsFor = (peak: number): number => Math.floor((-20 * Math.log10(peak) - MARGIN_DB) / GAIN_STEP_DB);
