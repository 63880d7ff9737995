import assert from "node:assert/strict";
import { FrameMeter, FrameSplitter, type Unit } from "../../lib/audio";
import { parseFrameHeader, type FrameHeader } from "../../lib/audio/mp3/frame";
import { FrameScanner } from "../../lib/audio/mp3/scanner";
import {
  apeTag,
  cut,
  frame,
  frameBytes,
  frameMs,
  framesOf,
  header,
  id3v1,
  id3v2,
  infoFrame,
  lameMp3,
  BITRATES,
  type FrameRecipe,
} from "./audio-fixtures";

interface Split {
  units: Unit[];
  splitter: FrameSplitter;
}

function split(pieces: Buffer[]): Split {
  const splitter = new FrameSplitter();
  const units = pieces.flatMap((piece) => splitter.push(piece));
  return { units: [...units, ...splitter.end()], splitter };
}

function audio(units: Unit[]): Buffer[] {
  return units.filter((unit) => unit.kind === "frame").map((unit) => unit.data);
}

/** The kinds in order, repeats folded: f(rame), t(ag), g(arbage). */
function kinds(units: Unit[]): string {
  return units
    .map((unit) => unit.kind.charAt(0) || "?")
    .join("")
    .replace(/(.)\1+/g, "$1");
}

/** Checks the frames found for the stream whole, cut in ones, sevens and thousands. */
function assertFrames(parts: Buffer[], expected: Buffer[], order?: string): FrameSplitter {
  const stream = Buffer.concat(parts);
  for (const size of [1, 7, 1000, stream.length]) {
    const { units, splitter } = split(cut(stream, size));
    assert.ok(Buffer.concat(units.map((unit) => unit.data)).equals(stream), "bytes out are bytes in");
    assert.deepEqual(audio(units), expected);
    assert.equal(splitter.frames, expected.length);
    if (order !== undefined) assert.equal(kinds(units), order);
  }
  return split([stream]).splitter;
}

describe("frame splitter: frames", () => {
  it("returns a frame with its last byte, not later", () => {
    const splitter = new FrameSplitter();
    const data = frame();
    assert.deepEqual(splitter.push(data.subarray(0, -1)), []);
    assert.deepEqual(
      splitter.push(data.subarray(-1)).map((unit) => unit.data),
      [data],
    );
  });

  for (const [what, unit] of [
    ["frame", frame()],
    ["tag", id3v2(50)],
    ["table of contents", infoFrame("Info")],
  ] as const) {
    it(`returns a ${what} with its last byte, wherever the piece that ends in it began`, () => {
      for (const left of [1, 2, 3, 4, 9, 10, 41, 42, 43, unit.length - 1]) {
        const splitter = new FrameSplitter();
        splitter.push(Buffer.concat([...framesOf(3), unit.subarray(0, left)]));
        const found = splitter.push(unit.subarray(left));
        const bytes = Buffer.concat(found.map(({ data }) => data));
        assert.ok(unit.subarray(-bytes.length).equals(bytes) && bytes.length > 0, `after ${left} bytes`);
      }
    });
  }

  it("reports each frame's header", () => {
    const [unit] = split([frame({ bitrate: 64, sampleRate: 48000, mono: true })]).units;
    assert.ok(unit?.kind === "frame");
    const { bitrate, sampleRate, channels, bytes } = unit.header;
    assert.deepEqual(
      { bitrate, sampleRate, channels, bytes },
      { bitrate: 64, sampleRate: 48000, channels: 1, bytes: 192 },
    );
  });

  const RECIPES: Record<string, FrameRecipe> = {
    "MPEG-1 layer 3": {},
    "MPEG-2 layer 3": { version: 2, sampleRate: 24000, bitrate: 64 },
    "MPEG-2.5 layer 3": { version: 2.5, sampleRate: 8000, bitrate: 16 },
    "layer 2": { layer: 2 },
    "layer 1 with padding": { layer: 1, padding: true },
    checksums: { crc: true },
    padding: { padding: true },
  };
  for (const [name, recipe] of Object.entries(RECIPES)) {
    it(`are found in ${name}`, () => {
      const frames = framesOf(4, recipe);
      const splitter = assertFrames(frames, frames, "f");
      assert.ok(Math.abs(splitter.audioMs - 4 * frameMs(recipe)) < 1e-9);
    });
  }

  it("are found where the bit rate varies", () => {
    const frames = [32, 320, 128, 40, 256].map((bitrate) => frame({ bitrate }));
    assertFrames(frames, frames, "f");
  });

  it("are found where sample rate, version and channels change", () => {
    const recipes: FrameRecipe[] = [
      {},
      { sampleRate: 48000 },
      { version: 2, sampleRate: 22050 },
      { mono: true },
    ];
    const frames = recipes.map((recipe) => frame(recipe));
    const splitter = assertFrames(frames, frames, "f");
    const expected = recipes.reduce((sum, recipe) => sum + frameMs(recipe), 0);
    assert.ok(Math.abs(splitter.audioMs - expected) < 1e-9);
  });

  it("are not cut at a sync inside their payload", () => {
    const data = frame();
    header().copy(data, 100);
    header().copy(data, 200);
    assertFrames([data, frame()], [data, frame()], "f");
  });

  it("play exactly as long as their samples over an hour", () => {
    const splitter = new FrameSplitter();
    const data = frame({ bitrate: 32 });
    for (let count = 0; count < 137_813; count++) splitter.push(data);
    assert.equal(splitter.audioMs, (137_813 * 1152 * 1000) / 44100);
  });

  it("keep their bytes when the sender reuses its buffer", () => {
    const splitter = new FrameSplitter();
    const wanted = frame();
    const piece = Buffer.from(wanted);
    const units = splitter.push(piece);
    piece.fill(0);
    for (let count = 0; count < 100; count++) splitter.push(frame({ fill: 9 }));
    assert.deepEqual(units[0]?.data, wanted);
  });
});

describe("frame splitter: free format", () => {
  const recipe = { bitrate: 0, freeBytes: 313 };

  it("learns the length from the frames that follow", () => {
    const frames = framesOf(30, recipe);
    const splitter = assertFrames(frames, frames, "f");
    assert.ok(Math.abs(splitter.audioMs - 30 * frameMs()) < 1e-9);
  });

  it("reports the length it found in the header", () => {
    const found = split(framesOf(4, recipe)).units.map((unit) => unit.kind === "frame" && unit.header.bytes);
    assert.deepEqual(found, [313, 313, 313, 313]);
  });

  it("takes padding into account", () => {
    const frames = framesOf(30, recipe).map((data, index) =>
      index % 3 === 0 ? frame({ ...recipe, padding: true }) : data,
    );
    assertFrames(frames, frames, "f");
  });

  it("learns the length in layer 1, where padding has four bytes", () => {
    const frames = framesOf(9, { layer: 1, bitrate: 0, freeBytes: 320, padding: true });
    assertFrames(frames, frames, "f");
  });

  it("learns the length from two frames when the stream ends there or a tag follows", () => {
    const frames = framesOf(2, recipe);
    assertFrames(frames, frames, "f");
    assertFrames([...frames, id3v1()], frames, "ft");
  });

  it("returns later frames with their last byte", () => {
    const splitter = new FrameSplitter();
    for (const data of framesOf(30, recipe)) splitter.push(data);
    assert.equal(splitter.frames, 30);
    assert.deepEqual(
      splitter.push(frame(recipe)).map((unit) => unit.kind),
      ["frame"],
    );
  });

  it("is found again after garbage, also with another length", () => {
    const before = framesOf(20, recipe);
    const after = framesOf(20, { bitrate: 0, freeBytes: 401 });
    assertFrames([...before, Buffer.alloc(50, 7), ...after], [...before, ...after], "fgf");
  });

  it("is not taken from a header that nothing follows", () => {
    for (const padding of [false, true])
      assertFrames([header({ ...recipe, padding }), Buffer.alloc(9000, 0x20)], [], "g");
  });

  it("takes padding into account behind garbage", () => {
    const frames = framesOf(20, { ...recipe, padding: true });
    assertFrames([Buffer.alloc(50, 7), ...frames], frames, "gf");
  });
});

describe("frame splitter: what is not audio", () => {
  const frames = framesOf(3);

  it("passes a leading ID3v2 tag before the frames", () => {
    assertFrames([id3v2(300), ...frames], frames, "tf");
  });

  it("is not fooled by frames inside an ID3v2 tag", () => {
    const tag = id3v2(3000);
    Buffer.concat(framesOf(5)).copy(tag, 20);
    assertFrames([tag, ...frames], frames, "tf");
  });

  it("knows that an ID3v2 tag can have a footer", () => {
    assertFrames([id3v2(300, { footer: true }), ...frames], frames, "tf");
  });

  it("passes the zeros that pad a tag and trusts the frame behind them", () => {
    const splitter = new FrameSplitter();
    splitter.push(Buffer.concat([id3v2(10), Buffer.alloc(500)]));
    assert.deepEqual(
      splitter.push(frame()).map((unit) => unit.kind),
      ["frame"],
    );
    assertFrames([id3v2(10), Buffer.alloc(500), ...frames], frames, "tf");
  });

  it("passes several tags in a row", () => {
    assertFrames([id3v2(10), apeTag(40), id3v2(20), ...frames], frames, "tf");
  });

  it("treats something that only looks like an ID3v2 tag as garbage", () => {
    for (const [at, byte] of [
      [8, 0x80],
      [3, 0xff],
      [4, 0xff],
    ] as const) {
      const tag = id3v2(300);
      tag[at] = byte;
      assertFrames([tag, ...frames], frames, "gf");
    }
  });

  for (const mark of ["Xing", "Info", "VBRI"] as const) {
    it(`does not count a ${mark} frame as audio`, () => {
      const splitter = assertFrames([infoFrame(mark), ...frames], frames, "tf");
      assert.ok(Math.abs(splitter.audioMs - 3 * frameMs()) < 1e-9);
    });
  }

  it("passes ID3v1 and APE tags at the end", () => {
    const tail = apeTag(700);
    Buffer.concat(framesOf(1)).copy(tail, 40);
    const splitter = assertFrames([...frames, tail, id3v1()], frames, "ft");
    assert.equal(splitter.truncated, false);
  });

  it("passes an extended ID3v1 tag and a Lyrics3 tag at the end", () => {
    const extended = Buffer.concat([Buffer.from("TAG+"), Buffer.alloc(223, 0x44)]);
    Buffer.concat(framesOf(2, { bitrate: 32, sampleRate: 48000 })).copy(extended, 128);
    const lyrics = Buffer.from("LYRICSBEGININD0000200LYR00005hello000042LYRICS200");
    assertFrames([...frames, extended, ...frames, lyrics, id3v1()], [...frames, ...frames], "ftfg");
  });

  it("reads on behind the footer of an APE tag that has no header", () => {
    const footer = apeTag(0).subarray(32);
    footer.writeUInt32LE(5000, 12);
    assertFrames([...frames, footer, ...frames], [...frames, ...frames], "ftf");
  });

  it("takes zeros behind a frame for garbage, not for padding", () => {
    assertFrames([id3v2(10), ...frames, Buffer.alloc(60), ...frames], [...frames, ...frames], "tfgf");
  });

  it("continues with a second mp3 glued behind the first one's tag", () => {
    assertFrames(
      [...frames, id3v1(), id3v2(30), infoFrame("Info"), ...frames],
      [...frames, ...frames],
      "ftf",
    );
  });

  it("holds no tag back: an enormous one leaves as it comes", () => {
    const splitter = new FrameSplitter();
    const tag = id3v2(8_000_000);
    let out = 0;
    for (const piece of cut(tag, 65_536)) {
      for (const unit of splitter.push(piece)) out += unit.data.length;
    }
    assert.equal(out, tag.length);
    assert.deepEqual(
      splitter.push(frame()).map((unit) => unit.kind),
      ["frame"],
    );
  });
});

describe("frame splitter: garbage", () => {
  const frames = framesOf(3);
  const junk = Buffer.from("<html>no audio here</html>");

  it("is skipped before the first frame", () => assertFrames([junk, ...frames], frames, "gf"));
  it("is skipped between frames", () => {
    assertFrames([...frames, junk, ...frames], [...frames, ...frames], "fgf");
  });
  it("is skipped at the end", () => assertFrames([...frames, junk], frames, "fg"));

  it("makes a sync wait for the header behind its frame", () => {
    const splitter = new FrameSplitter();
    splitter.push(junk);
    assert.deepEqual(splitter.push(frame()), []);
    assert.deepEqual(
      splitter.push(header()).map((unit) => unit.data),
      [frame()],
    );
  });

  it("ends its wait with the header behind a frame, wherever the piece that ends in it began", () => {
    for (const left of [1, 3, 100, 416]) {
      const splitter = new FrameSplitter();
      splitter.push(Buffer.concat([...frames, junk, frame().subarray(0, left)]));
      splitter.push(frame().subarray(left));
      assert.deepEqual(
        splitter.push(header()).map((unit) => unit.data),
        [frame()],
      );
    }
  });

  it("hides no lone sync at the end", () => {
    assertFrames([...frames, junk, header(), Buffer.alloc(100, 0x20)], frames, "fg");
  });

  it("hides no sync whose frame is whole, or cut off, where the end does not confirm it", () => {
    for (const tail of [Buffer.concat([frame(), Buffer.from("xy")]), frame().subarray(0, 300)]) {
      const splitter = assertFrames([...frames, junk, tail], frames, "fg");
      assert.equal(splitter.truncated, false);
    }
  });

  it("is what zeros are that no tag is before", () =>
    assertFrames([Buffer.alloc(60), ...frames], frames, "gf"));

  for (const word of ["IDLE", "TAXI", "APPLE", "XAG", "XD3"]) {
    it(`is words that begin almost like a tag, and confirm no frame: ${word}`, () => {
      const text = Buffer.from(`${word} and other words. `.repeat(20));
      assertFrames([...frames, text, ...frames], [...frames, ...frames], "fgf");
      assertFrames([...frames, junk, frame(), text, ...frames], [...frames, ...frames], "fgf");
    });
  }

  it("hides no lone sync: a header whose frame nothing follows is garbage", () => {
    const fake = Buffer.concat([junk, header(), Buffer.alloc(600, 0x20)]);
    assertFrames([...frames, fake, ...frames], [...frames, ...frames], "fgf");
  });

  it("hides no frames of another kind: a pair that does not fit the stream is garbage", () => {
    const foreign = framesOf(2, { version: 2, sampleRate: 16000, bitrate: 64 });
    assertFrames([...frames, junk, ...foreign, junk, ...frames], [...frames, ...frames], "fgf");
  });

  it("hides no mixed pair: a header confirmed only by one of another kind is garbage", () => {
    const mixed = Buffer.concat([junk, frame(), header({ sampleRate: 48000 }), junk]);
    assertFrames([...frames, mixed, ...frames], [...frames, ...frames], "fgf");
  });

  it("does not hide a stream that continues with another sample rate", () => {
    const later = framesOf(5, { sampleRate: 48000 });
    assertFrames([...frames, junk, ...later], [...frames, ...later], "fgf");
  });

  it("does not hide a last frame that the end or a tag confirms", () => {
    assertFrames([...frames, junk, frame()], [...frames, frame()], "fgf");
    assertFrames([...frames, junk, frame(), id3v1()], [...frames, frame()], "fgft");
  });

  it("takes no frame from a sync next to a sync", () => {
    assertFrames([Buffer.from([0xff, 0xff]), ...frames], frames, "gf");
  });

  it("costs linear time in single bytes", () => {
    const splitter = new FrameSplitter();
    const noise = Buffer.alloc(200_000, Buffer.from([0xff, 0xfb, 0x90, 0, 1]));
    const started = process.cpuUsage().user;
    for (const byte of cut(noise, 1)) splitter.push(byte);
    splitter.end();
    assert.ok(process.cpuUsage().user - started < 3_000_000);
  });
});

describe("frame scanner", () => {
  /** All calls for a stream that comes in pieces of this size. */
  function told(stream: Buffer, size: number): [string, number, FrameHeader | undefined][] {
    const calls: [string, number, FrameHeader | undefined][] = [];
    const scanner = new FrameScanner((...call) => calls.push(call));
    for (const piece of cut(stream, size)) scanner.push(piece);
    scanner.end();
    return calls;
  }

  it("tells every byte once, also of a frame, a header and a tag that are cut off", () => {
    for (const tail of [frame().subarray(0, 300), header().subarray(0, 3), id3v2(90).subarray(0, 50)]) {
      const stream = Buffer.concat([id3v2(30), ...framesOf(2), Buffer.alloc(50, 7), ...framesOf(2), tail]);
      for (const size of [1, 7, 100, 1000, stream.length]) {
        const bytes = told(stream, size).reduce((sum, [, length]) => sum + length, 0);
        assert.equal(bytes, stream.length, `${tail.length} bytes more, in pieces of ${size}`);
      }
    }
  });

  it("tells frames by name, with one header for all that are alike", () => {
    const [first, second] = told(Buffer.concat(framesOf(2)), 100);
    assert.deepEqual(first, ["frame", 417, parseFrameHeader(frame())]);
    assert.equal(first[2], second?.[2]);
  });
});

describe("frame meter", () => {
  it("stands inside no frame before anything has come", () => {
    assert.equal(new FrameMeter().truncated, false);
  });

  it("knows after every byte how many frames are whole and whether it stands inside one", () => {
    const stream = Buffer.concat([id3v2(30), infoFrame("Info"), ...framesOf(2), id3v1()]);
    const starts = [40, 40 + 417, 40 + 2 * 417, 40 + 3 * 417];
    const meter = new FrameMeter();
    for (let length = 1; length <= stream.length; length++) {
      meter.push(stream.subarray(length - 1, length));
      const inside = length > 40 && length < 40 + 3 * 417 && !starts.includes(length);
      assert.equal(meter.truncated, inside, `after ${length} bytes`);
      const whole = Math.max(0, Math.min(2, Math.floor((length - 40) / 417) - 1));
      assert.ok(Math.abs(meter.audioMs - whole * frameMs()) < 1e-9, `after ${length} bytes`);
    }
  });

  it("does not take a byte that cannot continue as a header for a cut frame", () => {
    const meter = new FrameMeter();
    for (const byte of [0xff, 0x61]) meter.push(Buffer.from([byte]));
    assert.equal(meter.truncated, false);
  });
});

describe("frame splitter: the end", () => {
  it("of a whole stream is not a truncation", () => {
    assert.equal(split([Buffer.concat(framesOf(3))]).splitter.truncated, false);
  });

  for (const left of [1, 2, 3, 4, 5, 200, 416]) {
    it(`after ${left} of 417 bytes of a frame is a truncation`, () => {
      const last = frame().subarray(0, left);
      const splitter = assertFrames([...framesOf(3), last], framesOf(3), "fg");
      assert.equal(splitter.truncated, true);
    });
  }

  it("inside a free format frame is a truncation", () => {
    const frames = framesOf(30, { bitrate: 0, freeBytes: 313 });
    assert.equal(split([Buffer.concat(frames).subarray(0, -1)]).splitter.truncated, true);
  });

  it("after garbage, also after a byte that cannot begin a header, is not a truncation", () => {
    for (const tail of ["bye", "ID3", "\u00ffa"]) {
      const stream = Buffer.concat([...framesOf(3), Buffer.from(tail, "latin1")]);
      assert.equal(split([stream]).splitter.truncated, false);
    }
  });

  it("of an empty stream has no units", () => assert.deepEqual(split([]).units, []));
});

/** Walks frame by frame by the table of the standard, without the code under test. */
function walk(mp3: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < mp3.length;) {
    const version = (mp3.readUInt8(at + 1) >> 3) & 3 ? (mp3.readUInt8(at + 1) & 8 ? 1 : 2) : 2.5;
    const rates = { 1: [44100, 48000, 32000], 2: [22050, 24000, 16000], 2.5: [11025, 12000, 8000] }[version];
    const byte = mp3.readUInt8(at + 2);
    const bitrate = BITRATES[`${version === 1 ? 1 : 2}/3`]?.[(byte >> 4) - 1];
    const length = frameBytes({
      version,
      bitrate,
      sampleRate: rates[(byte >> 2) & 3],
      padding: (byte & 2) > 0,
    });
    found.push(mp3.subarray(at, at + length));
    at += length;
  }
  return found;
}

describe("frame splitter: mp3 made by LAME", () => {
  const CASES = [
    { channels: 1, sampleRate: 24000, seconds: 3, bitrate: 64 },
    { channels: 2, sampleRate: 44100, seconds: 3, bitrate: 128 },
    { channels: 2, sampleRate: 48000, seconds: 3, bitrate: 320 },
    { channels: 1, sampleRate: 16000, seconds: 3, vbrQuality: 5 },
    { channels: 2, sampleRate: 44100, seconds: 3, vbrQuality: 2 },
  ] as const;
  for (const options of CASES) {
    it(`gives the frames LAME wrote: ${JSON.stringify(options)}`, async () => {
      const mp3 = await lameMp3(options);
      const { audioMs, truncated } = assertFrames([mp3], walk(mp3), "f");
      assert.equal(truncated, false);
      // The encoder adds its delay and fills the last frame: never more than four frames.
      assert.ok(audioMs >= 3000 && audioMs < 3000 + 4 * 36, String(audioMs));
    });
  }
});
