import assert from "node:assert/strict";
import {
  chunks,
  endingOf,
  mediaOfName,
  mediaTypeOf,
  MediaSniffer,
  NoAudioError,
  sniff,
  SNIFF_BYTES,
  wavHeader,
} from "../../lib/audio";
import {
  apeTag,
  arriving,
  collect,
  cut,
  frame,
  framesOf,
  id3v1,
  id3v2,
  infoFrame,
  lameMp3,
  type FrameRecipe,
} from "./audio-fixtures";

const frames = (count: number, recipe: FrameRecipe = {}): Buffer => Buffer.concat(framesOf(count, recipe));
const zeros = (count: number): Buffer => Buffer.alloc(count);

/** An ID3v2 tag as the versions before 2.4 write it. */
function oldId3(version: 2 | 3, flags: number, size: number, content = 0x41): Buffer {
  const tag = id3v2(size, { fill: content });
  tag[3] = version;
  tag[5] = flags;
  return tag;
}

/** Content in which every look-alike of a sync is broken up by a zero, as unsynchronisation does it. */
const unsynchronised = oldId3(3, 0x80, 3000);
Buffer.from([0xff, 0x00, 0xfb, 0x90, 0x64]).copy(unsynchronised, 40);

const lyrics3 = Buffer.from(`LYRICSBEGININD0000200LYR00005hello000042LYRICS200`, "latin1");
const synced = id3v2(4000);
frames(5).copy(synced, 30);

/** What real files begin with, contain and end with; all of it is mp3 for every node. */
const MP3: Record<string, Buffer[]> = {
  "a single frame": [frame()],
  "frames and nothing else": [frames(8)],
  "an ID3v1 tag at the end": [frames(8), id3v1()],
  "an ID3v2.2 tag": [oldId3(2, 0, 300), frames(8)],
  "an ID3v2.3 tag": [oldId3(3, 0, 300), frames(8)],
  "an ID3v2.3 tag with unsynchronisation": [unsynchronised, frames(8)],
  "an ID3v2.4 tag": [id3v2(300), frames(8)],
  "an ID3v2.4 tag with a footer": [id3v2(300, { footer: true }), frames(8)],
  "an ID3v2 tag with a footer at the end": [frames(8), id3v2(300, { footer: true })],
  "an ID3v2 tag with padding": [id3v2(20), zeros(2048), frames(8)],
  "two ID3v2 tags": [id3v2(20), oldId3(3, 0, 40), frames(8)],
  "an ID3v2 tag with frames inside it": [synced, frames(8)],
  "an APE tag at the start": [apeTag(200), frames(8)],
  "an APE tag at the end, and ID3v1": [frames(8), apeTag(200), id3v1()],
  "an ID3v2 and an APE tag": [id3v2(100), apeTag(200), frames(8)],
  "Lyrics3 and ID3v1 at the end": [frames(8), lyrics3, id3v1()],
  "a Xing frame": [infoFrame("Xing"), frames(8)],
  "an Info frame behind a tag": [id3v2(100), infoFrame("Info"), frames(8)],
  "a VBRI frame": [infoFrame("VBRI"), frames(8)],
  "MPEG-2": [frames(8, { version: 2, sampleRate: 24000, bitrate: 64 })],
  "MPEG-2.5": [frames(8, { version: 2.5, sampleRate: 8000, bitrate: 16 })],
  "layer 2": [frames(8, { layer: 2 })],
  "layer 1": [frames(8, { layer: 1 })],
  "layer 1 with checksums, which begins like a text in UTF-16": [frames(8, { layer: 1, crc: true })],
  "free format": [frames(30, { bitrate: 0, freeBytes: 313 })],
  checksums: [frames(8, { crc: true })],
  "mono that becomes stereo": [frames(4, { mono: true }), frames(4)],
  "another sample rate later": [frames(4), frames(4, { sampleRate: 48000 })],
  "zeros in front": [zeros(417), frames(8)],
  "many zeros in front": [zeros(100_000), frames(8)],
  "a line feed in front": [Buffer.from("\n"), frames(8)],
  "a carriage return and a line feed in front": [Buffer.from("\r\n"), frames(8)],
  "the end of a frame in front": [frame().subarray(200), frames(8)],
  "the end of a frame in front, and few frames": [frame().subarray(200), frames(2)],
  "junk in front": [Buffer.from("<!-- a page -->\r\n\r\n"), frames(8)],
  "junk between": [frames(3), Buffer.from("junk"), frames(8)],
  "junk behind": [frames(8), Buffer.from("junk"), zeros(300)],
  "one frame of layer 1, and the beginning of another": [
    frame({ layer: 1 }),
    frame({ layer: 1 }).subarray(0, 100),
  ],
  "two frames between junk, behind frames": [frames(3), Buffer.from("junk"), frames(2), Buffer.from("junk")],
  "a cut last frame": [frames(8), frame().subarray(0, 100)],
  "320 kbit/s": [frames(8, { bitrate: 320 })],
  "a second mp3 behind the first one's tags": [frames(3), id3v1(), id3v2(30), infoFrame("Info"), frames(3)],
};

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le");
const big = (text: string): Buffer => utf16(text).swap16();

/** A text in UTF-16 in which the byte order mark, and a full-width comma, look like frames that another one follows. */
function lookAlikes(): Buffer {
  const text = utf16("Die Haustür ist offen. ".repeat(300));
  // The byte order mark reads as a layer 1 frame of 128 bytes, behind which its like stands.
  text.copyWithin(128, 0, 4);
  frame({ version: 2, sampleRate: 24000, bitrate: 64 }).copy(text, 3001);
  frame({ version: 2, sampleRate: 24000, bitrate: 64 })
    .subarray(0, 4)
    .copy(text, 3001 + 192);
  return text;
}

const OTHERS: Record<string, Buffer> = {
  "a text": Buffer.from("The door is open. ".repeat(2000)),
  "a text that begins like a tag": Buffer.from("ID3 tags are at the start of a file. ".repeat(90)),
  "a text that begins like a tag at the end": Buffer.from("TAG and other words. ".repeat(90)),
  "a page": Buffer.from(`<!doctype html><html>${"<p>no audio</p>".repeat(99)}</html>`),
  JSON: Buffer.from('{"status":403,"message":"no"}'),
  "UTF-16, little-endian": utf16("The door is open. ".repeat(2000)),
  "UTF-16, big-endian": big("The door is open. ".repeat(2000)),
  "Chinese in UTF-16": utf16("你好，门开着。请关门！（谢谢）ｙ\uffe0\uffe1".repeat(3000)),
  "Chinese in UTF-16, big-endian": big("你好，门开着。请关门！（谢谢）\uffe0\uffe1".repeat(3000)),
  "UTF-16 with look-alikes of frames": lookAlikes(),
  "a frame header that nothing follows": Buffer.concat([frame().subarray(0, 4), Buffer.alloc(100, 0x20)]),
  "only a tag": id3v2(300),
  "only a table of contents": infoFrame("Xing"),
  "junk and a single frame": Buffer.concat([Buffer.from("junk"), frame()]),
  "junk and two frames that end in junk": Buffer.concat([
    Buffer.from("junk"),
    frames(2),
    Buffer.from("junk"),
  ]),
  "two frames and two frames between junk": Buffer.concat([
    Buffer.from("junk"),
    frames(2),
    Buffer.from("junk"),
    frames(2),
    Buffer.from("junk"),
  ]),
  "junk and frames of which no four belong together": Buffer.concat([
    Buffer.from("junk"),
    frames(2),
    frame({ sampleRate: 48000 }),
    frames(2),
    Buffer.from("junk"),
  ]),
  "a frame that is cut off": frame().subarray(0, 300),
  zeros: zeros(5000),
  nothing: Buffer.alloc(0),
};

async function streamed(data: Buffer, size: number): Promise<string | undefined> {
  const { type, audio } = await sniff(arriving(cut(data, size)));
  assert.ok(Buffer.concat(await collect(audio)).equals(data), "all bytes come out of the sniffer");
  return type;
}

const chunked = (data: Buffer, size: number): Promise<string | undefined> =>
  collect(chunks(arriving(cut(data, size)), { chunkBytes: 0 })).then(
    () => "audio/mpeg",
    (error: unknown) => {
      assert.ok(error instanceof NoAudioError);
      return undefined;
    },
  );

describe("the media type of bytes", () => {
  for (const [what, parts] of Object.entries(MP3)) {
    it(`is mp3 for every node: ${what}`, async () => {
      const data = Buffer.concat(parts);
      assert.equal(mediaTypeOf(data, true), "audio/mpeg");
      for (const size of [7, 1000, data.length]) {
        assert.equal(await streamed(data, size), "audio/mpeg", `in pieces of ${size}`);
        assert.equal(await chunked(data, size), "audio/mpeg", `as chunks, in pieces of ${size}`);
      }
    });
  }

  for (const [what, data] of Object.entries(OTHERS)) {
    it(`is not mp3 for any node: ${what}`, async () => {
      assert.equal(mediaTypeOf(data, true), undefined);
      for (const size of [7, 1000, data.length]) {
        assert.equal(await streamed(data, size || 1), undefined, `in pieces of ${size}`);
        assert.equal(await chunked(data, size || 1), undefined, `as chunks, in pieces of ${size}`);
      }
    });
  }

  it("is mp3 where a real speech begins anywhere", async () => {
    const mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 2, bitrate: 64 });
    for (let start = 0; start < 1000; start += 7) {
      assert.equal(mediaTypeOf(mp3.subarray(start), true), "audio/mpeg", `from byte ${start} on`);
    }
  });

  it("is certain with the first frame, not later", () => {
    const sniffer = new MediaSniffer();
    assert.equal(sniffer.push(frame().subarray(0, -1)).decided, false);
    assert.deepEqual(sniffer.push(frame().subarray(-1)), { decided: true, type: "audio/mpeg" });
  });

  it("is certain with the twelfth byte of a signature, and stays what it is", () => {
    const wav = wavHeader({ sampleRate: 24000, channels: 1, bitsPerSample: 16 });
    const sniffer = new MediaSniffer();
    const certain = { decided: true, type: "audio/wav" };
    assert.equal(sniffer.push(wav.subarray(0, 11)).decided, false);
    assert.deepEqual(sniffer.push(wav.subarray(11, 12)), certain);
    assert.deepEqual(sniffer.push(frames(8)), certain);
    assert.deepEqual(sniffer.end(), certain);
    assert.equal(sniffer.likely, "audio/wav");
  });

  it("is certain at the end, whatever came", () => {
    assert.deepEqual(new MediaSniffer().end(), { decided: true, type: undefined });
  });

  it("is no longer likely to be mp3 behind a tag when it is certain that it is not", () => {
    const sniffer = new MediaSniffer();
    sniffer.push(id3v2(300));
    assert.equal(sniffer.likely, "audio/mpeg");
    assert.equal(sniffer.push(Buffer.alloc(SNIFF_BYTES + 1, "x")).decided, true);
    assert.equal(sniffer.likely, undefined);
  });

  it("is not known before a large frame is there, but likely", () => {
    const [piece] = cut(frame({ bitrate: 320 }), 1000) as [Buffer];
    assert.equal(new MediaSniffer().push(piece).decided, false);
    assert.equal(mediaTypeOf(piece), "audio/mpeg");
  });

  it("is given up after a mebibyte without an mp3", async () => {
    let read = 0;
    async function* noise(): AsyncGenerator<Buffer> {
      for (; read < 64; read += 1) {
        await Promise.resolve();
        yield Buffer.alloc(65_536, "x");
      }
    }
    assert.equal((await sniff(noise())).type, undefined);
    assert.ok(read < 20, String(read));
  });

  const SIGNED: Record<string, [Buffer, string]> = {
    WAV: [wavHeader({ sampleRate: 24000, channels: 1, bitsPerSample: 16 }), "audio/wav"],
    Ogg: [Buffer.from("OggS".padEnd(40)), "audio/ogg"],
    FLAC: [Buffer.from("fLaC".padEnd(40)), "audio/flac"],
    "FLAC behind an ID3v2 tag": [Buffer.concat([id3v2(500), Buffer.from("fLaC".padEnd(40))]), "audio/flac"],
    "AAC behind an ID3v2 tag": [
      Buffer.concat([id3v2(63), Buffer.from([0xff, 0xf1]), zeros(60)]),
      "audio/aac",
    ],
    MP4: [Buffer.from("\0\0\0\x20ftypM4A ".padEnd(40)), "audio/mp4"],
    HEIC: [Buffer.from("\0\0\0\x20ftypmif1".padEnd(40)), "image/heic"],
    PNG: [Buffer.from("\x89PNG\r\n\x1a\n".padEnd(40), "latin1"), "image/png"],
    AMR: [Buffer.from("#!AMR\n".padEnd(40)), "audio/amr"],
    WebM: [Buffer.from("\x1a\x45\xdf\xa3".padEnd(40), "latin1"), "audio/webm"],
    AAC: [Buffer.from("\xff\xf9".padEnd(40), "latin1"), "audio/aac"],
    AIFF: [Buffer.from("FORM\0\0\0\x20AIFF".padEnd(40)), "audio/aiff"],
    JPEG: [Buffer.from("\xff\xd8\xff\xe0".padEnd(40), "latin1"), "image/jpeg"],
    GIF: [Buffer.from("GIF89a".padEnd(40)), "image/gif"],
    BMP: [Buffer.from("BM".padEnd(40)), "image/bmp"],
    WebP: [Buffer.from("RIFF\0\0\0\x20WEBP".padEnd(40)), "image/webp"],
    AVIF: [Buffer.from("\0\0\0\x20ftypavif".padEnd(40)), "image/avif"],
    "HEIC of Apple": [Buffer.from("\0\0\0\x20ftypheic".padEnd(40)), "image/heic"],
    ZIP: [Buffer.from("PK\x03\x04".padEnd(40)), "application/zip"],
  };
  for (const [what, [data, type]] of Object.entries(SIGNED)) {
    it(`is told by a signature, wherever the pieces are cut: ${what}`, async () => {
      assert.equal(mediaTypeOf(data, true), type);
      for (const size of [1, 5, data.length]) assert.equal(await streamed(data, size), type);
    });
  }
});

describe("the media type that a beginning makes likely", () => {
  for (const [what, head, type] of [
    ["an ID3v2 tag", id3v2(300), "audio/mpeg"],
    ["the beginning of a frame", frame().subarray(0, 100), "audio/mpeg"],
    ["two frames behind junk", Buffer.concat([Buffer.from("junk"), frames(3)]), "audio/mpeg"],
    ["a short signature", Buffer.from("OggS"), "audio/ogg"],
    [
      "a text that begins like a tag at the end",
      Buffer.from("TAG ".padEnd(300, "and other words ")),
      undefined,
    ],
    ["a text", Buffer.from("The door is open."), undefined],
    ["nothing", Buffer.alloc(0), undefined],
  ] as const) {
    it(`is ${type ?? "none"}: ${what}`, () => assert.equal(mediaTypeOf(head), type));
  }

  it("is not looked for behind a mebibyte", () => {
    const late = Buffer.concat([Buffer.alloc(SNIFF_BYTES + 1), frames(8)]);
    assert.equal(mediaTypeOf(late, true), undefined);
  });

  it("is certain of a whole file, where a tag alone is no audio", () => {
    assert.equal(mediaTypeOf(id3v2(300), true), undefined);
  });
});

describe("the media type of a file's name", () => {
  for (const [name, type] of [
    ["speech.mp3", "audio/mpeg"],
    ["SPEECH.WAV", "audio/wav"],
    ["my.voice.opus", "audio/ogg"],
    ["voices.zip", "application/zip"],
    ["speech.mp3.txt", undefined],
    ["mp3", undefined],
    ["speech.", undefined],
    ["speech.constructor", undefined],
    ["", undefined],
  ] as const) {
    it(`is ${type ?? "unknown"}: ${name}`, () => assert.equal(mediaOfName(name), type));
  }

  it("has an ending for each type that is known, and none for others", () => {
    const types = ["audio/mpeg", "audio/wav", "audio/ogg", "image/jpeg", "text/html"];
    assert.deepEqual(types.map(endingOf), [".mp3", ".wav", ".ogg", ".jpg", ""]);
  });
});

describe("a stream whose type has been looked for", () => {
  it("may be one that cannot be closed", async () => {
    const pieces = framesOf(3);
    const next = (): Promise<IteratorResult<Buffer, undefined>> => {
      const value = pieces.shift();
      return Promise.resolve(value ? { done: false, value } : { done: true, value: undefined });
    };
    const { audio } = await sniff({ [Symbol.asyncIterator]: () => ({ next }) });
    assert.deepEqual(await collect(audio), framesOf(3));
  });

  it("is closed when its reader stops", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Buffer> {
      try {
        for (const piece of framesOf(9)) {
          await Promise.resolve();
          yield piece;
        }
      } finally {
        closed = true;
      }
    }
    const { audio } = await sniff(source());
    for await (const piece of audio) {
      assert.ok(piece.length > 0);
      break;
    }
    assert.equal(closed, true);
  });
});
