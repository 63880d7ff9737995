import { operation } from "../lib/flow";

export = operation({
  type: "vocu-preset-list",
  family: "speech",
  reference: "H",
  operationId: "listPresets",
  request: { method: "GET", path: "/api/tts/presets", withoutId: true },
  inputs: {},
  output: ({ data }) => data ?? [],
});
