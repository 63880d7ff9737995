import { createTemplate, list, operation, text } from "../lib/flow";

export = operation({
  type: "vocu-template-create",
  family: "library",
  reference: "G.1",
  operationId: "createTemplate",
  request: { method: "POST", path: "/api/template" },
  inputs: {
    name: text({ required: true }),
    contents: list({ required: true, from: "msg.payload" }),
    description: text({ multiline: true }),
  },
  around: createTemplate,
});
