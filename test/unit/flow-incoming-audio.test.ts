/** The time that the next chunk of a sequence may take. */
import assert from "node:assert/strict";
import { useFakeTimers, type SinonFakeTimers } from "sinon";
import { Problem } from "../../lib/flow/message/problem";
import { IncomingAudio, type Arrived } from "../../lib/flow/sound/incoming-audio";
import { framesOf } from "./audio-fixtures";

const IDLE_MS = 3000;

describe("the wait for the next chunk", () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => clock.restore());

  const arrived = (): Arrived => ({
    message: { _msgid: "m" },
    data: Buffer.from("audio"),
    done: () => undefined,
  });
  const speech = (last = false): IncomingAudio =>
    new IncomingAudio(arrived(), { id: "a", index: 0, last }, IDLE_MS);

  it("ends with an error that names the time in seconds", () => {
    const { signal } = speech();
    clock.tick(IDLE_MS - 1);
    assert.equal(signal.aborted, false);
    clock.tick(1);
    const { code, params } = signal.reason as Problem;
    assert.deepEqual([code, params], ["SEQUENCE_UNFINISHED", { seconds: 3 }]);
  });

  it("begins again with each chunk", () => {
    const waiting = speech();
    clock.tick(IDLE_MS - 1);
    waiting.push(arrived(), { id: "a", index: 1, last: false });
    clock.tick(IDLE_MS - 1);
    assert.equal(waiting.signal.aborted, false);
    clock.tick(1);
    assert.ok(waiting.signal.aborted);
  });

  const ends: [string, (waiting: IncomingAudio) => void][] = [
    ["the last chunk", (waiting) => waiting.push(arrived(), { id: "a", index: 1, last: true })],
    [
      "a chunk that does not follow",
      (waiting) => waiting.push(arrived(), { id: "a", index: 5, last: false }),
    ],
    ["a failure", (waiting) => waiting.fail(new Error("no player"))],
    ["the end of the speech", (waiting) => waiting.settle()],
  ];
  for (const [what, end] of ends) {
    it(`leaves no timer behind after ${what}`, () => {
      const waiting = speech();
      assert.equal(clock.countTimers(), 1);
      end(waiting);
      assert.equal(clock.countTimers(), 0);
    });
  }

  it("does not begin for audio that is whole", () => {
    speech(true);
    assert.equal(clock.countTimers(), 0);
  });
});

describe("a file of which only the beginning was read", () => {
  it("is closed when its message ends, as without any player", async () => {
    let closed: () => void = () => undefined;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    async function* file(): AsyncGenerator<Buffer> {
      try {
        yield Buffer.concat(framesOf(3));
        await new Promise(() => undefined);
      } finally {
        closed();
      }
    }
    const speech = new IncomingAudio(
      { message: { _msgid: "m" }, data: file(), done: () => undefined },
      undefined,
      IDLE_MS,
    );
    await speech.open(speech.signal);
    speech.settle(new Problem("PLAYER_NOT_FOUND"));
    await isClosed;
  });
});
