import { operation, voice, withoutDeletedStyles } from "../lib/flow";

export = operation({
  type: "vocu-voice-get",
  family: "voices",
  reference: "C.6",
  operationId: "getVoice",
  request: { method: "GET", path: "/api/voice/{id}" },
  inputs: { voiceId: voice({ required: true, as: "id" }) },
  settings: { hideDeleted: { kind: "check", default: true } },
  around: async ({ settings }, call) => {
    const reply = await call();
    return { reply, payload: settings.hideDeleted ? withoutDeletedStyles(reply.data) : reply.data };
  },
});
