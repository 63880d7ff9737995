/** Tags in and around mp3: where they begin and how long they are. */

const MARKS = ["ID3", "TAG", "APETAGEX"].map((mark) => Buffer.from(mark, "latin1"));
const [ID3, TAG] = MARKS as [Buffer, Buffer, Buffer];
const ID3V1_MARK = 4;
const ID3V1_BYTES = 128;
const ID3V1_EXTENDED_BYTES = 227;
const ID3V2_FRAME = 10;
const APE_FRAME = 32;

/** Whether what stands at `at` begins like a tag. Looks at three bytes; fewer are never a tag. */
export function startsTag(data: Buffer, at: number): boolean {
  return MARKS.some((mark) => mark[0] === data[at] && mark[1] === data[at + 1] && mark[2] === data[at + 2]);
}

/**
 * Length in bytes of the tag at `at`: ID3v2 (footer included), ID3v1 (and its "TAG+" extension) or APE with a header.
 * "more" while too few bytes have arrived to decide, undefined if there is no such tag.
 */
export function tagLength(data: Buffer, at = 0): number | "more" | undefined {
  const left = data.length - at;
  for (const mark of MARKS) {
    const same = Math.min(left, mark.length);
    if (data[at] !== mark[0] || mark.compare(data, at, at + same, 0, same) !== 0) continue;
    if (mark === ID3) return id3v2Length(data, at, left);
    return mark === TAG ? id3v1Length(data, at, left) : apeLength(data, at, left);
  }
  return undefined;
}

function id3v1Length(data: Buffer, at: number, left: number): number | "more" {
  if (left < ID3V1_MARK) return "more";
  return data[at + 3] === 0x2b ? ID3V1_EXTENDED_BYTES : ID3V1_BYTES;
}

function id3v2Length(data: Buffer, at: number, left: number): number | "more" | undefined {
  if (left < ID3V2_FRAME) return "more";
  const size = [...data.subarray(at + 6, at + 10)];
  // Small versions and sizes of seven bits a byte distinguish a tag from text that begins with these letters.
  const version = Math.max(data.readUInt8(at + 3), data.readUInt8(at + 4));
  if (version >= 0x10 || size.some((byte) => byte > 0x7f)) return undefined;
  const footer = data.readUInt8(at + 5) & 0x10 ? ID3V2_FRAME : 0;
  return ID3V2_FRAME + size.reduce((sum, byte) => sum * 128 + byte, 0) + footer;
}

function apeLength(data: Buffer, at: number, left: number): number | "more" {
  if (left < APE_FRAME) return "more";
  const isHeader = (data.readUInt32LE(at + 20) & 0x2000_0000) !== 0;
  return APE_FRAME + (isHeader ? data.readUInt32LE(at + 12) : 0);
}
