/** mp3 frames to samples. The decoder (mpg123 as WebAssembly) is loaded when the first one is made. */
import type { MPEGDecoder } from "mpg123-decoder";
import { sameStream, type FrameHeader } from "../mp3/frame";
import type { Unit } from "../mp3/frames";

/** Decoded audio: one array for each channel, samples from -1 to 1 (more where the mp3 clips). */
export interface Samples {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: readonly Float32Array[];
}

type Frame = Extract<Unit, { kind: "frame" }>;

/** Decodes the frames of one stream after another; what a frame needs of those before it is remembered. */
export class Mp3Decoder {
  readonly #decoder: MPEGDecoder;
  #last: FrameHeader | undefined;
  #closed = false;

  private constructor(decoder: MPEGDecoder) {
    this.#decoder = decoder;
  }

  /** Loads the decoder, which takes some 50 ms the first time. */
  static async create(): Promise<Mp3Decoder> {
    const { MPEGDecoder: Decoder } = await import("mpg123-decoder");
    const decoder = new Decoder({ enableGapless: false });
    await decoder.ready;
    return new Mp3Decoder(decoder);
  }

  /**
   * The samples of whole frames, in parts that have one format each. What is broken inside a frame costs that frame's
   * samples.
   * @throws Error if the decoder is closed, which would never end decoding
   */
  async decode(frames: readonly Frame[]): Promise<Samples[]> {
    const parts: Samples[] = [];
    for (const run of runsOf(frames)) {
      if (this.#closed) throw new Error("The mp3 decoder is closed.");
      const [{ header }] = run;
      if (this.#last && !sameStream(this.#last, header)) await this.#decoder.reset();
      this.#last = header;
      const { channelData, sampleRate, samplesDecoded } = this.#decoder.decodeFrames(
        run.map(({ data }) => data),
      );
      // One channel comes out twice.
      const channels = channelData.slice(0, header.channels);
      if (samplesDecoded > 0) parts.push({ sampleRate, channels });
    }
    return parts;
  }

  /** Gives the decoder's memory back. */
  close(): void {
    this.#closed = true;
    this.#decoder.free();
  }
}

/** Frames of one format each. */
function runsOf(frames: readonly Frame[]): [Frame, ...Frame[]][] {
  const runs: [Frame, ...Frame[]][] = [];
  for (const frame of frames) {
    const run = runs.at(-1);
    const alike =
      run && sameStream(run[0].header, frame.header) && run[0].header.channels === frame.header.channels;
    if (alike) run.push(frame);
    else runs.push([frame]);
  }
  return runs;
}
