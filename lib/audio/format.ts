/** What kind of audio some bytes are, and how raw samples become a file that players know. */
import { FrameSplitter } from "./mp3/frames";

/** Raw samples, as live speech comes (API reference B): signed little-endian integers, channels interleaved. */
export interface PcmFormat {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
}

const SIGNATURES: readonly { readonly type: string; readonly at: number; readonly bytes: string }[] = [
  { type: "audio/mpeg", at: 0, bytes: "ID3" },
  { type: "audio/wav", at: 8, bytes: "WAVE" },
  { type: "audio/ogg", at: 0, bytes: "OggS" },
  { type: "audio/flac", at: 0, bytes: "fLaC" },
];

/** The media type of audio that begins so: mp3 (also cut off inside), WAV, Ogg or FLAC; undefined for anything else. */
export function audioTypeOf(head: Buffer): string | undefined {
  const match = SIGNATURES.find(({ at, bytes }) => head.toString("latin1", at, at + bytes.length) === bytes);
  if (match) return match.type;
  const units = new FrameSplitter().push(head);
  return units.some(({ kind }) => kind === "frame") ? "audio/mpeg" : undefined;
}

/** The size that says "until the stream ends". */
const ENDLESS = 0xffffffff;

/** The 44 bytes that make a WAV of the samples that follow, however many there will be. */
export function wavHeader({ sampleRate, channels, bitsPerSample }: PcmFormat): Buffer {
  const blockAlign = (channels * bitsPerSample) / 8;
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(ENDLESS, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * blockAlign, 28);
  header.writeUInt16LE(blockAlign, 32);
  header.writeUInt16LE(bitsPerSample, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(ENDLESS, 40);
  return header;
}
