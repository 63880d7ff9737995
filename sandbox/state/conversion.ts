/** Finds the audio for conversion to another voice. */
import { badRequest } from "../errors";
import { oneBuffer } from "../one-buffer";
import { speakOnce } from "../speech/cache";
import { encodeWhole } from "../speech/lame";
import { probe } from "../speech/probe";
import type { Timbre } from "../speech/speaker";
import type { Files } from "./files";
import type { Recorder } from "./recorder";

const USUAL_PITCH = 50;

/** The stores in which the audio of an address is looked up. */
export interface AudioSources {
  /** Origin of the storage host. */
  readonly storageUrl: string;
  readonly recorder: Recorder;
  readonly files: Files;
}

/** Audio for conversion to another voice, API reference 7.5 `input_audio`. */
export interface ConversionInput {
  seconds: number;
  /** The audio in the given voice; unchanged without one. */
  play(timbre?: Timbre): AsyncIterable<Buffer>;
}

const refused = () => badRequest("TTS_INPUT_AUDIO_INVALID", "input_audio is no audio of this platform");

/**
 * Finds the audio behind an address on the storage host. Speech of the sandbox is spoken again in the new voice, a WAV
 * upload is shifted in pitch, an mp3 upload stays as it is (the sandbox decodes no mp3).
 */
export async function conversionInput(
  address: string,
  { storageUrl, recorder, files }: AudioSources,
): Promise<ConversionInput> {
  if (!address.startsWith(`${storageUrl}/`)) throw refused();
  const path = new URL(address).pathname;
  const recording = recorder.find(/^\/generate\/(.+)\.mp3$/.exec(path)?.[1] ?? "");
  if (recording) {
    const bytes = await recording.whole();
    const { line } = recording;
    return {
      seconds: probe(bytes)?.seconds ?? 0,
      play: (timbre) =>
        line && timbre ? speakOnce({ ...line, ...timbre, rate: line.rate }) : oneBuffer(bytes),
    };
  }
  const file = path.startsWith("/vc-input/") ? files.get(path) : undefined;
  if (!file) throw refused();
  const { pcm, bytes } = file;
  return {
    seconds: probe(bytes)?.seconds ?? 0,
    play: (timbre) =>
      pcm && timbre
        ? encodeWhole({ ...pcm, sampleRate: Math.round((pcm.sampleRate * timbre.pitch) / USUAL_PITCH) })
        : oneBuffer(bytes),
  };
}
