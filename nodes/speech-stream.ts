import { BUSY, defineNode, SPEECH_INPUTS, streamSpeech } from "../lib/flow";

export = defineNode({
  type: "vocu-speech-stream",
  family: "speech",
  reference: "D.4",
  operationId: "simpleGenerateStream",
  inputs: SPEECH_INPUTS,
  settings: {
    output: { kind: "select", choices: ["chunks", "buffer"], default: "chunks" },
    busy: { kind: "select", choices: BUSY, default: "queue" },
    chunkBytes: {
      kind: "count",
      default: 0,
      min: 0,
      max: 1048576,
      when: { output: "chunks" },
      advanced: true,
    },
    pace: {
      kind: "select",
      choices: ["off", "realtime"],
      default: "off",
      when: { output: "chunks" },
      advanced: true,
    },
    leadMs: { kind: "count", default: 1000, min: 0, max: 60000, when: { pace: "realtime" }, advanced: true },
    cache: { kind: "check", default: true, advanced: true },
  },
  outputs: 2,
  run: streamSpeech,
});
