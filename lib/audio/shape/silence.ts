/** Silence as mp3 frames, in the format of the speech next to it. */
import { HEADER_BYTES, sideInfoBytes, type FrameHeader } from "../mp3/frame";
import { granulesOf, GRANULE, writeBits } from "./side-info";

/** A frame that others are made like. */
export interface FrameTemplate {
  readonly header: FrameHeader;
  /** At least the four bytes of the header. */
  readonly data: Buffer;
}

/**
 * As many frames as it takes to play for at least `ms` milliseconds: decoders give samples of exactly 0. With `tone` it
 * is a hum at 1/300 of full scale (about -50 dB) around 70 Hz instead, in layer 3, for speakers that wake up by sound
 * only.
 *
 * The header is the template's without padding and checksum; all that follows is 0, which means no coefficients, and no
 * bits borrowed from the frame before. So it may stand before, behind and between speeches, and never inside one.
 */
export function silentFrames(template: FrameTemplate, ms: number, tone = false): Buffer {
  const count = Math.ceil(ms / template.header.durationMs - ROUNDING);
  const frame = silentFrame(template);
  if (tone && template.header.layer === 3) hum(frame, template.header);
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

/** Durations are sums of fractions; a millionth of a frame more is not a frame more. */
const ROUNDING = 1e-6;

function silentFrame({ header, data }: FrameTemplate): Buffer {
  const frame = Buffer.alloc(header.bytes - header.padding);
  data.copy(frame, 0, 0, HEADER_BYTES);
  frame.writeUInt8(frame.readUInt8(1) | 1, 1);
  frame.writeUInt8(frame.readUInt8(2) & ~2, 2);
  return frame;
}

const HUM_HERTZ = 70;
/** The gain at which one coefficient of 1 gives the wanted loudness. */
const HUM_GAIN = 176;

/** One low coefficient of 1 in every granule: all zeros before it cost a bit for each two (Huffman table 1). */
function hum(frame: Buffer, header: FrameHeader): void {
  // Middle and side, or intensity, would put it on one channel.
  frame.writeUInt8(frame.readUInt8(3) & ~0x30, 3);
  const line = Math.round((HUM_HERTZ * 1152) / header.sampleRate - 0.5);
  const pairs = Math.floor(line / 2);
  const code = line % 2 === 1 ? { value: 0b001_0, bits: 4 } : { value: 0b01_0, bits: 3 };
  const bits = pairs + code.bits;
  const mainAt = 8 * (HEADER_BYTES + sideInfoBytes(header));
  granulesOf(header).forEach((at, index) => {
    const main = mainAt + index * bits;
    writeBits(frame, at + GRANULE.length.at, GRANULE.length.bits, bits);
    writeBits(frame, at + GRANULE.bigValues.at, GRANULE.bigValues.bits, pairs + 1);
    writeBits(frame, at + GRANULE.gain.at, GRANULE.gain.bits, HUM_GAIN);
    for (const region of [0, 5, 10]) writeBits(frame, at + tableSelectAt(header) + region, 5, 1);
    writeBits(frame, main, pairs, 2 ** pairs - 1);
    writeBits(frame, main + pairs, code.bits, code.value);
  });
}

/** Behind the scale factors' lengths and the bit that says that the window does not switch. */
const tableSelectAt = ({ version }: FrameHeader): number => 29 + (version === 1 ? 4 : 9) + 1;
