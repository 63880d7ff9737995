import { importedVoice, operation, text } from "../lib/flow";

export = operation({
  type: "vocu-voice-import",
  family: "voices",
  reference: "C.4",
  operationId: "addVoiceByShareId",
  legacy: true,
  request: { method: "POST", path: "/api/voice/byShareId" },
  inputs: { shareId: text({ required: true, from: "msg.payload.shareId" }) },
  output: importedVoice,
});
