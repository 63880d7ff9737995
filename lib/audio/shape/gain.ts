/** Louder and quieter without decoding: the gain that stands in each granule of a layer 3 frame. */
import { HEADER_BYTES, sideInfoBytes, type FrameHeader } from "../mp3/frame";
import { GRANULE, granulesOf, readBits, writeBits } from "./side-info";

/** What one step of a frame's gain makes, in decibels: a factor of the fourth root of 2. */
export const GAIN_STEP_DB = 20 * Math.log10(2 ** 0.25);

/** The number of steps that is nearest to a gain in decibels. */
export const gainSteps = (decibels: number): number => Math.round(decibels / GAIN_STEP_DB);

const MOST = 255;

/**
 * Changes the gain of a whole frame in place, by steps of 1.5 dB. A gain that would leave its bounds stays at the
 * bound; a right checksum stays right. Frames of other layers are left as they are.
 * @returns whether it is as loud now as these steps make it; nothing is audible at the lower bound or below it
 */
export function changeGain(frame: Buffer, header: FrameHeader, steps: number): boolean {
  if (header.layer !== 3) return steps === 0;
  const shift = header.crc ? 16 : 0;
  const valid = header.crc && frame.readUInt16BE(HEADER_BYTES) === frameCrc(frame, header);
  let exact = true;
  for (const granule of granulesOf(header)) {
    const at = granule + shift;
    // A granule without any coefficients has no loudness.
    if (readBits(frame, at + GRANULE.length.at, GRANULE.length.bits) === 0) continue;
    const wanted = readBits(frame, at + GRANULE.gain.at, GRANULE.gain.bits) + steps;
    exact &&= wanted <= MOST;
    writeBits(frame, at + GRANULE.gain.at, GRANULE.gain.bits, Math.min(MOST, Math.max(0, wanted)));
  }
  if (valid) frame.writeUInt16BE(frameCrc(frame, header), HEADER_BYTES);
  return exact;
}

/**
 * The checksum of a layer 3 frame: of the last two bytes of its header and its side information (ISO/IEC 11172-3,
 * 2.4.3.1).
 */
export function frameCrc(frame: Buffer, header: FrameHeader): number {
  let crc = 0xffff;
  const side = HEADER_BYTES + 2;
  for (const part of [frame.subarray(2, 4), frame.subarray(side, side + sideInfoBytes(header))]) {
    for (const byte of part) {
      crc ^= byte << 8;
      for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1) & 0xffff;
    }
  }
  return crc;
}
