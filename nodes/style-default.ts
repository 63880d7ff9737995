import { operation, style, voice } from "../lib/flow";

export = operation({
  type: "vocu-style-default",
  family: "voices",
  reference: "H",
  operationId: "setDefaultStyle",
  request: { method: "POST", path: "/api/voice/{id}/prompt/{promptId}/default" },
  inputs: {
    voiceId: voice({ required: true, as: "id" }),
    promptId: style({ required: true, of: "voiceId" }),
  },
});
