import assert from "node:assert/strict";
import { joinWithPauses, NoAudioError, type Stretch } from "../../lib/audio";
import {
  arriving,
  collect,
  cut,
  frame,
  frameMs,
  framesOf,
  id3v1,
  id3v2,
  infoFrame,
  lameMp3,
} from "./audio-fixtures";
import { DECODERS } from "./decoders";

const SILENT = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0]), Buffer.alloc(413)]);

/** Silence in milliseconds, or a speech that arrives in small pieces. */
async function join(...wanted: (Buffer | number)[]): Promise<{ mp3: Buffer; begins: number[] }> {
  const begins: number[] = [];
  // eslint-disable-next-line @typescript-eslint/require-await -- an asynchronous list
  async function* stretches(): AsyncGenerator<Stretch> {
    for (const each of wanted) {
      if (typeof each === "number") yield { pauseMs: each };
      else yield { audio: arriving(cut(each, 300)), begins: (at) => begins.push(at) };
    }
  }
  return { mp3: Buffer.concat(await collect(joinWithPauses(stretches()))), begins };
}

const peak = (samples: Float32Array): number =>
  samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);

for (const recipe of [
  { channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 },
  { channels: 2, sampleRate: 44100, seconds: 1, bitrate: 128 },
  { channels: 1, sampleRate: 48000, seconds: 1, vbrQuality: 2 },
] as const) {
  describe(`two speeches with a pause between them: ${JSON.stringify(recipe)}`, () => {
    for (const [name, decode] of Object.entries(DECODERS)) {
      it(`are each unchanged, and silent as long as marked between, for ${name}`, async () => {
        const speech = await lameMp3(recipe);
        const [alone] = await decode((await join(speech)).mp3, recipe.channels);
        const { mp3, begins } = await join(speech, 1500, speech);
        const [both] = await decode(mp3, recipe.channels);
        assert.ok(alone && both);
        const second = Math.round(((begins[1] ?? 0) * recipe.sampleRate) / 1000);
        const silent = second - alone.length;
        const tooLong = (silent / recipe.sampleRate) * 1000 - 1500;
        assert.ok(tooLong >= 0 && tooLong < 49, `${tooLong} ms`);
        assert.equal(both.length, second + alone.length);
        assert.deepEqual(both.subarray(0, alone.length), alone);
        // The last sounds die away in the first two frames.
        assert.equal(peak(both.subarray(alone.length + 2 * 1152, second)), 0);
        const again = both.subarray(second);
        // mpg123's synthesis begins at another place of its ring, so that floating point sums are in another order.
        const allowed = name === "ffmpeg" ? 0 : 1e-6;
        assert.ok(peak(again.map((sample, at) => sample - (alone[at] ?? NaN))) <= allowed);
      });
    }
  });
}

describe("speeches joined with pauses", () => {
  const [one, two] = [Buffer.concat(framesOf(3)), Buffer.concat(framesOf(2, { fill: 0x11 }))];

  it("have whole frames of silence between them", async () => {
    assert.deepEqual((await join(one, 50, two)).mp3, Buffer.concat([one, SILENT, SILENT, two]));
  });

  it("have none for a pause of nothing", async () => {
    assert.deepEqual((await join(one, 0, two)).mp3, Buffer.concat([one, two]));
  });

  it("begin and end in silence where pauses are there", async () => {
    assert.deepEqual((await join(20, one, 30)).mp3, Buffer.concat([SILENT, one, SILENT, SILENT]));
  });

  it("report where each of them begins", async () => {
    const { begins } = await join(20, one, 50, two);
    assert.deepEqual(
      begins.map((ms) => Math.round(ms)),
      [1, 6].map((frames) => Math.round(frames * frameMs())),
    );
  });

  it("leave tags and tables of contents behind, which would tell wrong lengths", async () => {
    const dressed = Buffer.concat([id3v2(50), infoFrame("Xing"), one, id3v1()]);
    assert.deepEqual((await join(dressed, 20, dressed)).mp3, Buffer.concat([one, SILENT, one]));
  });

  it("are an error where one of them is not mp3", async () => {
    await assert.rejects(join(one, 20, Buffer.from("Not a sound in here.")), NoAudioError);
  });

  it("have exactly as many frames between them as the pause lasts", async () => {
    for (let frames = 1; frames <= 60; frames += 1) {
      const { mp3 } = await join(one, frames * frameMs(), two);
      assert.equal(mp3.length, one.length + frames * SILENT.length + two.length, `${frames} frames`);
    }
  });

  it("begin with all the silence that comes before the first of them", async () => {
    assert.deepEqual((await join(20, 20, one)).mp3, Buffer.concat([SILENT, SILENT, one]));
  });

  it("are no frame further apart because fractions are not exact", async () => {
    const slow = frame({ version: 2, sampleRate: 24000, bitrate: 64 });
    // Together a bit more than the 24 ms that a frame lasts.
    assert.ok(16.1 + 0.1 + 7.8 > 24);
    assert.equal((await join(16.1, 0.1, 7.8, slow)).mp3.length, 2 * slow.length);
  });

  it("have silence in the format of the frame before it", async () => {
    const slow = { version: 2, sampleRate: 24000, bitrate: 64 } as const;
    const changing = Buffer.concat([...framesOf(4), ...framesOf(4, slow)]);
    const { mp3 } = await join(changing, 24, one);
    assert.deepEqual(mp3.subarray(changing.length, changing.length + 192), frame({ ...slow, fill: 0 }));
    assert.equal(mp3.length, changing.length + 192 + one.length);
  });

  it("leave as they come", async () => {
    let read = 0;
    async function* audio(): AsyncGenerator<Buffer> {
      for (const each of framesOf(4)) {
        await Promise.resolve();
        read += 1;
        yield each;
      }
    }
    // eslint-disable-next-line @typescript-eslint/require-await -- an asynchronous list
    async function* stretches(): AsyncGenerator<Stretch> {
      yield { audio: audio(), begins: () => undefined };
    }
    const leaving: number[] = [];
    for await (const piece of joinWithPauses(stretches())) leaving.push(read, piece.length);
    // The last frame is held back until it is certain to be the last.
    assert.deepEqual(leaving, [2, 417, 3, 417, 4, 417, 4, 417]);
  });

  it("begin behind a tag of more than a mebibyte, which goes by in pieces", async () => {
    assert.deepEqual(
      (await join(20, Buffer.concat([id3v2(2 ** 21), one]))).mp3,
      Buffer.concat([SILENT, one]),
    );
  });

  it("are whole where their frames are known only at their end", async () => {
    const free = Buffer.concat(framesOf(3, { bitrate: 0, freeBytes: 313 }));
    assert.deepEqual((await join(free, 0, one)).mp3, Buffer.concat([free, one]));
  });

  it("make long silence in pieces", async () => {
    // eslint-disable-next-line @typescript-eslint/require-await -- an asynchronous list
    async function* stretches(): AsyncGenerator<Stretch> {
      yield { audio: arriving([one]), begins: () => undefined };
      yield { pauseMs: 600_000 };
    }
    const pieces = await collect(joinWithPauses(stretches()));
    // Behind the two pieces of the speech a second in each, which is 39 frames.
    assert.deepEqual([...new Set(pieces.slice(2, -1).map(({ length }) => length))], [39 * 417]);
    assert.equal(Buffer.concat(pieces).length, one.length + Math.ceil(600_000 / frameMs()) * 417);
  });
});
