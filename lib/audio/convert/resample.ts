/** Another sample rate: a windowed sinc filter of linear phase, applied while the samples come. */

/** Zero crossings of the filter on each side: its resolution, and the number of samples it waits for. */
const CROSSINGS = 48;
/** The shape of the window (Kaiser): about -90 dB where the filter stops. */
const BETA = 9;
/**
 * The filter is at -6 dB here, as a part of the lower of the two Nyquist frequencies, so that it stops at all of it.
 */
const CUTOFF = 0.94;
/** Filters are kept for at most this many positions between two samples; others are interpolated. */
const MOST_PHASES = 1024;
const INTERPOLATED_PHASES = 512;

/**
 * Converts the samples of one channel, in pieces of any length; the output is as long as the input, and not delayed.
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #filter: Filter;
  /** The input from sample `#start` on; before the first one there is silence. */
  #input: Float32Array;
  #start: number;
  #received = 0;
  /** The place of the next output sample: whole input samples, and `#part` of `#up`. */
  #at = 0;
  #part = 0;

  /** @param from Hz @param to Hz */
  constructor(from: number, to: number) {
    const divisor = commonDivisor(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    this.#filter = new Filter(this.#up, Math.min(1, to / from) * CUTOFF);
    this.#input = new Float32Array(this.#filter.reach);
    this.#start = -this.#filter.reach;
  }

  /** The output that these samples complete. */
  push(samples: Float32Array): Float32Array {
    this.#received += samples.length;
    return this.#convert(samples, this.#received - this.#filter.reach);
  }

  /** What is left. Push nothing afterwards. */
  end(): Float32Array {
    return this.#convert(new Float32Array(this.#filter.reach + 1), this.#received);
  }

  /** All output samples whose place is before `until`. */
  #convert(samples: Float32Array, until: number): Float32Array {
    const input = new Float32Array(this.#input.length + samples.length);
    input.set(this.#input);
    input.set(samples, this.#input.length);
    const count = Math.max(0, Math.ceil(((until - this.#at) * this.#up - this.#part) / this.#down));
    const out = new Float32Array(count);
    const { reach } = this.#filter;
    for (let index = 0; index < count; index += 1) {
      out[index] = this.#filter.apply(input, this.#at - reach + 1 - this.#start, this.#part);
      this.#part += this.#down;
      this.#at += Math.floor(this.#part / this.#up);
      this.#part %= this.#up;
    }
    const used = Math.max(0, Math.min(input.length, this.#at - reach + 1 - this.#start));
    this.#input = input.slice(used);
    this.#start += used;
    return out;
  }
}

/** The filter's values for each place between two samples. */
class Filter {
  /** How many samples it takes on each side. */
  readonly reach: number;
  readonly #rows: (Float64Array | undefined)[] = [];
  readonly #phases: number;

  constructor(
    private readonly up: number,
    private readonly scale: number,
  ) {
    this.reach = Math.ceil(CROSSINGS / scale);
    this.#phases = up <= MOST_PHASES ? up : INTERPOLATED_PHASES;
  }

  /** The output `part` of `up` behind input sample `first + reach - 1`. */
  apply(input: Float32Array, first: number, part: number): number {
    const phase = (part * this.#phases) / this.up;
    const below = Math.floor(phase);
    const value = this.#sum(input, first, below);
    const between = phase - below;
    return between === 0 ? value : value + between * (this.#sum(input, first, below + 1) - value);
  }

  #sum(input: Float32Array, first: number, phase: number): number {
    const row = (this.#rows[phase] ??= this.#row(phase / this.#phases));
    let sum = 0;
    for (let tap = 0; tap < row.length; tap += 1) sum += (row[tap] ?? 0) * (input[first + tap] ?? 0);
    return sum;
  }

  #row(fraction: number): Float64Array {
    const row = new Float64Array(2 * this.reach);
    let total = 0;
    for (let tap = 0; tap < row.length; tap += 1) {
      const value = windowedSinc((tap - this.reach + 1 - fraction) * this.scale);
      row[tap] = value;
      total += value;
    }
    // Each place lets a constant through unchanged, or the places together would hum.
    return row.map((value) => value / total);
  }
}

function windowedSinc(x: number): number {
  const place = x / CROSSINGS;
  if (Math.abs(place) >= 1) return 0;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  return (sinc * bessel(BETA * Math.sqrt(1 - place * place))) / bessel(BETA);
}

/** The modified Bessel function I0. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));
