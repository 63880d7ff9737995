/** mp3 to samples in the format that a device takes, while the mp3 comes. */
import { Mp3Decoder, type Samples } from "../decode/mp3-decoder";
import type { PcmFormat } from "../format";
import { FrameSplitter, type Unit } from "../mp3/frames";
import { encodeSamples } from "./encode";
import { Resampler } from "./resample";

/** What is wanted; 0 is as it is in the mp3. */
export interface ConvertOptions {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** mu-law with 8 bits in place of 16-bit little-endian. */
  readonly mulaw: boolean;
}

/** Samples, and what they are. */
export interface Converted {
  readonly format: PcmFormat;
  readonly data: Buffer;
}

/** So much mp3 is decoded in one go: some seconds, which take some milliseconds. */
const STEP_BYTES = 16_384;

/**
 * Converts an mp3 stream; the samples of a frame leave when the frame is whole. The first frame decides the format of
 * all, and what follows in another one is converted to it. Other work runs between two steps, however much arrives at
 * the same time. Without any audio frame nothing comes.
 * @throws what the source throws
 */
export async function* convertMp3(
  source: AsyncIterable<Buffer>,
  options: ConvertOptions,
): AsyncGenerator<Converted> {
  const decoder = await Mp3Decoder.create();
  try {
    const splitter = new FrameSplitter();
    const mixer = new Converter(options);
    for await (const piece of source) {
      for (let at = 0; at < piece.length; at += STEP_BYTES) {
        const frames = framesIn(splitter.push(piece.subarray(at, at + STEP_BYTES)));
        yield* mixer.push(await decoder.decode(frames));
        if (at + STEP_BYTES < piece.length) await new Promise(setImmediate);
      }
    }
    yield* mixer.push(await decoder.decode(framesIn(splitter.end())));
    yield* mixer.end();
  } finally {
    decoder.close();
  }
}

type Frame = Extract<Unit, { kind: "frame" }>;

const framesIn = (units: readonly Unit[]): Frame[] =>
  units.filter((unit): unit is Frame => unit.kind === "frame");

/** Converts decoded samples to one format. */
class Converter {
  #format: PcmFormat | undefined;
  #from = 0;
  #resamplers: readonly Resampler[] = [];

  constructor(private readonly options: ConvertOptions) {}

  *push(parts: readonly Samples[]): Generator<Converted> {
    for (const { sampleRate, channels } of parts) {
      const format = (this.#format ??= this.#formatFor(sampleRate, channels.length));
      if (sampleRate !== this.#from) yield* this.#change(sampleRate, format);
      const mixed = mix(channels, format.channels);
      const samples =
        this.#resamplers.length === 0
          ? mixed
          : this.#resamplers.map((resampler, at) => resampler.push(mixed[at] ?? new Float32Array()));
      yield* this.#encoded(samples, format);
    }
  }

  *end(): Generator<Converted> {
    if (this.#format)
      yield* this.#encoded(
        this.#resamplers.map((resampler) => resampler.end()),
        this.#format,
      );
  }

  /** What comes from now on has another sample rate. */
  *#change(from: number, format: PcmFormat): Generator<Converted> {
    yield* this.end();
    this.#from = from;
    this.#resamplers =
      from === format.sampleRate
        ? []
        : Array.from({ length: format.channels }, () => new Resampler(from, format.sampleRate));
  }

  *#encoded(samples: readonly Float32Array[], format: PcmFormat): Generator<Converted> {
    const data = encodeSamples(samples, this.options.mulaw);
    if (data.length > 0) yield { format, data };
  }

  #formatFor(sampleRate: number, channels: number): PcmFormat {
    const { mulaw } = this.options;
    return {
      sampleRate: this.options.sampleRate || sampleRate,
      channels: this.options.channels || channels,
      bitsPerSample: mulaw ? 8 : 16,
      ...(mulaw ? { format: "mulaw" } : {}),
    };
  }
}

/** One channel is the mean of all; more channels than there are repeat them in turn. */
function mix(channels: readonly Float32Array[], count: number): readonly Float32Array[] {
  if (count === channels.length) return channels;
  if (count > 1)
    return Array.from({ length: count }, (_, at) => channels[at % channels.length] as Float32Array);
  const [first = new Float32Array()] = channels;
  return [first.map((_, at) => channels.reduce((sum, each) => sum + (each[at] ?? 0), 0) / channels.length)];
}
