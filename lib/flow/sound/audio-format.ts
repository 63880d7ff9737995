/** Converts mp3 to samples for devices that cannot decode it. */
import { convertMp3, pcmMs, SampleCutter, wavHeader, type Converted, type PcmFormat } from "../../audio";
import { MB } from "../input/file";
import { Problem } from "../message/problem";
import { AudioSequence, type Facts, type Message, type Parts } from "../message/sequence";
import type { Settings, SettingValues } from "../../schema/description";
import { AUDIO_SINK_SETTINGS, type AudioSink, type AudioSinkContext } from "./audio-sink";
import { MP3 } from "./chime";
import { placeOf } from "./incoming-audio";

const [LOWEST_RATE, HIGHEST_RATE] = [4000, 192_000];

/** How the node converts; 0 leaves the sample rate or the channels as they are. */
export const FORMAT_SETTINGS = {
  format: { icon: "file-audio-o", kind: "select", choices: ["wav", "pcm", "mulaw"], default: "wav" },
  sampleRate: { icon: "signal", kind: "count", default: 0, min: 0, max: HIGHEST_RATE },
  channels: { icon: "random", kind: "count", default: 0, min: 0, max: 8 },
  ...AUDIO_SINK_SETTINGS,
} as const satisfies Settings;

type Context = AudioSinkContext<object, SettingValues<typeof FORMAT_SETTINGS>>;

/** The largest Buffer of samples, so that other flows keep enough memory. */
const MOST_MB = 512;

/** The converter of one placed node. */
export const formattingSink = (): AudioSink<object, SettingValues<typeof FORMAT_SETTINGS>> =>
  formattingSinkWithin(MOST_MB);

/** A converter that makes no larger Buffer than this, in megabytes; a sequence has no limit. */
export const formattingSinkWithin = (
  mostMb: number,
): AudioSink<object, SettingValues<typeof FORMAT_SETTINGS>> => ({
  handle: (context) => convert(context, mostMb),
});

/**
 * Sends a sequence as a sequence while it arrives, and one Buffer as one Buffer.
 * @throws Problem `INPUT_OUT_OF_RANGE`, `FORMAT_NEEDS_MP3`, `FORMAT_TOO_LARGE`; what the audio throws, after what was
 *   sent has been retracted
 */
async function convert(context: Context, mostMb: number): Promise<void> {
  const { speech, settings, signal, status, translate } = context;
  const { format, sampleRate, channels } = settings;
  if (sampleRate !== 0 && sampleRate < LOWEST_RATE)
    throw new Problem("INPUT_OUT_OF_RANGE", { field: "sampleRate", min: LOWEST_RATE, max: HIGHEST_RATE });
  const { type, audio } = await speech.open(signal);
  if (type !== MP3) throw new Problem("FORMAT_NEEDS_MP3", { type });
  status.working("converting");
  const output = outputOf(context, mostMb);
  const playsMs = await output.retractOnError(async () => {
    for await (const piece of convertMp3(audio, { sampleRate, channels, mulaw: format === "mulaw" })) {
      signal.throwIfAborted();
      output.take(piece);
    }
    return output.end();
  });
  status.done(translate("shared:status.converted", { seconds: (playsMs / 1000).toFixed(1) }));
}

/** The receiver of the samples. */
interface Output {
  take(piece: Converted): void;
  /** Sends the remaining samples; returns the length of all of them, in ms. */
  end(): number;
  /** Runs the conversion; retracts the sequence if it fails. */
  retractOnError<T>(work: () => Promise<T>): Promise<T>;
}

const outputOf = (context: Context, mostMb: number): Output =>
  placeOf(context.speech.firstMessage) ? new ChunkOutput(context) : new WholeOutput(context, mostMb);

/** The messages are the first one's, with the sequence around the chunks, if there is one. */
function sequenceLike(context: Context): AudioSequence {
  const { parts, ...message } = context.speech.firstMessage;
  const around = placeOf(context.speech.firstMessage) ? (parts as Parts).parts : parts;
  return new AudioSequence(context.RED.util, { ...message, ...(around ? { parts: around } : {}) } as Message);
}

/** The incoming `msg.vocu`, and the format of the payload. */
const described = (message: Message, pcm: PcmFormat, format: string): Facts => ({
  ...(message.vocu as object | undefined),
  pcm: { ...pcm, format },
});

const totals = (bytes: number, samples: number, pcm: PcmFormat): Facts => ({
  bytes,
  audioMs: Math.round(pcmMs(samples, pcm)),
});

const nothing = (): Problem => new Problem("FORMAT_NEEDS_MP3", { type: MP3 });

/** A sequence, each chunk as soon as there are samples; the last one carries some, too. */
class ChunkOutput implements Output {
  private readonly sequence: AudioSequence;
  private cutter: SampleCutter | undefined;
  private pcm: PcmFormat | undefined;
  private samples = 0;
  private bytes = 0;

  constructor(private readonly context: Context) {
    this.sequence = sequenceLike(context);
  }

  take({ format, data }: Converted): void {
    this.pcm ??= format;
    this.cutter ??= new SampleCutter(format);
    const free = this.cutter.push(data);
    if (free.length > 0) this.send(free, this.pcm, false);
  }

  end(): number {
    if (!this.pcm || !this.cutter) throw nothing();
    this.send(this.cutter.end(), this.pcm, true);
    return pcmMs(this.samples, this.pcm);
  }

  retractOnError<T>(work: () => Promise<T>): Promise<T> {
    return this.sequence.retractOnError(this.context, work);
  }

  private send(samples: Buffer, pcm: PcmFormat, last: boolean): void {
    const { speech, settings } = this.context;
    const begins = settings.format === "wav" && this.sequence.count === 0;
    const data = begins ? Buffer.concat([wavHeader(pcm), samples]) : samples;
    this.samples += samples.length;
    this.bytes += data.length;
    const facts = described(last ? speech.lastMessage : speech.firstMessage, pcm, settings.format);
    const known = last ? { ...facts, ...totals(this.bytes, this.samples, pcm) } : facts;
    const message = this.sequence.next(data, known, last);
    this.sequence.whileSending(() => this.context.send(message));
  }
}

/** One Buffer. */
class WholeOutput implements Output {
  private readonly pieces: Buffer[] = [];
  private pcm: PcmFormat | undefined;
  private samples = 0;

  constructor(
    private readonly context: Context,
    private readonly mostMb: number,
  ) {}

  take({ format, data }: Converted): void {
    this.pcm ??= format;
    this.samples += data.length;
    if (this.samples > this.mostMb * MB) throw new Problem("FORMAT_TOO_LARGE", { mb: this.mostMb });
    this.pieces.push(data);
  }

  end(): number {
    const { pcm, samples, context } = this;
    if (!pcm) throw nothing();
    const { format } = context.settings;
    const header = format === "wav" ? [wavHeader(pcm, samples)] : [];
    const data = Buffer.concat([...header, ...this.pieces]);
    const facts = {
      ...described(context.speech.firstMessage, pcm, format),
      ...totals(data.length, samples, pcm),
    };
    context.send(sequenceLike(context).whole(data, facts));
    return pcmMs(samples, pcm);
  }

  retractOnError<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}
