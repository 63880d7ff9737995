import { operation, style, text, voice } from "../lib/flow";

export = operation({
  type: "vocu-transcript-set",
  family: "voices",
  reference: "H",
  operationId: "setStyleTranscript",
  request: { method: "POST", path: "/api/voice/{id}/prompt/{promptId}/stt" },
  inputs: {
    voiceId: voice({ required: true, as: "id" }),
    promptId: style({ required: true, of: "voiceId" }),
    text: text({ required: true, from: "msg.payload", multiline: true }),
  },
});
