/** How raw samples become a file that players know. */

/** Raw samples, as live speech comes (API reference B): signed little-endian integers, channels interleaved. */
export interface PcmFormat {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  /** `mulaw`: the samples are not linear, but mu-law with 8 bits. */
  readonly format?: string;
}

/** The size that says "until the stream ends". */
const ENDLESS = 0xffffffff;

const [LINEAR, MULAW] = [1, 7];

/** The 44 bytes that make a WAV of the samples that follow: of the given number of bytes, or of an unknown number. */
export function wavHeader(
  { sampleRate, channels, bitsPerSample, format }: PcmFormat,
  bytes?: number,
): Buffer {
  const blockAlign = (channels * bitsPerSample) / 8;
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(bytes === undefined ? ENDLESS : bytes + 36, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(format === "mulaw" ? MULAW : LINEAR, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * blockAlign, 28);
  header.writeUInt16LE(blockAlign, 32);
  header.writeUInt16LE(bitsPerSample, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(bytes ?? ENDLESS, 40);
  return header;
}
