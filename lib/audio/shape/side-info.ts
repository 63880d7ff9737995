/** The side information of layer 3 frames, as far as it is read and changed here. */
import { HEADER_BYTES, type FrameHeader } from "../mp3/frame";

/** Places in the side information of a granule (ISO/IEC 11172-3, 2.4.1.7), in bits from its start. */
export const GRANULE = {
  /** How many bits of main data it has. */
  length: { at: 0, bits: 12 },
  bigValues: { at: 12, bits: 9 },
  gain: { at: 21, bits: 8 },
} as const;

/**
 * Where the side information of each granule and channel begins in a frame without checksum, in bits from the start of the
 * frame.
 */
export function granulesOf({ version, channels }: FrameHeader): number[] {
  const mono = channels === 1;
  const first = 8 * HEADER_BYTES + (version === 1 ? (mono ? 9 + 5 + 4 : 9 + 3 + 8) : 8 + (mono ? 1 : 2));
  const size = version === 1 ? 59 : 63;
  return Array.from({ length: channels * (version === 1 ? 2 : 1) }, (_, index) => first + index * size);
}

/** Reads `count` bits (at most 16) from bit `at` on. */
export function readBits(data: Buffer, at: number, count: number): number {
  let value = 0;
  for (let bit = at; bit < at + count; bit++)
    value = value * 2 + (((data[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  return value;
}

/** Writes the lowest `count` bits (at most 16) of `value` from bit `at` on. */
export function writeBits(data: Buffer, at: number, count: number, value: number): void {
  for (let place = 0; place < count; place++) {
    const bit = at + place;
    const mask = 0x80 >> (bit & 7);
    const byte = data[bit >> 3] ?? 0;
    data[bit >> 3] = (value >> (count - 1 - place)) & 1 ? byte | mask : byte & ~mask;
  }
}
