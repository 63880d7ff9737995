import {
  defineNode,
  inputsWhen,
  settingsWhen,
  SHAPE_INPUTS,
  SHAPE_SETTINGS,
  SpeakerMemory,
  text,
  WAIT_SETTINGS,
  waitForTask,
} from "../lib/flow";

const AUDIO = { output: ["buffer", "chunks"] } as const;

export = defineNode({
  type: "vocu-task-wait",
  family: "speech",
  reference: "D.6",
  inputs: { taskId: text({ required: true, from: "msg.payload.id" }), ...inputsWhen(AUDIO, SHAPE_INPUTS) },
  settings: { ...WAIT_SETTINGS, ...settingsWhen(AUDIO, SHAPE_SETTINGS) },
  outputs: 2,
  remember: () => new SpeakerMemory(),
  run: waitForTask,
});
