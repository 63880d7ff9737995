/** The inputs and settings of live speech: fewer than those of other speech (API reference B.2). */
import {
  choice,
  integer,
  number,
  style,
  text,
  toggle,
  voice,
  type Inputs,
  type Settings,
} from "../../schema/description";
import { PRESETS } from "../../schema/speech-inputs";

/** The inputs of a live speech, under the API's own names. */
export const LIVE_INPUTS = {
  text: text({ from: "msg.payload", multiline: true, spaces: true }),
  voiceId: voice({ required: true }),
  promptId: style({ of: "voiceId", default: "default" }),
  preset: choice(PRESETS, { open: true }),
  break_clone: toggle({ advanced: true }),
  temperature: number({ min: 0, max: 2, advanced: true }),
  top_k: integer({ min: 0, max: 100_000, advanced: true }),
  top_p: number({ min: 0, max: 1, advanced: true }),
  sharpen: toggle({ advanced: true }),
} as const satisfies Inputs;

/** How text is collected and audio is sent. */
export const LIVE_SETTINGS = {
  input: { icon: "indent", kind: "select", choices: ["whole", "pieces"], default: "whole" },
  minLength: { kind: "count", default: 6, min: 1, max: 500, when: { input: "pieces" }, advanced: true },
  keepMarkdown: { kind: "check", default: false, advanced: true },
  format: { icon: "file-audio-o", kind: "select", choices: ["pcm", "wav"], default: "pcm" },
  idleSeconds: { kind: "count", default: 60, min: 1, max: 86400, advanced: true },
} as const satisfies Settings;
