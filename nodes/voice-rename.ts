import { KEEP_DESCRIPTION, operation, renameVoice, text, voice } from "../lib/flow";

export = operation({
  type: "vocu-voice-rename",
  family: "voices",
  reference: "H",
  operationId: "updateVoiceInfo",
  request: { method: "POST", path: "/api/voice/{id}/info" },
  inputs: {
    voiceId: voice({ required: true, as: "id" }),
    name: text({ requiredUnless: "description", from: "msg.payload" }),
    description: text({ multiline: true }),
  },
  settings: KEEP_DESCRIPTION,
  around: renameVoice,
});
