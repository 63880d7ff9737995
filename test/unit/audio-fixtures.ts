import { createMp3Encoder } from "wasm-media-encoders";

/** What a hand-built frame is made of; left out: MPEG-1 layer 3, 128 kbit/s, 44.1 kHz, stereo. */
export interface FrameRecipe {
  version?: 1 | 2 | 2.5;
  layer?: 1 | 2 | 3;
  /** kbit/s; 0 is free format and needs `freeBytes`. */
  bitrate?: number;
  sampleRate?: number;
  padding?: boolean;
  crc?: boolean;
  mono?: boolean;
  /** Length of a free format frame without padding. */
  freeBytes?: number;
  /** What the payload repeats. */
  fill?: number;
}

/** The bit rates by version and layer, from the table of the standard; the index is their place in the list. */
export const BITRATES: Record<string, number[]> = {
  "1/1": [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  "1/2": [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  "1/3": [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  "2/1": [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  "2/2": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  "2/3": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** The sample rates by version. */
export const SAMPLE_RATES: Record<string, number[]> = {
  "1": [44100, 48000, 32000],
  "2": [22050, 24000, 16000],
  "2.5": [11025, 12000, 8000],
};

/** The bit rates a version and layer can have. */
export function bitratesOf(version: number, layer: number): number[] {
  return BITRATES[`${version === 1 ? 1 : 2}/${layer}`] ?? [];
}

/** Four header bytes. */
export function header(recipe: FrameRecipe = {}): Buffer {
  const { version = 1, layer = 3, bitrate = 128, sampleRate = 44100, padding, crc, mono } = recipe;
  const versionBits = { 1: 3, 2: 2, 2.5: 0 }[version];
  const rateIndex = bitratesOf(version, layer).indexOf(bitrate) + 1;
  const sampleIndex = (SAMPLE_RATES[version] ?? []).indexOf(sampleRate);
  if (sampleIndex < 0 || (bitrate > 0 && rateIndex === 0)) throw new Error("no such frame");
  return Buffer.from([
    0xff,
    0xe0 | (versionBits << 3) | ((4 - layer) << 1) | (crc ? 0 : 1),
    (rateIndex << 4) | (sampleIndex << 2) | (padding ? 2 : 0),
    mono ? 0xc0 : 0,
  ]);
}

/** Length of the frame by the formulas of the standard (ISO/IEC 11172-3, 2.4.3.1). */
export function frameBytes(recipe: FrameRecipe = {}): number {
  const { version = 1, layer = 3, bitrate = 128, sampleRate = 44100, padding, freeBytes = 0 } = recipe;
  const pad = padding ? 1 : 0;
  if (bitrate === 0) return freeBytes + pad * (layer === 1 ? 4 : 1);
  if (layer === 1) return (Math.floor((12 * bitrate * 1000) / sampleRate) + pad) * 4;
  return Math.floor(((layer === 3 && version !== 1 ? 72 : 144) * bitrate * 1000) / sampleRate) + pad;
}

/** Samples in a frame. */
function frameSamples({ version = 1, layer = 3 }: FrameRecipe = {}): number {
  if (layer === 1) return 384;
  return layer === 3 && version !== 1 ? 576 : 1152;
}

/** How long a frame plays. */
export function frameMs(recipe: FrameRecipe = {}): number {
  return (frameSamples(recipe) / (recipe.sampleRate ?? 44100)) * 1000;
}

/** A whole frame whose payload repeats `fill` and has no sync in it. */
export function frame(recipe: FrameRecipe = {}): Buffer {
  const head = header(recipe);
  return Buffer.concat([head, Buffer.alloc(frameBytes(recipe) - head.length, recipe.fill ?? 0x55)]);
}

/** `count` frames in a row, each with another fill. */
export function framesOf(count: number, recipe: FrameRecipe = {}): Buffer[] {
  return Array.from({ length: count }, (_, index) => frame({ ...recipe, fill: (index % 200) + 1 }));
}

/** A frame with a mark of the table-of-contents kind at its place. */
export function infoFrame(mark: "Xing" | "Info" | "VBRI", recipe: FrameRecipe = {}, shift = 0): Buffer {
  const { version = 1, mono } = recipe;
  const side = version === 1 ? (mono ? 17 : 32) : mono ? 9 : 17;
  const data = frame({ ...recipe, fill: 0 });
  data.write(mark, mark === "VBRI" ? 36 : 4 + side + shift, "latin1");
  return data;
}

/** An ID3v2.4 tag with `size` bytes of content, and with a footer if asked for. */
export function id3v2(size: number, options: { footer?: boolean; fill?: number } = {}): Buffer {
  const sizes = [size >> 21, size >> 14, size >> 7, size].map((part) => part & 0x7f);
  const fields = [4, 0, options.footer ? 0x10 : 0, ...sizes];
  const head = Buffer.concat([Buffer.from("ID3"), Buffer.from(fields)]);
  const foot = options.footer ? Buffer.concat([Buffer.from("3DI"), Buffer.from(fields)]) : Buffer.alloc(0);
  return Buffer.concat([head, Buffer.alloc(size, options.fill ?? 0x41), foot]);
}

/** An ID3v1 tag. */
export function id3v1(): Buffer {
  return Buffer.concat([Buffer.from("TAG"), Buffer.alloc(125, 0x42)]);
}

/** An APEv2 tag with header and footer and `size` bytes of items. */
export function apeTag(size: number): Buffer {
  const part = (flags: number): Buffer => {
    const data = Buffer.alloc(32);
    data.write("APETAGEX", "latin1");
    data.writeUInt32LE(2000, 8);
    data.writeUInt32LE(size + 32, 12);
    data.writeUInt32LE(1, 16);
    data.writeUInt32LE(flags, 20);
    return data;
  };
  return Buffer.concat([part(0xa0000000), Buffer.alloc(size, 0x43), part(0x80000000)]);
}

/** Cuts `data` into pieces of `size` bytes. */
export function cut(data: Buffer, size: number): Buffer[] {
  const pieces = [];
  for (let at = 0; at < data.length; at += size) pieces.push(data.subarray(at, at + size));
  return pieces;
}

/** A source that gives the pieces one after another. */
export async function* arriving(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

/** Everything an async iterable gives. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** Real mp3 of two gliding tones with a pause, encoded by LAME. */
export async function lameMp3(options: {
  channels: 1 | 2;
  sampleRate: 16000 | 24000 | 44100 | 48000;
  seconds: number;
  bitrate?: 64 | 128 | 320;
  vbrQuality?: number;
}): Promise<Buffer> {
  const { channels, sampleRate, seconds, bitrate, vbrQuality } = options;
  const encoder = await createMp3Encoder();
  const mode = vbrQuality === undefined ? { bitrate } : { vbrQuality };
  encoder.configure({ channels, sampleRate, outputSampleRate: sampleRate, ...mode });
  const tone = (hertz: number): Float32Array =>
    Float32Array.from({ length: sampleRate * seconds }, (_, index) => {
      const time = index / sampleRate;
      const loud = time % 1 < 0.7 ? 0.4 : 0;
      return loud * Math.sin(2 * Math.PI * (hertz + 300 * time) * time);
    });
  const sound = channels === 1 ? [tone(220)] : [tone(220), tone(540)];
  // The encoder gives views of its own memory, which the next call overwrites.
  return Buffer.concat([Buffer.from(encoder.encode(sound)), Buffer.from(encoder.finalize())]);
}
