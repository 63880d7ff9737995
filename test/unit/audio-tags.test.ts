import assert from "node:assert/strict";
import { startsTag, tagLength } from "../../lib/audio/mp3/tags";
import { apeTag, id3v1, id3v2 } from "./audio-fixtures";

/** The bytes, with some of them changed. */
function changed(tag: Buffer, bytes: Readonly<Record<number, number>>): Buffer {
  for (const [at, byte] of Object.entries(bytes)) tag[Number(at)] = byte;
  return tag;
}

const EXTENDED = Buffer.concat([Buffer.from("TAG+"), Buffer.alloc(223)]);

describe("the length of a tag", () => {
  for (const [what, tag, length] of [
    ["ID3v2", id3v2(300), 310],
    ["ID3v2 of nothing", id3v2(0), 10],
    ["ID3v2 with all bits of its size", changed(id3v2(0), { 6: 1, 7: 1, 8: 1, 9: 0x7f }), 10 + 2_113_791],
    ["ID3v2 with a footer", id3v2(300, { footer: true }), 320],
    ["ID3v2 of the highest version there may be", changed(id3v2(300), { 3: 0x0f, 4: 0x0f }), 310],
    ["ID3v1", id3v1(), 128],
    ["extended ID3v1", EXTENDED, 227],
    ["APE with a header", apeTag(40), 104],
    ["APE with nothing but a footer", apeTag(0).subarray(32), 32],
  ] as const) {
    it(`is known from its beginning on: ${what}`, () => {
      const [before, behind] = [Buffer.from("12345"), Buffer.from("behind it")];
      assert.equal(tagLength(tag), length);
      assert.equal(tagLength(Buffer.concat([before, tag, behind]), before.length), length);
    });
  }

  for (const [what, tag, needed] of [
    ["ID3v2", id3v2(300), 10],
    ["ID3v1", id3v1(), 4],
    ["APE", apeTag(40), 32],
  ] as const) {
    it(`takes the first ${needed} bytes of it, and no more: ${what}`, () => {
      for (let length = 1; length < needed; length++)
        assert.equal(tagLength(tag.subarray(0, length)), "more", `${length} bytes`);
      assert.equal(typeof tagLength(tag.subarray(0, needed)), "number");
    });
  }

  for (const [what, data] of [
    ["nothing", Buffer.alloc(0)],
    ["another letter", Buffer.from("0123456789")],
    ["words that begin alike: I", Buffer.from("IDLE for ten minutes")],
    ["words that begin alike: T", Buffer.from("TAXI to the airport")],
    ["words that begin alike: A", Buffer.from("APETAGES are floors of a very large house")],
    ["ID3v2 of a version that cannot be", changed(id3v2(300), { 3: 0x10 })],
    ["ID3v2 of a revision that cannot be", changed(id3v2(300), { 4: 0x10 })],
    ["ID3v2 with eight bits in its size", changed(id3v2(300), { 9: 0x80 })],
  ] as const) {
    it(`is none of what is no tag: ${what}`, () => assert.equal(tagLength(data), undefined));
  }
});

describe("the beginning of a tag", () => {
  it("is seen where it stands", () => {
    for (const mark of ["ID3", "TAG", "APE"]) assert.equal(startsTag(Buffer.from(`12${mark}45`), 2), true);
  });

  it("is not seen in two of its three letters", () => {
    for (const word of ["IDX", "IX3", "XD3", "TAX", "TXG", "XAG", "APX", "AXE", "XPE", "ID", "TA", "AP", ""])
      assert.equal(startsTag(Buffer.from(word), 0), false, word);
  });
});
