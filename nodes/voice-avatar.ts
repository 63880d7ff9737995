import { file, MB, operation, voice } from "../lib/flow";

export = operation({
  type: "vocu-voice-avatar",
  family: "voices",
  reference: "C.3",
  operationId: "uploadVoiceAvatar",
  request: { method: "POST", path: "/api/voice/{id}/avatar" },
  inputs: {
    voiceId: voice({ required: true, as: "id" }),
    avatar: file({
      required: true,
      from: "msg.payload",
      file: { media: "image", maxBytes: 10 * MB, wire: "dataUrl" },
    }),
  },
});
