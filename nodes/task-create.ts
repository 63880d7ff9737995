import { createdTask, operation, TASK_INPUTS, TASK_SETTINGS, taskBody, TIME_LIMIT_INPUTS } from "../lib/flow";

export = operation({
  type: "vocu-task-create",
  family: "speech",
  reference: "D.2",
  operationId: "createTask",
  request: { method: "POST", path: "/api/tts/generate", costsCredits: true },
  inputs: { ...TASK_INPUTS, ...TIME_LIMIT_INPUTS },
  settings: TASK_SETTINGS,
  outputs: 2,
  body: taskBody,
  around: createdTask,
});
