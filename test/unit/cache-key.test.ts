import assert from "node:assert/strict";
import fc from "fast-check";
import type { SpeechParams } from "../../lib/api";
import { speechKey } from "../../lib/flow/cache/speech-key";

const SERVER = "https://v1.vocu.ai";
const plain: SpeechParams = { voiceId: "voice", text: "Hello." };
const key = (own: Partial<SpeechParams> = {}, server = SERVER): string =>
  speechKey(server, { ...plain, ...own });

describe("the key of a speech", () => {
  it("is 64 hex digits", () => assert.match(key(), /^[0-9a-f]{64}$/));

  const sounds: Partial<SpeechParams>[] = [
    { text: "Hello!" },
    { text: "Hello. " },
    { text: "hello." },
    { voiceId: "another" },
    { promptId: "cheerful" },
    { preset: "creative" },
    { speechRate: 1.1 },
    { language: "yue" },
    { vivid: true },
    { emo_switch: [0, 0, 0, 0, 1] },
    { emo_switch: [1, 0, 0, 0, 0] },
    { flash: true },
    { seed: 0 },
    { seed: 7 },
    { srt: true },
    { break_clone: false },
    { instruct_mode: true },
    { reference_mode: "balanced" },
    { infinite_mode: true },
    { post_processing: "chain" },
    { input_audio: "https://storage.example/a.mp3" },
    { vc_mode: "cover" },
    { high_quality: true },
    { keep_prosody: true },
    { cover_mode: true },
  ];

  it("is another one for everything that changes the sound", () => {
    const keys = [{}, ...sounds].map((own) => key(own));
    assert.equal(new Set(keys).size, keys.length);
  });

  it("is another one for another server", () => {
    assert.notEqual(key({}, "https://v1.vocu.studio"), key());
  });

  const silent: Partial<SpeechParams>[] = [
    { promptId: "default" },
    { preset: "balance" },
    { speechRate: 1 },
    { language: "auto" },
    { vivid: false },
    { emo_switch: [0, 0, 0, 0, 0] },
    { flash: false },
    { seed: -1 },
    { seed: null },
    { srt: false },
    { vc_mode: "standard" },
    { promptId: "" },
    { preset: undefined },
  ];

  for (const own of silent) {
    it(`is the same with ${JSON.stringify(own)} as without`, () => assert.equal(key(own), key()));
  }

  it("does not take the default of break_clone for granted, which the preset may decide", () => {
    assert.notEqual(key({ break_clone: true }), key());
  });

  it("does not depend on the order in which the parameters are given", () => {
    const all = Object.entries({ ...plain, ...Object.assign({}, ...sounds) } as SpeechParams);
    const whole = speechKey(SERVER, Object.fromEntries(all) as unknown as SpeechParams);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        assert.equal(speechKey(SERVER, Object.fromEntries(shuffled) as unknown as SpeechParams), whole);
      }),
    );
  });
});
