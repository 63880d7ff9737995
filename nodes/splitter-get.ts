import { operation, text } from "../lib/flow";

export = operation({
  type: "vocu-splitter-get",
  family: "library",
  reference: "H",
  operationId: "getSplitter",
  request: { method: "GET", path: "/api/splitter/{id}" },
  inputs: { splitterId: text({ required: true, as: "id" }) },
});
