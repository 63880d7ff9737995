import {
  defineNode,
  LIVE_INPUTS,
  LIVE_SETTINGS,
  LiveMemory,
  speakLive,
  TIME_LIMIT_INPUTS,
} from "../lib/flow";

export = defineNode({
  type: "vocu-speech-live",
  family: "speech",
  reference: "B",
  legacy: true,
  inputs: { ...LIVE_INPUTS, ...TIME_LIMIT_INPUTS },
  settings: LIVE_SETTINGS,
  outputs: 2,
  remember: () => new LiveMemory(),
  run: speakLive,
});
