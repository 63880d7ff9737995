import { defineAudioSink, FORMAT_SETTINGS, formattingSink } from "../lib/flow";

export = defineAudioSink({
  type: "vocu-audio-format",
  family: "speech",
  account: false,
  inputs: {},
  settings: FORMAT_SETTINGS,
  outputs: 1,
  sink: formattingSink,
});
