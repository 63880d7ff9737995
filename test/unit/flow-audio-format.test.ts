/** How much the node "audio format" makes of one mp3. */
import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import type { Message } from "../../lib/flow/message/sequence";
import { formattingSink, formattingSinkWithin } from "../../lib/flow/sound/audio-format";
import type { AudioSinkContext } from "../../lib/flow/sound/audio-sink";
import { IncomingAudio, placeOf } from "../../lib/flow/sound/incoming-audio";
import { lameMp3 } from "./audio-fixtures";

type Sink = ReturnType<typeof formattingSink>;

const LITTLE_MB = 0.25;

describe("the size of converted audio", () => {
  let mp3: Buffer;

  before(async () => {
    mp3 = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 1, bitrate: 64 });
  });

  /** Converts the mp3 to about 384 kB of samples; what was sent. */
  async function convert(sink: Sink, own: object = {}): Promise<Message[]> {
    const message = { _msgid: "m", payload: mp3, ...own } as Message;
    const arrived = { message, data: mp3, done: () => undefined };
    const speech = new IncomingAudio(arrived, placeOf(message), 5000);
    const sent: Message[] = [];
    const status = { working: () => undefined, done: () => undefined };
    const context = {
      RED: { util: { cloneMessage: structuredClone, generateId: () => "s1" } } as unknown as NodeAPI,
      inputs: {},
      settings: { format: "pcm", sampleRate: 0, channels: 8, idleTimeout: 5 },
      speech,
      signal: speech.signal,
      translate: (key: string) => key,
      status: status as unknown as AudioSinkContext<unknown, unknown>["status"],
      send: (converted: Message) => sent.push(converted),
      retract: () => undefined,
    } as unknown as Parameters<Sink["handle"]>[0];
    await sink.handle(context);
    return sent;
  }

  it("has a limit in one Buffer, so that other flows keep enough memory", async () => {
    await assert.rejects(convert(formattingSinkWithin(LITTLE_MB)), {
      code: "FORMAT_TOO_LARGE",
      params: { mb: LITTLE_MB },
    });
  });

  it("may be anything below the limit", async () => {
    const [{ payload } = {} as Message] = await convert(formattingSinkWithin(8));
    assert.ok((payload as Buffer).length > LITTLE_MB * 1024 * 1024);
  });

  it("has no limit in a sequence, of which nothing is kept", async () => {
    const parts = { id: "a", type: "buffer", index: 0, count: 1 };
    const sent = await convert(formattingSinkWithin(LITTLE_MB), { parts });
    const bytes = sent.reduce((sum, { payload }) => sum + (payload as Buffer).length, 0);
    assert.ok(bytes > LITTLE_MB * 1024 * 1024);
  });
});
