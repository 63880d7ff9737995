import { operation, text } from "../lib/flow";

export = operation({
  type: "vocu-splitter-delete",
  family: "library",
  reference: "H",
  operationId: "deleteSplitter",
  request: { method: "DELETE", path: "/api/splitter/{id}", silent: true },
  inputs: { splitterId: text({ required: true, as: "id" }) },
});
