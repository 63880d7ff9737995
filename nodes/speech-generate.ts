import { downloadIfAsked, operation, SPEECH_INPUTS, TIME_LIMIT_INPUTS, toggle } from "../lib/flow";

export = operation({
  type: "vocu-speech-generate",
  family: "speech",
  reference: "D.1",
  operationId: "simpleGenerate",
  request: { method: "POST", path: "/api/tts/simple-generate", costsCredits: true },
  inputs: { ...SPEECH_INPUTS, stream: toggle({ default: false, advanced: true }), ...TIME_LIMIT_INPUTS },
  silentInput: "text",
  settings: { download: { kind: "check", default: false } },
  around: downloadIfAsked,
});
