import assert from "node:assert/strict";
import type { Speech } from "../../lib/flow/cache/speech-cache";
import { Problem } from "../../lib/flow/message/problem";
import { joinSubtitles } from "../../lib/flow/node/subtitles";
import { passagesIn, speakPassages, type Asking } from "../../lib/flow/speech/passages";
import { Journal } from "../nodes/support/journal";
import { framesOf } from "./audio-fixtures";
import { HandClock } from "./live-fixtures";

const leaving = new Set<AbortController>();

/** Speaks a text whose parts are told to take so long; each has its first frame, and its last when `end` is called. */
function speaking(text: string, estimatedDurationMs?: number) {
  const asked = new Journal<Asking & { end: () => void }>("a part is asked for");
  const clock = new HandClock();
  const ending = new AbortController();
  leaving.add(ending);
  const speak = (asking: Asking): Promise<Speech> => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    async function* audio(): AsyncGenerator<Buffer> {
      yield Buffer.concat(framesOf(8));
      await ended;
      yield Buffer.concat(framesOf(8));
    }
    asked.add({ ...asking, end });
    const known = estimatedDurationMs === undefined ? {} : { estimatedDurationMs };
    return Promise.resolve({
      known,
      ending: () => ({}),
      cached: false,
      audio: audio(),
      leave: () => undefined,
    });
  };
  const passages = passagesIn(text) ?? [];
  const heard = new Journal<Buffer>("audio");
  const run = async (): Promise<Speech> => {
    const speech = await speakPassages({ passages, signal: ending.signal, speak, clock });
    const reading = (async () => {
      for await (const piece of speech.audio) heard.add(piece);
    })();
    reading.catch(() => undefined);
    return speech;
  };
  return { run, asked, clock, heard };
}

describe("the parts of a text with pauses", () => {
  afterEach(() => {
    for (const ending of leaving) ending.abort();
    leaving.clear();
  });

  it("are asked for one after another, the next one three seconds before it is heard", async () => {
    const { run, asked, clock } = speaking("One. [pause 2s] Two.", 10_000);
    await run();
    assert.equal(await clock.waits.nth(0), 10_000 + 2000 - 3000);
    assert.equal(asked.entries.length, 1);
    clock.advance(8999);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(asked.entries.length, 1);
    clock.advance(1);
    assert.equal((await asked.nth(1)).text, "Two.");
  });

  it("are asked for when the one before has come whole, however long it will be heard", async () => {
    const { run, asked } = speaking("One. [pause 2s] Two.", 60_000);
    await run();
    (await asked.nth(0)).end();
    assert.equal((await asked.nth(1)).first, false);
  });

  it("are estimated by their characters if the service does not tell their length", async () => {
    const { run, clock } = speaking(`${"x".repeat(200)} [pause 1s] Two.`);
    await run();
    assert.equal(await clock.waits.nth(0), 200 * 50 + 1000 - 3000);
  });

  it("are not asked for after the speech was left", async () => {
    const { run, asked, clock } = speaking("One. [pause 2s] Two.", 10_000);
    const speech = await run();
    await clock.waits.nth(0);
    speech.leave();
    assert.ok(asked.entries[0]?.signal.aborted);
    clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(asked.entries.length, 1);
  });

  it("are asked for once each", async () => {
    const { run, asked, clock, heard } = speaking("One. [pause 100ms] Two. [pause 100ms] Three.", 1000);
    await run();
    await clock.waits.nth(0);
    clock.advance(10_000);
    (await asked.nth(0)).end();
    (await asked.nth(1)).end();
    (await asked.nth(2)).end();
    await heard.nth(7);
    assert.deepEqual(
      asked.entries.map(({ text }) => text),
      ["One.", "Two.", "Three."],
    );
  });
});

describe("a text whose pauses cannot be spoken", () => {
  const problemOf = (text: string): Problem => {
    try {
      passagesIn(text);
    } catch (error) {
      assert.ok(error instanceof Problem);
      return error;
    }
    throw new Error("no problem");
  };

  it("reports how long they are and may be", () => {
    const { code, params } = problemOf("a [pause 400s] b [pause 200.5s] c");
    assert.deepEqual([code, params], ["PAUSES_TOO_LONG", { seconds: 601, limit: 600 }]);
  });

  it("is one of pauses only", () => assert.equal(problemOf("[pause 1s] - [pause 1s]").code, "PAUSES_ONLY"));

  it("is not one without marks", () => assert.equal(passagesIn("Hello."), undefined));
});

describe("subtitles of several parts", () => {
  it("count on, at the times of the whole", () => {
    const srt = "1\n00:00:01,000 --> 00:00:02,000\nTwo\n3\n\n2\n00:00:03,000 --> 00:00:04,000\nEnd\n";
    const joined = joinSubtitles([
      { srt, atMs: 0 },
      { srt: "1\r\n00:00:00,000 --> 00:00:01,000\r\nMore\r\n", atMs: 5000 },
    ]);
    assert.equal(joined, `${srt.trim()}\n\n3\r\n00:00:05,000 --> 00:00:06,000\r\nMore`);
  });
});
