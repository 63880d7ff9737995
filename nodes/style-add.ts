import { addStyle, choice, file, MB, operation, SAMPLE_LANGUAGES, text, toggle, voice } from "../lib/flow";

export = operation({
  type: "vocu-style-add",
  family: "voices",
  reference: "C.2",
  operationId: "addVoiceStyle",
  request: { method: "POST", path: "/api/voice/{id}/prompt" },
  inputs: {
    voiceId: voice({ required: true, as: "id" }),
    name: text({ required: true }),
    prompt: file({
      required: true,
      from: "msg.payload",
      file: { media: "audio", maxBytes: 20 * MB, wire: "dataUrl", minSeconds: 3 },
    }),
    language: choice(SAMPLE_LANGUAGES, { open: true, default: "auto" }),
    description: text({ multiline: true }),
    vocalFilter: toggle(),
  },
  around: addStyle,
});
