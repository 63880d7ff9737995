import {
  BUSY,
  CHUNK_SETTINGS,
  defineNode,
  SHAPE_SETTINGS,
  SpeakerMemory,
  SPEECH_INPUTS,
  STREAM_INPUTS,
  STREAM_TEXT,
  streamSpeech,
  TIME_LIMIT_INPUTS,
} from "../lib/flow";

export = defineNode({
  type: "vocu-speech-stream",
  family: "speech",
  reference: "D.4",
  operationId: "simpleGenerateStream",
  inputs: { ...SPEECH_INPUTS, ...STREAM_TEXT, ...STREAM_INPUTS, ...TIME_LIMIT_INPUTS },
  silentInput: "text",
  settings: {
    output: { icon: "sign-out", kind: "select", choices: ["chunks", "buffer"], default: "chunks" },
    busy: BUSY,
    ...CHUNK_SETTINGS,
    ...SHAPE_SETTINGS,
    pauses: { kind: "check", default: false, advanced: true },
    cache: { kind: "check", default: true, advanced: true },
  },
  outputs: 2,
  remember: () => new SpeakerMemory(),
  run: streamSpeech,
});
