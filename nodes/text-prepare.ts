import { defineLocalNode, PREPARE_INPUTS, PREPARE_SETTINGS, prepareMessage } from "../lib/flow";

export = defineLocalNode({
  type: "vocu-text-prepare",
  family: "speech",
  account: false,
  inputs: PREPARE_INPUTS,
  silentInput: "text",
  settings: PREPARE_SETTINGS,
  outputs: 1,
  run: prepareMessage,
});
