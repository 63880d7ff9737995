/** Makes small ZIP archives for tests (stored, not compressed; PKWARE APPNOTE 4.3). */
import { crc32 } from "node:zlib";

/** An archive of these files. */
export function zipOf(files: Readonly<Record<string, Buffer>>, comment: Buffer = Buffer.alloc(0)): Buffer {
  const entries: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(files)) {
    const facts = factsOf(name, data);
    const entry = Buffer.concat([bytes("PK\x03\x04"), facts, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([bytes("PK\x01\x02\x14\x00"), facts, rest, Buffer.from(name)]));
    entries.push(entry);
    offset += entry.length;
  }
  const contents = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(contents.length, 8);
  end.writeUInt32LE(offset, 12);
  end.writeUInt16LE(comment.length, 16);
  return Buffer.concat([...entries, contents, bytes("PK\x05\x06"), end, comment]);
}

/** What local header and directory say alike: version, flags, method, time, date, CRC, sizes, lengths. */
function factsOf(name: string, data: Buffer): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt32LE(crc32(data), 10);
  facts.writeUInt32LE(data.length, 14);
  facts.writeUInt32LE(data.length, 18);
  facts.writeUInt16LE(Buffer.byteLength(name), 22);
  return facts;
}

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
