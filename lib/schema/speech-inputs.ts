/** The parameters of speech generation that several nodes share (API reference 7.5 and D.4). */
import {
  choice,
  integer,
  list,
  number,
  object,
  style,
  text,
  toggle,
  voice,
  type Inputs,
  type Setting,
} from "./description";
import { SHAPE_INPUTS } from "./shape-inputs";

/** Codes of the newest edition; older servers know `en` and `fr`, so any code may be typed (API reference 7.4). */
const SPEECH_LANGUAGES = ["auto", "zh", "en-us", "ja", "ko", "fr-fr", "pt", "de", "es", "yue"] as const;

/** Also the keys of the preset list may be typed (API reference 7.3). */
export const PRESETS = ["creative", "balance", "stable"] as const;

/** What one spoken text takes. The plain ones come first; the dialog folds the others away. */
export const SPEECH_INPUTS = {
  text: text({ requiredUnless: "input_audio", from: "msg.payload", multiline: true }),
  voiceId: voice({ required: true }),
  promptId: style({ of: "voiceId", default: "default" }),
  preset: choice(PRESETS, { open: true, default: "balance" }),
  speechRate: number({ min: 0.5, max: 2, default: 1 }),
  language: choice(SPEECH_LANGUAGES, { open: true, default: "auto" }),
  break_clone: toggle({ default: true, advanced: true }),
  vivid: toggle({ default: false, advanced: true }),
  emo_switch: list({ length: 5, integers: true, min: 0, max: 10, advanced: true }),
  flash: toggle({ default: false, advanced: true }),
  seed: integer({ min: -1, max: 2147483647, default: -1, advanced: true }),
  instruct_mode: toggle({ advanced: true }),
  reference_mode: choice(["similarity", "balanced", "expressive"], { advanced: true }),
  infinite_mode: toggle({ advanced: true }),
  post_processing: text({ advanced: true }),
  srt: toggle({ default: false, advanced: true }),
  input_audio: text({ advanced: true }),
  vc_mode: choice(["standard", "similarity", "prosody", "cover"], {
    open: true,
    advanced: true,
    default: "standard",
  }),
  high_quality: toggle({ advanced: true }),
  keep_prosody: toggle({ advanced: true }),
  cover_mode: toggle({ advanced: true }),
} as const satisfies Inputs;

/** The limit of the wait for the first byte, in ms, of every node that speaks; `msg.requestTimeout` comes before it. */
export const TIME_LIMIT_INPUTS = {
  requestTimeout: number({ min: 1, max: 3_600_000, local: true, advanced: true }),
} as const satisfies Inputs;

/** The text of the stream node; a speech that was begun elsewhere needs none. */
export const STREAM_TEXT = {
  text: { ...SPEECH_INPUTS.text, requiredUnless: ["input_audio", "continue"] },
} as const satisfies Inputs;

/** Further inputs of the stream node, which are not sent to the service. */
export const STREAM_INPUTS = {
  ...SHAPE_INPUTS,
  keep: toggle({ default: false, messageWins: true, local: true, advanced: true }),
  jobId: text({ messageWins: true, local: true, advanced: true, maxLength: 1000 }),
  continue: object({ messageWins: true, local: true, advanced: true }),
} as const satisfies Inputs;

/** How the messages of one speaking node treat each other. */
export const BUSY = {
  kind: "select",
  choices: ["queue", "replace", "parallel", "drop"],
  default: "queue",
  ordersMessages: true,
  icon: "sort-amount-asc",
} as const satisfies Setting;
