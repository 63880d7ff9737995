import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { spy } from "sinon";
import { convertMp3, FrameSplitter, wavHeader, type ConvertOptions, type PcmFormat } from "../../lib/audio";
import { encodeSamples, mulawOf } from "../../lib/audio/convert/encode";
import { Mp3Decoder } from "../../lib/audio/decode/mp3-decoder";
import { arriving, collect, cut, framesOf, infoFrame, lameMp3 } from "./audio-fixtures";

const AS_IT_IS: ConvertOptions = { sampleRate: 0, channels: 0, mulaw: false };

interface Result {
  readonly format: PcmFormat | undefined;
  readonly data: Buffer;
}

async function convert(mp3: Buffer, wish: Partial<ConvertOptions> = {}, size = 700): Promise<Result> {
  const parts = await collect(convertMp3(arriving(cut(mp3, size)), { ...AS_IT_IS, ...wish }));
  assert.ok(parts.every(({ data }) => data.length > 0));
  return { format: parts[0]?.format, data: Buffer.concat(parts.map(({ data }) => data)) };
}

const isInstalled = (name: string): boolean => spawnSync(name, ["--version"]).error === undefined;

/** What a program makes of its input. */
function run(name: string, args: readonly string[], input: Buffer): Buffer {
  const { stdout, stderr, status } = spawnSync(name, args, { input, maxBuffer: 1e9 });
  assert.equal(status, 0, `${name}: ${stderr.toString()}`);
  return stdout;
}

const samplesOf = (data: Buffer): number[] =>
  Array.from({ length: data.length / 2 }, (_, at) => data.readInt16LE(2 * at));

/** The greatest difference of two signals, as a part of full scale. */
function distance(one: readonly number[], other: readonly number[]): number {
  assert.equal(one.length, other.length);
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? NaN))), 0) / 32768;
}

describe("mp3 to samples", () => {
  it("gives the samples that ffmpeg gives", async function () {
    if (!isInstalled("ffmpeg")) this.skip();
    for (const channels of [1, 2] as const) {
      const mp3 = await lameMp3({ channels, sampleRate: 24000, seconds: 2, bitrate: 64 });
      const { format, data } = await convert(mp3);
      assert.deepEqual(format, { sampleRate: 24000, channels, bitsPerSample: 16 });
      const args = [
        "-v",
        "error",
        "-flags2",
        "-skip_manual",
        "-f",
        "mp3",
        "-i",
        "pipe:0",
        "-f",
        "s16le",
        "-",
      ];
      assert.ok(distance(samplesOf(data), samplesOf(run("ffmpeg", args, mp3))) <= 2 / 32768);
    }
  });

  for (const [from, to] of [
    [24000, 8000],
    [24000, 48000],
    [44100, 16000],
  ] as const) {
    it(`gives at ${to} Hz what SoX makes of ${from} Hz`, async function () {
      if (!isInstalled("sox")) this.skip();
      const mp3 = await lameMp3({ channels: 1, sampleRate: from, seconds: 2, bitrate: 64 });
      const raw = (rate: number): string[] => [
        "-t",
        "raw",
        "-r",
        String(rate),
        "-e",
        "signed",
        "-b",
        "16",
        "-c",
        "1",
      ];
      const original = (await convert(mp3)).data;
      const args = ["-D", ...raw(from), "-", ...raw(to), "-", "rate", "-v", "-L", String(to)];
      const wanted = samplesOf(run("sox", args, original));
      const { format, data } = await convert(mp3, { sampleRate: to });
      assert.deepEqual(format, { sampleRate: to, channels: 1, bitsPerSample: 16 });
      const length = Math.min(wanted.length, data.length / 2);
      assert.ok(Math.abs(wanted.length - data.length / 2) <= 1);
      const difference = distance(samplesOf(data).slice(0, length), wanted.slice(0, length));
      assert.ok(difference < 0.005, String(difference));
    });
  }

  it("makes one channel the mean of two, and two of one", async () => {
    const stereo = await lameMp3({ channels: 2, sampleRate: 24000, seconds: 1, bitrate: 64 });
    const both = samplesOf((await convert(stereo)).data);
    const mono = samplesOf((await convert(stereo, { channels: 1 })).data);
    assert.equal(mono.length, both.length / 2);
    const mean = mono.map((_, at) => ((both[2 * at] ?? NaN) + (both[2 * at + 1] ?? NaN)) / 2);
    assert.ok(distance(mono, mean) <= 1.5 / 32768);

    const single = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 });
    const [one, two] = [
      samplesOf((await convert(single)).data),
      samplesOf((await convert(single, { channels: 2 })).data),
    ];
    assert.deepEqual(
      two,
      one.flatMap((value) => [value, value]),
    );
  });

  it("does not depend on how the mp3 comes", async () => {
    const mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 });
    const whole = await convert(mp3, { sampleRate: 8000 }, mp3.length);
    for (const size of [13, 417])
      assert.ok((await convert(mp3, { sampleRate: 8000 }, size)).data.equals(whole.data));
  });

  it("continues in the first format where the mp3 changes its own", async () => {
    const chime = await lameMp3({ channels: 2, sampleRate: 44100, seconds: 1, bitrate: 64 });
    const speech = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 });
    const { format, data } = await convert(Buffer.concat([chime, speech]));
    assert.deepEqual(format, { sampleRate: 44100, channels: 2, bitsPerSample: 16 });
    const seconds = data.length / 4 / 44100;
    assert.ok(seconds > 1.9 && seconds < 2.3, String(seconds));
  });

  it("has all of its samples at another rate, too", async () => {
    const mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 });
    const samples = (await convert(mp3)).data.length / 2;
    assert.equal((await convert(mp3, { sampleRate: 8000 })).data.length / 2, samples / 3);
  });

  it("is as it is in the mp3 where that is wanted", async () => {
    const mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 });
    assert.deepEqual(await convert(mp3, { sampleRate: 24000, channels: 1 }), await convert(mp3));
    const parts = new FrameSplitter();
    const frames = parts.push(mp3).flatMap((unit) => (unit.kind === "frame" ? [unit] : []));
    const decoder = await Mp3Decoder.create();
    const [samples] = await decoder.decode(frames);
    decoder.close();
    assert.deepEqual((await convert(mp3)).data, encodeSamples(samples?.channels ?? [], false));
  });

  it("gives the decoder's memory back, also where its reader stops early", async () => {
    const close = spy(Mp3Decoder.prototype, "close");
    try {
      const mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 });
      await convert(mp3);
      assert.equal(close.callCount, 1);
      for await (const { data } of convertMp3(arriving(cut(mp3, 700)), AS_IT_IS)) {
        assert.ok(data.length > 0);
        break;
      }
      assert.equal(close.callCount, 2);
    } finally {
      close.restore();
    }
  });

  it("leaves tags and tables of contents out", async () => {
    const frames = framesOf(5);
    const { data } = await convert(Buffer.concat([infoFrame("Info"), ...frames]));
    assert.deepEqual(data, (await convert(Buffer.concat(frames))).data);
  });

  it("gives nothing if there is no frame", async () => {
    assert.deepEqual(await convert(Buffer.from("no audio at all")), {
      format: undefined,
      data: Buffer.alloc(0),
    });
  });

  it("gives the first samples before the rest of the mp3 has come", async () => {
    const mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 2, bitrate: 64 });
    const held = new Promise<Buffer>(() => undefined);
    async function* stalling(): AsyncGenerator<Buffer> {
      yield mp3.subarray(0, 2000);
      yield await held;
    }
    const first = await convertMp3(stalling(), { ...AS_IT_IS, sampleRate: 8000 }).next();
    assert.ok(first.done !== true && first.value.data.length > 0);
  });

  /** A message with an hour of audio held up every other flow of the home until it was converted. */
  it("lets other work have its turn while much comes at once", async () => {
    const second = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 20, bitrate: 64 });
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await convert(second, { sampleRate: 8000 }, second.length);
    clearInterval(timer);
    assert.ok(turns >= 3, String(turns));
  });
});

describe("mu-law", () => {
  it("is what ffmpeg makes of every sample", function () {
    if (!isInstalled("ffmpeg")) this.skip();
    const all = Buffer.alloc(2 * 65536);
    for (let at = 0; at < 65536; at += 1) all.writeInt16LE(at - 32768, 2 * at);
    const decode = ["-v", "error", "-f", "mulaw", "-ar", "8000", "-i", "pipe:0", "-f", "s16le", "-"];
    const ours = samplesOf(
      run("ffmpeg", decode, Buffer.from(Array.from({ length: 65536 }, (_, at) => mulawOf(at - 32768)))),
    );
    const back = ours.map((value, at) => Math.abs(value - (at - 32768)));
    // A step is 1/16 of its segment, and the loudest are clipped.
    for (const [at, off] of back.entries()) {
      const size = Math.abs(at - 32768);
      assert.ok(off <= Math.max(4, (size + 132) / 32 + 1) || size > 32635, `${at - 32768}: ${off}`);
    }
  });

  it("has the values of the standard at its corners, and between", () => {
    const values = [0, 32767, -32768, 4, -4, 1000, -1000].map((value) => mulawOf(value));
    assert.deepEqual(values, [0xff, 0x80, 0x00, 0xfe, 0x7e, 0xce, 0x4e]);
  });

  it("is eight bits a sample, which a WAV says", async () => {
    const mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 });
    const { format, data } = await convert(mp3, { sampleRate: 8000, mulaw: true });
    assert.deepEqual(format, { sampleRate: 8000, channels: 1, bitsPerSample: 8, format: "mulaw" });
    assert.equal(data.length, (await convert(mp3, { sampleRate: 8000 })).data.length / 2);
    const header = wavHeader(format, data.length);
    assert.equal(header.readUInt16LE(20), 7);
    assert.equal(header.readUInt32LE(40), data.length);
  });
});
