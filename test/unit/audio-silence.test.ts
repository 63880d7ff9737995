/** Silent frames, and the bits in which a hum is written into them. */
import assert from "node:assert/strict";
import { parseFrameHeader, type FrameHeader } from "../../lib/audio/mp3/frame";
import { readBits, writeBits } from "../../lib/audio/shape/side-info";
import { silentFrames } from "../../lib/audio/shape/silence";
import { frame, frameMs, type FrameRecipe } from "./audio-fixtures";

function headerOf(data: Buffer): FrameHeader {
  const header = parseFrameHeader(data);
  assert.ok(header);
  return header;
}

function silent(recipe: FrameRecipe, ms: number, tone?: boolean): Buffer {
  const data = frame(recipe);
  return silentFrames({ header: headerOf(data), data }, ms, tone);
}

/** Bits of a frame as text, from the one of that number on. */
const bits = (data: Buffer, at: number, count: number): string =>
  [...data]
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .slice(at, at + count);

describe("silent frames", () => {
  it("are their template's header without padding and checksum, and nothing but zeros", () => {
    const plain = frame({ bitrate: 128 });
    const wanted = Buffer.alloc(plain.length);
    plain.copy(wanted, 0, 0, 4);
    for (const recipe of [{}, { padding: true }, { crc: true }, { padding: true, crc: true }])
      assert.deepEqual(silent(recipe, 1), wanted, JSON.stringify(recipe));
  });

  it("play as long as is asked for, and less than a frame longer", () => {
    const one = silent({}, 1);
    assert.equal(one.length, 417);
    for (const [frames, ms] of [
      [0, 0],
      [1, frameMs()],
      [2, frameMs() + 0.1],
      [3, 3 * frameMs()],
      [49, 49 * frameMs()],
      [50, 49 * frameMs() + 0.001],
    ] as const)
      assert.deepEqual(silent({}, ms), Buffer.concat(Array.from({ length: frames }, () => one)), `${ms} ms`);
  });

  it("do not hum in a layer that has other side information", () => {
    for (const layer of [1, 2] as const)
      assert.deepEqual(silent({ layer }, 100, true), silent({ layer }, 100, false));
  });

  it("do not hum unless asked to", () => assert.deepEqual(silent({}, 100), silent({}, 100, false)));
});

describe("the hum in a frame", () => {
  /** Of a granule's side information: bits of main data, coefficients in pairs, gain; and a table for each region. */
  const granule = (length: number, pairs: number, scale: number): string =>
    [
      length.toString(2).padStart(12, "0"),
      pairs.toString(2).padStart(9, "0"),
      (176).toString(2),
      "0".repeat(scale + 1),
      "00001".repeat(3),
    ].join("");

  it("is in both granules of MPEG-1, and has no zeros before it at 44.1 kHz", () => {
    const data = silent({ mono: true }, 1, true);
    const side = "0".repeat(18) + (granule(4, 1, 4) + "0".repeat(59 - 49)).repeat(2);
    assert.equal(bits(data, 32, 17 * 8), side);
    assert.equal(bits(data, 32 + 17 * 8, 24), "0010" + "0010" + "0".repeat(16));
  });

  it("is in the one granule of MPEG-2.5, on both channels, and behind pairs of zeros at 8 kHz", () => {
    const data = silent({ version: 2.5, sampleRate: 8000, bitrate: 64 }, 1, true);
    const side = "0".repeat(10) + (granule(8, 6, 9) + "0".repeat(63 - 54)).repeat(2);
    assert.equal(bits(data, 32, 17 * 8), side);
    assert.equal(bits(data, 32 + 17 * 8, 24), "11111010" + "11111010" + "0".repeat(8));
  });

  it("is on both channels where the speech had them as middle and side", () => {
    const data = frame();
    data.writeUInt8(0b0111_0100, 3);
    const template = { header: headerOf(data), data };
    assert.equal(silentFrames(template, 1, true).readUInt8(3), 0b0100_0100);
    assert.equal(silentFrames(template, 1).readUInt8(3), 0b0111_0100);
  });
});

describe("bits of side information", () => {
  it("are read across bytes, the highest first", () => {
    const data = Buffer.from([0b1010_0101, 0b1100_0011, 0b0001_1000]);
    assert.deepEqual(
      [readBits(data, 0, 8), readBits(data, 4, 8), readBits(data, 7, 3), readBits(data, 3, 16)],
      [0b1010_0101, 0b0101_1100, 0b111, 0b0_0101_1100_0011_000],
    );
    assert.equal(readBits(data, 5, 0), 0);
  });

  it("count as 0 behind the end of a frame that is cut off", () => {
    assert.equal(readBits(Buffer.from([0xff]), 4, 8), 0b1111_0000);
  });

  it("are written across bytes, and no other bit changes", () => {
    const ones = Buffer.from([0xff, 0xff, 0xff]);
    writeBits(ones, 6, 9, 0b0_1100_1010);
    assert.equal(bits(ones, 0, 24), "111111" + "011001010" + "111111111");
    const zeros = Buffer.alloc(3);
    writeBits(zeros, 6, 9, 0b1_0011_0101);
    assert.equal(bits(zeros, 0, 24), "000000" + "100110101" + "000000000");
  });

  it("are the lowest of a number that has more", () => {
    const data = Buffer.alloc(1);
    writeBits(data, 2, 3, 0b1101_010);
    assert.equal(bits(data, 0, 8), "00010000");
  });
});
