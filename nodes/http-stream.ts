import { answeringSink, AUDIO_SINK_SETTINGS, defineAudioSink } from "../lib/flow";

export = defineAudioSink({
  type: "vocu-http-stream",
  family: "speech",
  account: false,
  inputs: {},
  settings: AUDIO_SINK_SETTINGS,
  outputs: 1,
  sink: answeringSink,
});
