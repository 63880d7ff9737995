import { defineHearingNode, HEARING_SETTINGS, prepareServing, servingListener } from "../lib/flow";

export = defineHearingNode({
  type: "vocu-audio-url",
  family: "speech",
  account: false,
  inputs: {},
  settings: {
    publicUrl: { kind: "line", default: "", required: false },
    ttl: { kind: "count", default: 3600, min: 10, max: 604800 },
    maxMb: { kind: "count", default: 100, min: 1, max: 10000, advanced: true },
    ...HEARING_SETTINGS,
  },
  outputs: 1,
  setUp: prepareServing,
  listener: servingListener,
});
