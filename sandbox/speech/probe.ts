/** Detects format, length and loudness of uploaded audio. */
import type { Pcm } from "./espeak";

/** Facts about uploaded audio: WAV (16-bit PCM) and mp3 are supported. */
export interface Probe {
  kind: "wav" | "mp3";
  seconds: number;
  /** True when a WAV holds nothing but silence. */
  silent: boolean;
  /** First channel of a WAV. */
  pcm?: Pcm;
}

const MPEG1_KBITS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MPEG2_KBITS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const MPEG1_HZ = [44100, 48000, 32000];
const SILENCE = 100;

function chunk(bytes: Buffer, name: string): Buffer | undefined {
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = bytes.readUInt32LE(at + 4);
    if (bytes.toString("latin1", at, at + 4) === name) return bytes.subarray(at + 8, at + 8 + size);
    at += 8 + size + (size % 2);
  }
  return undefined;
}

function probeWav(bytes: Buffer): Probe | undefined {
  const format = chunk(bytes, "fmt ");
  const data = chunk(bytes, "data");
  if (!format || format.length < 16 || !data || format.readUInt16LE(14) !== 16) return undefined;
  const channels = format.readUInt16LE(2);
  const sampleRate = format.readUInt32LE(4);
  if (channels === 0 || sampleRate === 0) return undefined;
  const samples = new Int16Array(Math.floor(data.length / 2 / channels));
  for (let i = 0; i < samples.length; i++) samples[i] = data.readInt16LE(i * 2 * channels);
  const silent = samples.every((sample) => Math.abs(sample) < SILENCE);
  return { kind: "wav", seconds: samples.length / sampleRate, silent, pcm: { samples, sampleRate } };
}

/** Length in bytes and in seconds of the mp3 frame at `at`. */
function frame(bytes: Buffer, at: number): { bytes: number; seconds: number } | undefined {
  if (at + 4 > bytes.length) return undefined;
  const header = bytes.readUInt32BE(at);
  const version = (header >>> 19) & 3;
  const kbits = (version === 3 ? MPEG1_KBITS : MPEG2_KBITS)[(header >>> 12) & 15];
  const hz = MPEG1_HZ[(header >>> 10) & 3];
  if (header >>> 21 !== 0x7ff || version === 1 || ((header >>> 17) & 3) !== 1 || !kbits || !hz)
    return undefined;
  const rate = version === 3 ? hz : version === 2 ? hz / 2 : hz / 4;
  const samples = version === 3 ? 1152 : 576;
  const padding = (header >>> 9) & 1;
  return { bytes: Math.floor((samples / 8) * ((kbits * 1000) / rate)) + padding, seconds: samples / rate };
}

function afterId3(bytes: Buffer): number {
  if (bytes.toString("latin1", 0, 3) !== "ID3" || bytes.length < 10) return 0;
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(6, 10);
  return 10 + ((a << 21) | (b << 14) | (c << 7) | d);
}

function probeMp3(bytes: Buffer): Probe | undefined {
  let seconds = 0;
  let at = afterId3(bytes);
  for (let next = frame(bytes, at); next; next = frame(bytes, at)) {
    seconds += next.seconds;
    at += next.bytes;
  }
  return seconds > 0 ? { kind: "mp3", seconds, silent: false } : undefined;
}

/** Examines audio; undefined when it is neither WAV nor mp3. */
export function probe(bytes: Buffer): Probe | undefined {
  const isWav = bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WAVE";
  return isWav ? probeWav(bytes) : probeMp3(bytes);
}
