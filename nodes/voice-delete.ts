import { operation, voice } from "../lib/flow";

export = operation({
  type: "vocu-voice-delete",
  family: "voices",
  reference: "C.8",
  operationId: "deleteVoice",
  request: { method: "DELETE", path: "/api/voice/{id}", silent: true },
  inputs: { voiceId: voice({ required: true, as: "id" }) },
});
