import { operation, text } from "../lib/flow";

export = operation({
  type: "vocu-template-get",
  family: "library",
  reference: "G.4",
  operationId: "getTemplate",
  request: { method: "GET", path: "/api/template/{id}" },
  inputs: { templateId: text({ required: true, as: "id" }) },
});
