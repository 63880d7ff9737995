import { operation, text } from "../lib/flow";

export = operation({
  type: "vocu-task-delete",
  family: "speech",
  reference: "D.7",
  operationId: "deleteTask",
  request: { method: "DELETE", path: "/api/tts/generate/{id}", silent: true },
  inputs: { taskId: text({ required: true, from: "msg.payload.id", as: "id" }) },
});
