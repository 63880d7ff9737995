import { choice, listedVoices, operation, toggle } from "../lib/flow";

export = operation({
  type: "vocu-voice-list",
  family: "voices",
  reference: "C.5",
  operationId: "listVoices",
  request: { method: "GET", path: "/api/voice", withoutId: true },
  inputs: {
    showMarket: toggle({ default: false }),
    from: choice(["upload", "market", "library"], { open: true }),
    version: choice(["v1.0", "v2.0", "v3.0", "v4.0"], { open: true }),
    show: choice(["full"]),
  },
  settings: {
    usableOnly: { kind: "check", default: false },
    hideDeleted: { kind: "check", default: true },
  },
  around: async ({ settings }, call) => {
    const reply = await call();
    return { reply, payload: listedVoices(reply.data, settings) };
  },
});
