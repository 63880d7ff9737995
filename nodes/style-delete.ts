import { deleteStyle, operation, style, voice } from "../lib/flow";

export = operation({
  type: "vocu-style-delete",
  family: "voices",
  reference: "C.9",
  operationId: "deleteVoiceStyle",
  request: { method: "DELETE", path: "/api/voice/{id}/prompt/{promptId}" },
  inputs: {
    voiceId: voice({ required: true, as: "id" }),
    promptId: style({ required: true, of: "voiceId" }),
  },
  around: deleteStyle,
});
