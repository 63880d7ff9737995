import assert from "node:assert/strict";
import { BLOCK_KEYS, readBlocks } from "../../lib/flow/tasks/blocks";
import { Problem } from "../../lib/flow/message/problem";

const read = (...contents: unknown[]): unknown[] => readBlocks("contents", contents);

/** The refusal of these blocks. */
function refusal(...contents: unknown[]): Problem {
  try {
    read(...contents);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  assert.fail("the blocks were accepted");
}

/** A valid block of each type. */
const SAMPLES: Readonly<Record<string, Record<string, unknown>>> = {
  text: {
    voiceId: "v",
    text: "Hello.",
    emo_switch: [0, 1, 2, 3, 4],
    flash: true,
    stream: false,
    gamble: { odd: 1 },
    interval: 200,
    interval_head: "1s",
    interval_tail: 0,
    interval_range: [1, 2],
  },
  audio: { voiceId: "v", input_audio: "https://storage.example/vc-input/a.mp3", vc_mode: "prosody" },
  sfx: { text: "rain", sfx_length: 3 },
  music: { text: "calm piano", music_duration: 10, music_instrumental: true },
  scene: { text: "A market.", language: "de", enable_music: true },
  custom_audio: { input_audio: "https://storage.example/a.mp3" },
  stem_separation: { input_audio: "https://storage.example/a.mp3", interval_head: 100 },
};

describe("The content blocks of a task", () => {
  it("has a sample of every documented type in these tests", () => {
    assert.deepEqual(Object.keys(SAMPLES), Object.keys(BLOCK_KEYS));
  });

  for (const [type, sample] of Object.entries(SAMPLES)) {
    it(`lets a block of type ${type} through as it is`, () => {
      assert.deepEqual(read({ type, ...sample }), [{ type, ...sample }]);
    });

    it(`refuses a key that a block of type ${type} does not honour, naming key, type and block`, () => {
      const { code, params, facts } = refusal({ type, ...sample }, { type, ...sample, train_params: {} });
      assert.equal(code, "INPUT_UNKNOWN_KEY");
      assert.deepEqual(params, { field: "train_params", type, block: 2 });
      assert.equal(facts.field, "contents[1].train_params");
    });
  }

  it("converts the values whose type is known", () => {
    const block = { type: "text", voiceId: "v", text: 12, speechRate: "1.5", seed: "7", vivid: "true" };
    const converted = { type: "text", voiceId: "v", text: "12", speechRate: 1.5, seed: 7, vivid: true };
    assert.deepEqual(read(block), [converted]);
  });

  it("leaves blank values out", () => {
    const block = { type: "text", voiceId: "v", text: "Hi", seed: null, promptId: "", language: undefined };
    assert.deepEqual(read(block), [{ type: "text", voiceId: "v", text: "Hi" }]);
  });

  it("takes a block without type for text", () => {
    assert.deepEqual(read({ voiceId: "v", text: "Hi" }), [{ type: "text", voiceId: "v", text: "Hi" }]);
  });

  it("takes a block without type for a conversion when it has a source and no text", () => {
    const block = { voiceId: "v", input_audio: "https://storage.example/a.mp3" };
    assert.deepEqual(read(block), [{ type: "audio", ...block }]);
  });

  it("refuses a type that nobody has documented", () => {
    const { code, params } = refusal({ type: "song", text: "la" });
    assert.equal(code, "INPUT_BLOCK_TYPE");
    assert.deepEqual(params, { types: Object.keys(BLOCK_KEYS).join(", "), block: 1 });
  });

  it("refuses a text block without a voice", () => {
    const { code, params, facts } = refusal({ type: "text", text: "Hi" });
    assert.deepEqual(
      [code, params, facts.field],
      ["INPUT_MISSING", { field: "voiceId", block: 1 }, "contents[0].voiceId"],
    );
  });

  it("refuses a value outside its range before the service can refuse the whole task", () => {
    const { code, facts } = refusal({ type: "text", voiceId: "v", text: "Hi", speechRate: 3 });
    assert.deepEqual([code, facts.field], ["INPUT_OUT_OF_RANGE", "contents[0].speechRate"]);
  });

  it("refuses what is not an object", () => {
    const { code, params, facts } = refusal("Hi");
    assert.deepEqual([code, params.block, facts.field], ["INPUT_INVALID", 1, "contents[0]"]);
  });

  it("refuses an empty list", () => {
    assert.equal(refusal().code, "INPUT_MISSING");
  });

  it("does not take names that every object has for keys", () => {
    assert.equal(
      refusal({ type: "text", voiceId: "v", text: "Hi", toString: "x" }).code,
      "INPUT_UNKNOWN_KEY",
    );
    assert.equal(refusal({ type: "constructor", text: "Hi" }).code, "INPUT_BLOCK_TYPE");
  });
});
