/** When a speech gets silence, by what the speaker played before. */
import assert from "node:assert/strict";
import { useFakeTimers, type SinonFakeTimers } from "sinon";
import { SpeakerMemory } from "../../lib/flow/node/shaping";

const SPEECH_MS = 5000;

describe("the silence of a speech", () => {
  let clock: SinonFakeTimers;
  let memory: SpeakerMemory;

  beforeEach(() => {
    clock = useFakeTimers({ toFake: ["performance", "Date"] });
    // The machine runs for some time.
    clock.tick(1_000_000);
    memory = new SpeakerMemory();
  });
  afterEach(() => clock.restore());

  const silenceFor = (own: object, within = 0): number | undefined => {
    const none = { silenceMs: undefined, silenceAfterMs: undefined, silenceBetweenMs: undefined };
    const settings = { silenceUnlessWithin: within, silenceTone: false };
    return memory.shapeFor({ ...none, gain: undefined, ...own }, settings).silenceMs;
  };

  it("is that between two speeches for a second after the first was heard", () => {
    memory.heard({ audioMs: SPEECH_MS });
    clock.tick(SPEECH_MS + 999);
    assert.equal(silenceFor({ silenceMs: 10, silenceBetweenMs: 70 }), 70);
    clock.tick(1);
    assert.equal(silenceFor({ silenceMs: 10, silenceBetweenMs: 70 }), 10);
  });

  it("is the longer one where both apply", () => {
    memory.heard({ audioMs: SPEECH_MS });
    assert.equal(silenceFor({ silenceMs: 100, silenceBetweenMs: 70 }), 100);
  });

  it("is left out until the seconds have passed in which the speaker is awake", () => {
    memory.heard({ audioMs: SPEECH_MS });
    clock.tick(SPEECH_MS + 29_999);
    assert.equal(silenceFor({ silenceMs: 10 }, 30), 0);
    clock.tick(1);
    assert.equal(silenceFor({ silenceMs: 10 }, 30), 10);
  });

  it("counts the speech from its first chunk on, however long it took to arrive", () => {
    // Its first chunk came a second after the message, its last one four seconds later.
    memory.heard({ audioMs: SPEECH_MS, firstAudioMs: 1000, totalMs: 5000 });
    clock.tick(SPEECH_MS - 4000 + 29_999);
    assert.equal(silenceFor({ silenceMs: 10 }, 30), 0);
    clock.tick(1);
    assert.equal(silenceFor({ silenceMs: 10 }, 30), 10);
  });

  it("counts from the end of the longest speech where several are heard at once", () => {
    memory.heard({ audioMs: 60_000 });
    memory.heard({ audioMs: SPEECH_MS });
    clock.tick(60_000 + 29_999);
    assert.equal(silenceFor({ silenceMs: 10 }, 30), 0);
  });

  it("is there for the first speech, whatever is set", () => {
    assert.equal(silenceFor({ silenceMs: 10, silenceBetweenMs: 70 }, 86_400), 10);
  });
});
