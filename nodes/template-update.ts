import { KEEP_DESCRIPTION, list, operation, text, updateTemplate } from "../lib/flow";

export = operation({
  type: "vocu-template-update",
  family: "library",
  reference: "G.2",
  operationId: "updateTemplate",
  request: { method: "POST", path: "/api/template/{id}", silent: true },
  inputs: {
    templateId: text({ required: true, as: "id" }),
    contents: list({ required: true, from: "msg.payload" }),
    name: text(),
    description: text({ multiline: true }),
  },
  settings: KEEP_DESCRIPTION,
  around: updateTemplate,
});
