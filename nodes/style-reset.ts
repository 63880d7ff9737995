import { operation, resetStyle, style, toggle, voice } from "../lib/flow";

export = operation({
  type: "vocu-style-reset",
  family: "voices",
  reference: "H",
  operationId: "resetStyle",
  request: { method: "POST", path: "/api/voice/{id}/prompt/{promptId}/reset" },
  inputs: {
    voiceId: voice({ required: true, as: "id" }),
    promptId: style({ required: true, of: "voiceId" }),
    enhance: toggle({ default: false }),
    vocalFilter: toggle({ default: false }),
  },
  around: resetStyle,
});
