/** Free format: frames whose header does not give their length. */
import { HEADER_BYTES, parseFrameHeader, sameStream, type FrameHeader } from "./frame";
import { startsTag } from "./tags";

/** Longest free format frame that is looked for: layer 3 at 640 kbit/s (what LAME can write) and 32 kHz. */
const LONGEST = 2880;

/** How many bytes from a free format header on must be there to learn the length of its frame. */
export const FREE_FORMAT_WINDOW = 2 * (LONGEST + 4) + HEADER_BYTES;

/**
 * Learns the length, without padding, of the free format frames of a stream: the distance to the next header that
 * fits, where a further header (or a tag, or the end) stands at the same distance again.
 *
 * The free format frame is at `from`; `ended` means that no more bytes follow. Returns 0 where nothing fits, and
 * undefined while fewer than `FREE_FORMAT_WINDOW` bytes are there and more may come.
 */
export function freeFormatLength(
  data: Buffer,
  from: number,
  header: FrameHeader,
  ended: boolean,
): number | undefined {
  if (data.length - from < FREE_FORMAT_WINDOW && !ended) return undefined;
  for (let at = HEADER_BYTES; at <= LONGEST + header.padding; at++) {
    const second = parseFrameHeader(data, from + at);
    if (second === undefined || !sameStream(second, header)) continue;
    const length = at - header.padding;
    const next = from + at + length + second.padding;
    const third = parseFrameHeader(data, next);
    const fits = third !== undefined && sameStream(third, header);
    if (fits || startsTag(data, next) || (ended && next === data.length)) return length;
  }
  return 0;
}
