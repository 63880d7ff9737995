/** Checks the content blocks of an asynchronous task, because the service silently drops unknown keys. */
import { bytesOf } from "../../schema/bytes";
import { convert, isBlank } from "../../schema/check";
import { integer, list, number, text, toggle, type Input, type Inputs } from "../../schema/description";
import { Problem, problemOf } from "../message/problem";
import { SPEECH_INPUTS } from "../../schema/speech-inputs";

/** A block of the request. */
export type Block = Readonly<Record<string, unknown>>;

const { voiceId, promptId, preset, speechRate, language, break_clone, vivid, emo_switch, seed } =
  SPEECH_INPUTS;
const { flash, instruct_mode, reference_mode, infinite_mode, post_processing } = SPEECH_INPUTS;
const { vc_mode, high_quality, keep_prosody, cover_mode } = SPEECH_INPUTS;

/** The parameters of a spoken text inside a block. */
export const TEXT_BLOCK_INPUTS = {
  voiceId,
  promptId,
  preset,
  speechRate,
  language,
  break_clone,
  vivid,
  emo_switch,
  seed,
  instruct_mode,
  reference_mode,
  infinite_mode,
  post_processing,
  flash,
  stream: toggle({ default: false, advanced: true }),
} as const satisfies Inputs;

/**
 * Further parameters of a spoken text whose type is not documented (API reference D.2): here of the likeliest type; in
 * a content block they are sent unchanged.
 */
export const UNTYPED_BLOCK_INPUTS = {
  gamble: integer({ advanced: true }),
  interval: number({ advanced: true }),
  interval_head: number({ advanced: true }),
  interval_tail: number({ advanced: true }),
  interval_range: list({ advanced: true }),
} as const satisfies Inputs;

/** A key whose type is not documented; it is sent unchanged. */
const OPAQUE = null;

const INTERVALS = {
  interval: OPAQUE,
  interval_head: OPAQUE,
  interval_tail: OPAQUE,
  interval_range: OPAQUE,
};

const WORDS = text({ required: true });
const RECORDING = text({ required: true });

/** The keys that each type of block honours (API reference D.2). */
export const BLOCK_KEYS: Readonly<Record<string, Readonly<Record<string, Input | null>>>> = {
  text: { text: WORDS, ...TEXT_BLOCK_INPUTS, gamble: OPAQUE, ...INTERVALS },
  audio: {
    voiceId,
    promptId,
    input_audio: RECORDING,
    speechRate,
    vc_mode,
    high_quality,
    keep_prosody,
    cover_mode,
    ...INTERVALS,
  },
  sfx: { text: WORDS, sfx_length: OPAQUE, sfx_image: OPAQUE, sfx_mode: OPAQUE, ...INTERVALS },
  music: {
    text: text(),
    music_duration: OPAQUE,
    music_instrumental: OPAQUE,
    music_lyrics: OPAQUE,
    music_reference_audio: OPAQUE,
    music_reference_voice: OPAQUE,
    music_task_type: OPAQUE,
    music_src_audio: OPAQUE,
    music_cover_strength: OPAQUE,
    ...INTERVALS,
  },
  scene: {
    text: WORDS,
    language,
    mentions: OPAQUE,
    enable_music: OPAQUE,
    seed,
    reference_mode,
    ...INTERVALS,
  },
  custom_audio: { input_audio: RECORDING, ...INTERVALS },
  stem_separation: { input_audio: RECORDING, ...INTERVALS },
};

/**
 * Checks and converts the blocks of a task. A block without `type` becomes `audio` when it has `input_audio` and no
 * text, else `text`. Blank values are left out.
 * @param field the input's name
 * @throws Problem `INPUT_UNKNOWN_KEY`, `INPUT_BLOCK_TYPE`, `INPUT_MISSING` and those of `convert`; `params.block` is
 *   the number of the block from 1 on, the fact `field` e.g. `contents[0].speechRate`
 */
export function readBlocks(field: string, contents: readonly unknown[]): Block[] {
  if (contents.length === 0) throw new Problem("INPUT_MISSING", { field }, { field });
  return contents.map((given, index) => {
    try {
      return readBlock(field, given);
    } catch (error) {
      const problem = problemOf(error);
      throw problem ? numbered(problem, field, index) : error;
    }
  });
}

function numbered({ code, params, facts }: Problem, field: string, index: number): Problem {
  const key = facts.field === field ? "" : `.${facts.field ?? ""}`;
  return new Problem(code, { ...params, block: index + 1 }, { ...facts, field: `${field}[${index}]${key}` });
}

function readBlock(field: string, given: unknown): Block {
  if (typeof given !== "object" || given === null || Array.isArray(given) || bytesOf(given)) {
    throw new Problem("INPUT_INVALID", { field, wanted: "object" }, { field });
  }
  const { type: givenType, ...values } = given as Readonly<Record<string, unknown>>;
  const type = typeOf(givenType, values);
  const keys = BLOCK_KEYS[type] ?? {};
  const block: Record<string, unknown> = { type };
  for (const [key, value] of Object.entries(values)) {
    if (isBlank(value)) continue;
    if (!Object.hasOwn(keys, key))
      throw new Problem("INPUT_UNKNOWN_KEY", { field: key, type }, { field: key });
    const spec = keys[key];
    block[key] = spec ? convert(spec, key, value) : value;
  }
  for (const [key, spec] of Object.entries(keys)) {
    const missing = spec?.required === true && block[key] === undefined;
    if (missing) throw new Problem("INPUT_MISSING", { field: key }, { field: key });
  }
  return block;
}

function typeOf(given: unknown, values: Block): string {
  if (isBlank(given)) return isBlank(values.text) && !isBlank(values.input_audio) ? "audio" : "text";
  if (typeof given === "string" && Object.hasOwn(BLOCK_KEYS, given)) return given;
  throw new Problem("INPUT_BLOCK_TYPE", { types: Object.keys(BLOCK_KEYS).join(", ") }, { field: "type" });
}
