/** The gain that stands in the frames of an mp3, and how much there is room for. */
import assert from "node:assert/strict";
import { createMp3Encoder } from "wasm-media-encoders";
import { FrameSplitter, shapeAudio, type Shape, type ShapeFacts } from "../../lib/audio";
import { parseFrameHeader, type FrameHeader } from "../../lib/audio/mp3/frame";
import { changeGain, frameCrc, GAIN_STEP_DB } from "../../lib/audio/shape/gain";
import { granulesOf, readBits, writeBits } from "../../lib/audio/shape/side-info";
import { frame, id3v1, id3v2, lameMp3 } from "./audio-fixtures";
import { DECODERS, type Decode } from "./decoders";

const headerOf = (data: Buffer): FrameHeader => {
  const header = parseFrameHeader(data);
  assert.ok(header);
  return header;
};

describe("the gain of a frame", () => {
  const gains = (data: Buffer, shift = 0): number[] => {
    const header = headerOf(data);
    return granulesOf(header).map((at) => readBits(data, at + shift + 21, 8));
  };

  it("is changed in every granule, and nothing else is", () => {
    for (const recipe of [{}, { mono: true }, { version: 2, sampleRate: 24000, bitrate: 64 } as const]) {
      const data = frame({ ...recipe, fill: 0x5a });
      const header = headerOf(data);
      const old = gains(data);
      assert.equal(changeGain(data, header, -7), true);
      assert.deepEqual(
        gains(data),
        old.map((gain) => gain - 7),
      );
      changeGain(data, header, 7);
      assert.deepEqual(data, frame({ ...recipe, fill: 0x5a }));
    }
  });

  it("stays within its bounds, and that is told", () => {
    const data = frame({ fill: 0x5a });
    const header = headerOf(data);
    assert.equal(changeGain(data, header, 255), false);
    assert.ok(gains(data).every((gain) => gain === 255));
    // Nothing is audible there.
    assert.equal(changeGain(data, header, -300), true);
    assert.ok(gains(data).every((gain) => gain === 0));
  });

  it("keeps a right checksum right, and a wrong one wrong", () => {
    const data = frame({ crc: true, fill: 0x5a });
    const header = headerOf(data);
    data.writeUInt16BE(frameCrc(data, header), 4);
    const old = gains(data, 16);
    changeGain(data, header, -4);
    assert.equal(data.readUInt16BE(4), frameCrc(data, header));
    assert.deepEqual(
      gains(data, 16),
      old.map((gain) => gain - 4),
    );
    data.writeUInt16BE(1, 4);
    changeGain(data, header, -4);
    assert.equal(data.readUInt16BE(4), 1);
  });

  it("has steps of 1.5 dB", () => assert.ok(Math.abs(GAIN_STEP_DB - 1.505) < 0.001));

  it("stays as it is in a granule without coefficients, which has no loudness", () => {
    const data = frame({ fill: 0 });
    assert.equal(changeGain(data, headerOf(data), 9), true);
    assert.deepEqual(data, frame({ fill: 0 }));
  });

  it("is not there in other layers, which is told", () => {
    const data = frame({ layer: 2, fill: 0x5a });
    assert.equal(changeGain(data, headerOf(data), -4), false);
    assert.equal(changeGain(data, headerOf(data), 0), true);
    assert.deepEqual(data, frame({ layer: 2, fill: 0x5a }));
  });
});

const decode = DECODERS["mpg123-decoder"] as Decode;

const loudest = (samples: Float32Array = new Float32Array()): number =>
  samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);

interface Shaped {
  readonly mp3: Buffer;
  readonly facts: ShapeFacts;
  /** For each piece that came out how many units of the mp3 had been read by then. */
  readonly read: number[];
}

/** An mp3 with another gain; its frames and tags arrive one by one. */
async function shape(mp3: Buffer, wish: Shape): Promise<Shaped> {
  const splitter = new FrameSplitter();
  const units = [...splitter.push(mp3), ...splitter.end()];
  let count = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for (const { data } of units) {
      await Promise.resolve();
      count += 1;
      yield data;
    }
  }
  const { audio, facts } = shapeAudio(source(), wish);
  const read: number[] = [];
  const pieces: Buffer[] = [];
  for await (const piece of audio) {
    pieces.push(piece);
    read.push(count);
  }
  return { mp3: Buffer.concat(pieces), facts, read };
}

/** An mp3 of pulses that reach further to one side than to the other, on one of two channels. */
async function pulses(loud: number, channel: 0 | 1): Promise<Buffer> {
  const encoder = await createMp3Encoder();
  encoder.configure({ channels: 2, sampleRate: 24000, outputSampleRate: 24000, bitrate: 64 });
  const sound = Float32Array.from({ length: 24000 }, (_, at) => loud * Math.sin((Math.PI * at) / 240) ** 40);
  const silence = new Float32Array(24000);
  const channels = channel === 0 ? [sound, silence] : [silence, sound];
  return Buffer.concat([Buffer.from(encoder.encode(channels)), Buffer.from(encoder.finalize())]);
}

describe("more gain", () => {
  const SPEECH = { channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 } as const;

  it("waits for the two frames that follow, which show how loud a frame is", async () => {
    const mp3 = await lameMp3(SPEECH);
    const { read } = await shape(mp3, { gain: 3 });
    const frames = mp3.length / 192;
    assert.deepEqual(
      read,
      Array.from({ length: frames - 1 }, (_, at) => Math.min(at + 3, frames)),
    );
  });

  for (const channel of [0, 1] as const) {
    it(`has room up to the loudest sample of channel ${channel}, on whichever side it is`, async () => {
      const [up, down] = await Promise.all(
        [0.5, -0.5].map(async (loud) => (await shape(await pulses(loud, channel), { gain: 20 })).facts),
      );
      assert.equal(up?.gainCapped, true);
      assert.ok(up.gain >= 4 && up.gain < 8, String(up.gain));
      assert.equal(down?.gain, up.gain);
    });
  }

  it("is the steps that there is room for, less half a decibel", async () => {
    const plain = await lameMp3(SPEECH);
    const { facts } = await shape(plain, { gain: 30 });
    const room = -20 * Math.log10(loudest((await decode(plain, 1))[0]));
    assert.ok(
      Math.abs(facts.gain - Math.floor((room - 0.5) / GAIN_STEP_DB) * GAIN_STEP_DB) < 0.01,
      String(facts.gain),
    );
  });

  it("is none where the speech clips already", async () => {
    const { mp3: loud } = await shape(await pulses(1.6, 0), { gain: -6 });
    const { mp3, facts } = await shape(await pulses(1.6, 0), { gain: 6 });
    assert.deepEqual([facts.gain, facts.gainCapped], [0, true]);
    assert.equal(mp3.length, loud.length);
  });

  it("stays lower once it has been lowered", async () => {
    const [loud, quiet] = [await pulses(0.8, 0), await pulses(0.01, 0)];
    const { facts } = await shape(Buffer.concat([quiet, loud, quiet]), { gain: 12 });
    assert.equal(facts.gain, (await shape(loud, { gain: 12 })).facts.gain);
  });

  it("is reported as less where a frame has no greater one, however quiet it is", async () => {
    const data = frame({ fill: 0 });
    for (const at of granulesOf(headerOf(data))) {
      // Eight groups of four coefficients, all of which are 0.
      writeBits(data, at, 12, 8);
      writeBits(data, at + 21, 8, 250);
    }
    data.fill(0xff, 36, 40);
    assert.equal(loudest((await decode(Buffer.concat([data, data]), 1))[0]), 0);
    assert.equal((await shape(data, { gain: 5 * GAIN_STEP_DB })).facts.gainCapped, false);
    const { facts } = await shape(data, { gain: 6 * GAIN_STEP_DB });
    assert.deepEqual([facts.gain, facts.gainCapped], [9.03, true]);
  });

  it("leaves the tags around the speech where they are", async () => {
    const mp3 = await lameMp3(SPEECH);
    const { mp3: louder } = await shape(Buffer.concat([id3v2(50), mp3, id3v1()]), { gain: 3 });
    assert.deepEqual(louder.subarray(0, 60), id3v2(50));
    assert.deepEqual(louder.subarray(60, -128), (await shape(mp3, { gain: 3 })).mp3);
    assert.deepEqual(louder.subarray(-128), id3v1());
  });

  it("is not reported as lowered by as much as there is room for", async () => {
    const mp3 = await lameMp3(SPEECH);
    const { facts: most } = await shape(mp3, { gain: 30 });
    const { facts } = await shape(mp3, { gain: most.gain });
    assert.deepEqual([facts.gain, facts.gainCapped], [most.gain, false]);
  });
});

describe("less gain", () => {
  it("is the same on both channels of MPEG-2", async () => {
    const mp3 = await lameMp3({ channels: 2, sampleRate: 24000, seconds: 1, bitrate: 64 });
    const { mp3: quieter } = await shape(mp3, { gain: -12 });
    const [plain, shaped] = [await decode(mp3, 2), await decode(quieter, 2)];
    for (const [channel, samples] of plain.entries()) {
      // Eight steps of a quarter of a power of two.
      const wanted = samples.map((each) => each / 4);
      assert.ok(loudest(wanted.map((each, at) => each - (shaped[channel]?.[at] ?? NaN))) < 1e-6);
    }
  });

  it("is reported as lowered in other layers, which keep their loudness", async () => {
    const mp3 = Buffer.concat([frame({ layer: 2, fill: 0x5a }), frame({ layer: 2, fill: 0x5a })]);
    const { mp3: shaped, facts } = await shape(mp3, { gain: -6 });
    assert.deepEqual([shaped, facts.gainCapped], [mp3, true]);
  });

  it("is not reported as lowered where nothing can be heard any more", async () => {
    const { facts } = await shape(frame({ fill: 0x5a }), { gain: -400 });
    assert.equal(facts.gainCapped, false);
  });
});

describe("the checksum of a frame", () => {
  // Headers, checksums and side information as LAME 3.100 writes them.
  for (const [what, hex] of [
    ["MPEG-1, two channels", "fffa5404f08b0781113c0950eb3dd08c28616a5d6fa935847c1d3b4d7b0270978569b5cc2506"],
    ["MPEG-1, one channel", "fffa14c4b76a0202c48025410e7706308904a7d18ee455"],
    ["MPEG-2, two channels", "fff2484432330f0768392c00ef18008df88a5c01ded001"],
    ["MPEG-2.5, one channel", "ffe218c453af050cc87e6c01d60000"],
  ] as const) {
    it(`is LAME's: ${what}`, () => {
      const data = Buffer.from(hex, "hex");
      assert.equal(frameCrc(data, headerOf(data)), data.readUInt16BE(4));
    });
  }
});
