import { operation, text } from "../lib/flow";

const PATH = "/api/tts/generate/{id}/regenerate";

export = operation({
  type: "vocu-task-regenerate",
  family: "speech",
  reference: "D.3",
  operationId: "regenerateTask",
  legacy: true,
  request: { method: "POST", path: PATH, costsCredits: true },
  inputs: { taskId: text({ required: true, from: "msg.payload.id", as: "id" }) },
  settings: { path: { kind: "line", replaces: "path", default: PATH, required: true, advanced: true } },
});
