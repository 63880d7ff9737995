import { operation, sharedId, voice } from "../lib/flow";

export = operation({
  type: "vocu-voice-share",
  family: "voices",
  reference: "C.7",
  operationId: "getVoiceShareId",
  legacy: true,
  request: { method: "GET", path: "/api/voice/{id}/share" },
  inputs: { voiceId: voice({ required: true, as: "id" }) },
  settings: {
    path: {
      kind: "line",
      replaces: "path",
      default: "/api/voice/{id}/share",
      required: true,
      advanced: true,
    },
  },
  output: sharedId,
});
