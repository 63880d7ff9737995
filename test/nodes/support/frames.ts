/** An mp3 walker of the tests' own: it knows frames by the standard's tables, not by the code that is tested. */
import { BITRATES, SAMPLE_RATES, frameBytes } from "../../unit/audio-fixtures";

/** Where a frame lies and how long it plays. */
export interface Frame {
  at: number;
  bytes: number;
  ms: number;
}

/**
 * The layer III frames of a buffer that holds nothing but whole frames (ISO/IEC 11172-3, 2.4.1.3).
 * Throws where something else stands or the last frame is not whole.
 */
export function framesIn(data: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < data.length;) {
    const frame = frameAt(data, at);
    frames.push(frame);
    at += frame.bytes;
    if (at > data.length) throw new Error(`The frame at ${frame.at} is not whole`);
  }
  return frames;
}

/** How long the frames of a buffer play, in milliseconds. */
export const playMs = (data: Buffer): number => framesIn(data).reduce((sum, { ms }) => sum + ms, 0);

function frameAt(data: Buffer, at: number): Frame {
  const [first = 0, second = 0, third = 0] = data.subarray(at, at + 3);
  const version = ({ 3: 1, 2: 2, 0: 2.5 } as const)[(second >> 3) & 3];
  const isLayer3 = first === 0xff && (second & 0xe0) === 0xe0 && ((second >> 1) & 3) === 1;
  if (!isLayer3 || version === undefined) throw new Error(`No frame begins at ${at}`);
  const bitrate = BITRATES[`${version === 1 ? 1 : 2}/3`]?.[(third >> 4) - 1];
  const sampleRate = SAMPLE_RATES[version]?.[(third >> 2) & 3];
  if (bitrate === undefined || sampleRate === undefined) throw new Error(`No frame begins at ${at}`);
  const bytes = frameBytes({ version, bitrate, sampleRate, padding: (third & 2) !== 0 });
  return { at, bytes, ms: ((version === 1 ? 1152 : 576) / sampleRate) * 1000 };
}
