import assert from "node:assert/strict";
import { assertZip } from "../../lib/flow/uploads/zip";
import { zipOf } from "../zip";

const check = (bytes: Buffer): Promise<void> => assertZip("archive", new Blob([new Uint8Array(bytes)]));

describe("Recognising a ZIP", () => {
  it("accepts a whole archive", async () => {
    await check(zipOf({ "a.wav": Buffer.alloc(5000, 1), "b.wav": Buffer.from("b") }));
  });

  it("accepts an archive with a comment, even one that looks like an archive's end", async () => {
    await check(
      zipOf({ "a.wav": Buffer.from("a") }, Buffer.from("PK\x05\x06 and so on, further and further")),
    );
  });

  it("accepts an archive with the longest possible comment", async () => {
    await check(zipOf({ "a.wav": Buffer.from("a") }, Buffer.alloc(0xffff, 0x20)));
  });

  for (const [what, bytes] of [
    ["a recording", Buffer.from("RIFF....WAVEfmt ")],
    ["an archive without files", zipOf({})],
    ["less than a signature", Buffer.from("PK")],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(check(bytes), { code: "INPUT_NOT_ZIP" });
    });
  }

  const whole = zipOf({ "a.wav": Buffer.alloc(3000, 1), "b.wav": Buffer.alloc(3000, 2) });
  for (const [what, bytes] of [
    ["cut off at its end", whole.subarray(0, -1)],
    ["cut off in the middle", whole.subarray(0, 4000)],
    ["without its middle", Buffer.concat([whole.subarray(0, 1000), whole.subarray(4000)])],
    ["followed by something else", Buffer.concat([whole, Buffer.from("?")])],
  ] as const) {
    it(`notices an archive that is ${what}`, async () => {
      await assert.rejects(check(bytes), { code: "INPUT_ZIP_DAMAGED" });
    });
  }
});
