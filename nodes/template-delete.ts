import { operation, text } from "../lib/flow";

export = operation({
  type: "vocu-template-delete",
  family: "library",
  reference: "G.5",
  operationId: "deleteTemplate",
  request: { method: "DELETE", path: "/api/template/{id}", silent: true },
  inputs: { templateId: text({ required: true, as: "id" }) },
});
