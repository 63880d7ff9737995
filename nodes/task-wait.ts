import { defineNode, followTask, text, WAIT_SETTINGS } from "../lib/flow";

export = defineNode({
  type: "vocu-task-wait",
  family: "speech",
  reference: "D.6",
  inputs: { taskId: text({ required: true, from: "msg.payload.id" }) },
  settings: WAIT_SETTINGS,
  outputs: 2,
  run: (context) => followTask(context, context.inputs.taskId),
});
