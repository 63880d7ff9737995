import assert from "node:assert/strict";
import { joinMp3 } from "../../lib/audio";
import {
  arriving,
  collect,
  cut,
  framesOf,
  id3v1,
  id3v2,
  infoFrame,
  type FrameRecipe,
} from "./audio-fixtures";

const whole = (recipe: FrameRecipe = {}): Buffer => Buffer.concat(framesOf(3, recipe));

async function join(first: Buffer, audio: Buffer, size = 100): Promise<(readonly Buffer[])[]> {
  const { lead = [], audio: replayed } = await joinMp3(first, arriving(cut(audio, size)));
  return [lead, await collect(replayed)];
}

describe("a chime before a speech", () => {
  it("goes first with its frames only, and the speech is whole", async () => {
    const chime = Buffer.concat([id3v2(20), infoFrame("Info"), whole(), id3v1()]);
    const speech = Buffer.concat([id3v2(500), whole({ bitrate: 64, padding: true })]);
    const [lead, audio] = await join(chime, speech);
    assert.deepEqual(lead, framesOf(3));
    assert.deepEqual(Buffer.concat(audio ?? []), speech);
  });

  it("goes first where the speech is a single frame that its end makes certain", async () => {
    const [free] = framesOf(1, { bitrate: 0, freeBytes: 313 });
    const speech = Buffer.concat([free ?? Buffer.alloc(0), ...framesOf(1, { bitrate: 0, freeBytes: 313 })]);
    const [lead] = await join(whole({ bitrate: 0, freeBytes: 313 }), speech);
    assert.equal(lead?.length, 3);
  });

  for (const [what, chime] of [
    ["has another sample rate", whole({ sampleRate: 48000 })],
    ["has another number of channels", whole({ mono: true })],
    ["changes its sample rate", Buffer.concat([whole(), whole({ sampleRate: 48000 })])],
    ["has no sound", id3v2(500)],
    ["is empty", Buffer.alloc(0)],
  ] as const) {
    it(`does not go first where it ${what}, and the speech is whole`, async () => {
      const { lead, audio } = await joinMp3(chime, arriving([whole()]));
      assert.equal(lead, undefined);
      assert.deepEqual(Buffer.concat(await collect(audio)), whole());
    });
  }

  for (const speech of [Buffer.from("no sound in here"), Buffer.alloc(0)]) {
    it(`does not go first where the speech is none: ${speech.length} bytes`, async () => {
      const { lead, audio } = await joinMp3(whole(), arriving(cut(speech, 5)));
      assert.equal(lead, undefined);
      assert.deepEqual(Buffer.concat(await collect(audio)), speech);
    });
  }

  it("reads no more of the speech than its first frame takes", async () => {
    let read = 0;
    async function* speech(): AsyncGenerator<Buffer> {
      for (const frame of framesOf(3)) {
        await Promise.resolve();
        read++;
        yield frame;
      }
    }
    await joinMp3(whole(), speech());
    assert.equal(read, 1);
  });

  it("closes the speech when nobody reads on", async () => {
    let closed = false;
    async function* speech(): AsyncGenerator<Buffer> {
      try {
        yield* arriving(framesOf(3));
      } finally {
        closed = true;
      }
    }
    const { audio } = await joinMp3(whole(), speech());
    for await (const piece of audio) {
      assert.ok(piece.length > 0);
      break;
    }
    assert.equal(closed, true);
  });
});
