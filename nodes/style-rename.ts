import { KEEP_DESCRIPTION, operation, renameStyle, style, text, voice } from "../lib/flow";

export = operation({
  type: "vocu-style-rename",
  family: "voices",
  reference: "H",
  operationId: "updateStyleInfo",
  request: { method: "POST", path: "/api/voice/{id}/prompt/{promptId}/info" },
  inputs: {
    voiceId: voice({ required: true, as: "id" }),
    promptId: style({ required: true, of: "voiceId" }),
    name: text({ requiredUnless: "description", from: "msg.payload" }),
    description: text({ multiline: true }),
  },
  settings: KEEP_DESCRIPTION,
  around: renameStyle,
});
