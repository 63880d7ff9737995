import { operation, style, voice } from "../lib/flow";

export = operation({
  type: "vocu-transcript-get",
  family: "voices",
  reference: "H",
  operationId: "getStyleTranscript",
  request: { method: "GET", path: "/api/voice/{id}/prompt/{promptId}/stt" },
  inputs: {
    voiceId: voice({ required: true, as: "id" }),
    promptId: style({ required: true, of: "voiceId" }),
  },
  output: ({ data = null }) => data,
});
