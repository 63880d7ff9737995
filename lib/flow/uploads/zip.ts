/** Checks whether a file is a complete ZIP archive by its beginning and end (PKWARE APPNOTE 4.3). */
import { Problem } from "../message/problem";

const FIRST_ENTRY = 0x04034b50;
const DIRECTORY_END = 0x06054b50;
/** Length of an end-of-central-directory record without its comment. */
const DIRECTORY_END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
/** Numbers that do not fit are in a ZIP64 record. */
const ELSEWHERE = 0xffffffff;

/**
 * Checks that a file begins with an entry and ends with a table of contents that fits into it.
 * @throws Problem `INPUT_NOT_ZIP`, `INPUT_ZIP_DAMAGED` (cut off or put together wrongly)
 */
export async function assertZip(field: string, file: Blob): Promise<void> {
  const head = await bytesOf(file.slice(0, 4));
  if (head.length < 4 || head.readUInt32LE(0) !== FIRST_ENTRY) {
    throw new Problem("INPUT_NOT_ZIP", { field }, { field });
  }
  const start = Math.max(0, file.size - DIRECTORY_END_BYTES - LONGEST_COMMENT);
  if (!hasDirectory(await bytesOf(file.slice(start)), start)) {
    throw new Problem("INPUT_ZIP_DAMAGED", { field }, { field });
  }
}

const bytesOf = async (part: Blob): Promise<Buffer> => Buffer.from(await part.arrayBuffer());

/** Looks for the record from the end; the comment that follows it may contain anything, even its signature. */
function hasDirectory(tail: Buffer, start: number): boolean {
  for (let at = tail.length - DIRECTORY_END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== DIRECTORY_END) continue;
    const commentLength = tail.readUInt16LE(at + 20);
    if (at + DIRECTORY_END_BYTES + commentLength !== tail.length) continue;
    const size = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    if (size === ELSEWHERE || offset === ELSEWHERE || offset + size <= start + at) return true;
  }
  return false;
}
