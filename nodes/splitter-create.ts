import { createSplitter, object, operation, text } from "../lib/flow";

export = operation({
  type: "vocu-splitter-create",
  family: "library",
  reference: "H",
  operationId: "createSplitter",
  request: { method: "POST", path: "/api/splitter" },
  inputs: {
    name: text({ required: true, maxLength: 100 }),
    config: object({ required: true, from: "msg.payload" }),
  },
  around: createSplitter,
});
