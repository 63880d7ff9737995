import { choice, listing, PAGE_INPUTS } from "../lib/flow";

export = listing({
  type: "vocu-template-list",
  family: "library",
  reference: "G.3",
  operationId: "listTemplates",
  request: { method: "GET", path: "/api/template" },
  inputs: { ...PAGE_INPUTS, from: choice(["self", "library"], { open: true }) },
});
