const MARKS = ["ID3", "TAG", "APETAGEX"];
const ID3V1_BYTES = 128;
const ID3V1_EXTENDED_BYTES = 227;
const ID3V2_FRAME = 10;
const APE_FRAME = 32;

/** Whether what stands at `at` begins like a tag. Looks at three bytes; fewer are never a tag. */
export function startsTag(data: Buffer, at: number): boolean {
  const mark = data.toString("latin1", at, at + 3);
  return MARKS.some((known) => known.slice(0, 3) === mark);
}

/**
 * Length in bytes of the tag at the start of `data`: ID3v2 (footer included), ID3v1 (and its "TAG+" extension) or
 * APE with a header. "more" while too few bytes are there to tell, undefined where there is no such tag.
 */
export function tagLength(data: Buffer): number | "more" | undefined {
  const mark = data.toString("latin1", 0, 8);
  if (MARKS.some((known) => known.startsWith(mark) && known !== mark)) return "more";
  if (mark.startsWith("ID3")) return id3v2Length(data);
  if (mark.startsWith("TAG")) return data.length < 4 ? "more" : id3v1Length(data);
  return mark === "APETAGEX" ? apeLength(data) : undefined;
}

function id3v1Length(data: Buffer): number {
  return data[3] === 0x2b ? ID3V1_EXTENDED_BYTES : ID3V1_BYTES;
}

function id3v2Length(data: Buffer): number | "more" | undefined {
  if (data.length < ID3V2_FRAME) return "more";
  const size = [...data.subarray(6, 10)];
  if (data[3] === 0xff || data[4] === 0xff || size.some((byte) => byte > 0x7f)) return undefined;
  const footer = data.readUInt8(5) & 0x10 ? ID3V2_FRAME : 0;
  return ID3V2_FRAME + size.reduce((sum, byte) => sum * 128 + byte, 0) + footer;
}

function apeLength(data: Buffer): number | "more" {
  if (data.length < APE_FRAME) return "more";
  const isHeader = (data.readUInt32LE(20) & 0x2000_0000) !== 0;
  return APE_FRAME + (isHeader ? data.readUInt32LE(12) : 0);
}
