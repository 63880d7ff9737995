import { operation, text, toggle } from "../lib/flow";

export = operation({
  type: "vocu-task-get",
  family: "speech",
  reference: "D.6",
  operationId: "getTask",
  request: { method: "GET", path: "/api/tts/generate/{id}" },
  inputs: {
    taskId: text({ required: true, from: "msg.payload.id", as: "id" }),
    stream: toggle({ default: false }),
  },
});
