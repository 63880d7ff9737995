import assert from "node:assert/strict";
import { isInfoFrame, parseFrameHeader, sameStream, ticksOf, TICKS_PER_MS } from "../../lib/audio/mp3/frame";
import { bitratesOf, frame, header, infoFrame, SAMPLE_RATES, type FrameRecipe } from "./audio-fixtures";

const VERSIONS = [1, 2, 2.5] as const;
const LAYERS = [1, 2, 3] as const;

function parse(recipe: FrameRecipe): NonNullable<ReturnType<typeof parseFrameHeader>> {
  const parsed = parseFrameHeader(header(recipe));
  assert.ok(parsed);
  return parsed;
}

function isInfo(data: Buffer): boolean {
  const parsed = parseFrameHeader(data);
  assert.ok(parsed);
  return isInfoFrame(parsed, data);
}

describe("mp3 frame header", () => {
  for (const version of VERSIONS) {
    for (const layer of LAYERS) {
      it(`is read at every bit rate and sample rate of version ${version} layer ${layer}`, () => {
        for (const sampleRate of SAMPLE_RATES[version] ?? []) {
          for (const bitrate of bitratesOf(version, layer)) {
            for (const padding of [false, true]) {
              const recipe = { version, layer, sampleRate, bitrate, padding };
              const { length } = frame(recipe);
              const read = parse(recipe);
              assert.deepEqual(
                [read.version, read.layer, read.sampleRate, read.bitrate, read.bytes],
                [version, layer, sampleRate, bitrate, length],
              );
            }
          }
        }
      });
    }
  }

  // Lengths and durations that players and the literature give for these frames.
  const KNOWN: [FrameRecipe, { bytes: number; samples: number; durationMs: number }][] = [
    [{}, { bytes: 417, samples: 1152, durationMs: 26.122448979591837 }],
    [{ padding: true }, { bytes: 418, samples: 1152, durationMs: 26.122448979591837 }],
    [
      { bitrate: 320, sampleRate: 48000 },
      { bytes: 960, samples: 1152, durationMs: 24 },
    ],
    [
      { version: 2, bitrate: 64, sampleRate: 24000 },
      { bytes: 192, samples: 576, durationMs: 24 },
    ],
    [
      { version: 2.5, bitrate: 8, sampleRate: 8000 },
      { bytes: 72, samples: 576, durationMs: 72 },
    ],
    [
      { layer: 1, bitrate: 384, sampleRate: 48000 },
      { bytes: 384, samples: 384, durationMs: 8 },
    ],
    [
      { layer: 1, bitrate: 32, padding: true },
      { bytes: 36, samples: 384, durationMs: 8.70748299319728 },
    ],
    [
      { layer: 2, bitrate: 192, sampleRate: 48000 },
      { bytes: 576, samples: 1152, durationMs: 24 },
    ],
    [
      { version: 2, layer: 2, bitrate: 160, sampleRate: 16000 },
      { bytes: 1440, samples: 1152, durationMs: 72 },
    ],
  ];
  for (const [recipe, known] of KNOWN) {
    it(`gives ${known.bytes} bytes and ${known.durationMs.toFixed(1)} ms for ${JSON.stringify(recipe)}`, () => {
      const { bytes, samples, durationMs } = parse(recipe);
      assert.deepEqual({ bytes, samples, durationMs }, known);
    });
  }

  it("distinguishes mono from stereo", () => {
    assert.deepEqual([parse({ mono: true }).channels, parse({ mono: false }).channels], [1, 2]);
  });

  it("reports whether a checksum follows, which does not change the length", () => {
    const [without, withCrc] = [parse({}), parse({ crc: true })];
    assert.deepEqual([without.crc, withCrc.crc, withCrc.bytes], [false, true, without.bytes]);
  });

  it("counts padding in slots of the layer", () => {
    const paddings = LAYERS.map((layer) => parse({ layer, padding: true }).padding);
    assert.deepEqual(paddings, [4, 1, 1]);
  });

  it("recognises free format, whose length is unknown", () => {
    const { bitrate, bytes, samples } = parse({ bitrate: 0 });
    assert.deepEqual({ bitrate, bytes, samples }, { bitrate: 0, bytes: 0, samples: 1152 });
  });

  it("is read at an offset", () => {
    const data = Buffer.concat([Buffer.from("abc"), header({ bitrate: 64 })]);
    assert.equal(parseFrameHeader(data, 3)?.bitrate, 64);
    assert.equal(parseFrameHeader(data, 2), undefined);
  });

  const BROKEN: Record<string, number[]> = {
    "a first byte that is no sync": [0xfe, 0xfb, 0x90, 0],
    "a second byte that is no sync": [0xff, 0xdb, 0x90, 0],
    "the reserved version": [0xff, 0xeb, 0x90, 0],
    "the reserved layer (as AAC has it)": [0xff, 0xf1, 0x50, 0x80],
    "the forbidden bit rate": [0xff, 0xfb, 0xf0, 0],
    "the reserved sample rate": [0xff, 0xfb, 0x9c, 0],
    "three bytes": [0xff, 0xfb, 0x90],
  };
  for (const [what, bytes] of Object.entries(BROKEN)) {
    it(`is not seen in ${what}`, () => assert.equal(parseFrameHeader(Buffer.from(bytes)), undefined));
  }
});

describe("ticks", () => {
  it("are whole numbers for every frame there can be, and agree with the milliseconds", () => {
    for (const version of VERSIONS) {
      for (const layer of LAYERS) {
        for (const sampleRate of SAMPLE_RATES[version] ?? []) {
          const read = parse({ version, layer, sampleRate, bitrate: 64 });
          assert.ok(Number.isInteger(ticksOf(read)));
          assert.ok(Math.abs(ticksOf(read) / TICKS_PER_MS - read.durationMs) < 1e-9);
        }
      }
    }
  });
});

describe("headers of one stream", () => {
  it("may differ in bit rate, padding, checksum and channels", () => {
    assert.equal(sameStream(parse({}), parse({ bitrate: 64, padding: true, crc: true, mono: true })), true);
  });

  const FOREIGN: Record<string, [FrameRecipe, FrameRecipe]> = {
    "sample rate": [{}, { sampleRate: 48000 }],
    layer: [{}, { layer: 2 }],
    version: [
      { version: 2, sampleRate: 24000 },
      { version: 2.5, sampleRate: 12000 },
    ],
    "free format": [{}, { bitrate: 0 }],
  };
  for (const [what, [one, other]] of Object.entries(FOREIGN)) {
    it(`may not differ in ${what}`, () => assert.equal(sameStream(parse(one), parse(other)), false));
  }

  it("may not differ in version if the sample rate is the same", () => {
    const one = parse({ version: 2, sampleRate: 24000 });
    assert.equal(sameStream(one, { ...one, version: 2.5 }), false);
  });
});

describe("information frame", () => {
  for (const mark of ["Xing", "Info", "VBRI"] as const) {
    for (const recipe of [
      {},
      { mono: true },
      { version: 2, sampleRate: 24000 },
      { version: 2, sampleRate: 24000, mono: true },
    ] as FrameRecipe[]) {
      it(`is recognised by ${mark} in ${JSON.stringify(recipe)}`, () => {
        assert.equal(isInfo(infoFrame(mark, recipe)), true);
      });
    }
  }

  it("is recognised behind a checksum, wherever the writer put the mark", () => {
    assert.equal(isInfo(infoFrame("Xing", { crc: true })), true);
    assert.equal(isInfo(infoFrame("Xing", { crc: true }, 2)), true);
  });

  it("is not seen in an audio frame", () => assert.equal(isInfo(frame()), false));

  it("is not seen where the mark stands at another place", () => {
    assert.equal(isInfo(infoFrame("Xing", {}, 2)), false);
  });

  it("is not seen in layers other than 3", () => {
    const data = frame({ layer: 2 });
    data.write("Xing", 36, "latin1");
    assert.equal(isInfo(data), false);
  });
});
