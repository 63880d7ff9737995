import {
  askAddress,
  AUDIO_SINK_SETTINGS,
  defineAudioSink,
  prepareServing,
  publishingSink,
  registerQuestions,
  SHAPE_INPUTS,
  SHAPE_SETTINGS,
} from "../lib/flow";

export = defineAudioSink({
  type: "vocu-audio-url",
  family: "speech",
  account: false,
  inputs: SHAPE_INPUTS,
  settings: {
    publicUrl: { icon: "globe", kind: "line", format: "url", fault: "BAD_PUBLIC_URL", default: "" },
    growing: { icon: "hourglass-o", kind: "select", choices: ["chunked", "wait"], default: "chunked" },
    ttl: { icon: "clock-o", kind: "count", default: 3600, min: 10, max: 604800 },
    maxMb: { kind: "count", default: 100, min: 1, max: 10000, advanced: true },
    ...SHAPE_SETTINGS,
    ...AUDIO_SINK_SETTINGS,
  },
  outputs: 1,
  setUp: (RED) => {
    prepareServing(RED);
    registerQuestions(RED, { "/vocu/audio-url": (posted) => askAddress(RED, posted) });
  },
  sink: publishingSink,
});
