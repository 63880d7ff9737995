import { object, operation, text, updateSplitter } from "../lib/flow";

export = operation({
  type: "vocu-splitter-update",
  family: "library",
  reference: "H",
  operationId: "updateSplitter",
  request: { method: "POST", path: "/api/splitter/{id}" },
  inputs: {
    splitterId: text({ required: true, as: "id" }),
    config: object({ requiredUnless: "name", from: "msg.payload" }),
    name: text({ maxLength: 100 }),
  },
  around: updateSplitter,
});
