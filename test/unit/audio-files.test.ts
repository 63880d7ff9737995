import assert from "node:assert/strict";
import { codeOf, writeAll } from "../../lib/audio/files/write";

/** A file on a disk that takes at most so many bytes at once, and no more than it has room for. */
function disk(
  most: number,
  room = Infinity,
): { content: Buffer; write: Parameters<typeof writeAll>[0]["write"] } {
  const content = Buffer.alloc(20, ".");
  let used = 0;
  const write = (data: Buffer, offset: number, length: number, position: number): unknown => {
    const bytesWritten = Math.min(most, length, room - used);
    used += bytesWritten;
    data.copy(content, position, offset, offset + bytesWritten);
    return Promise.resolve({ bytesWritten, buffer: data });
  };
  return { content, write: write as Parameters<typeof writeAll>[0]["write"] };
}

describe("writing to a file", () => {
  it("goes on where the disk takes only a part at once", async () => {
    const file = disk(3);
    const written: number[] = [];
    await writeAll(file, Buffer.from("0123456789"), 5, (bytes) => written.push(bytes));
    assert.equal(file.content.toString(), ".....0123456789.....");
    assert.deepEqual(written, [3, 3, 3, 1]);
  });

  it("is an error where the disk takes nothing more, after what it has taken", async () => {
    const written: number[] = [];
    const writing = writeAll(disk(3, 4), Buffer.from("0123456789"), 0, (bytes) => written.push(bytes));
    await assert.rejects(writing, { message: "Nothing was written", code: "ENOSPC", syscall: "write" });
    assert.deepEqual(written, [3, 1]);
  });

  it("of nothing writes nothing", async () => {
    await writeAll(disk(0), Buffer.alloc(0), 0);
  });
});

describe("the code of a file system's error", () => {
  it("is its own, else unknown", () => {
    assert.equal(codeOf(Object.assign(new Error("full"), { code: "ENOSPC" })), "ENOSPC");
    for (const error of [new Error("no code"), undefined]) assert.equal(codeOf(error), "UNKNOWN");
  });
});
