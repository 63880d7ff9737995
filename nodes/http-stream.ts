import { ANSWER_INPUTS, answeringSink, AUDIO_SINK_SETTINGS, defineAudioSink } from "../lib/flow";

export = defineAudioSink({
  type: "vocu-http-stream",
  family: "speech",
  account: false,
  inputs: ANSWER_INPUTS,
  settings: AUDIO_SINK_SETTINGS,
  outputs: 1,
  sink: answeringSink,
});
