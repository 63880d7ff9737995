import { integer, listing, PAGE_INPUTS } from "../lib/flow";

export = listing({
  type: "vocu-splitter-list",
  family: "library",
  reference: "H",
  operationId: "listSplitters",
  request: { method: "GET", path: "/api/splitter" },
  inputs: { ...PAGE_INPUTS, limit: integer({ min: 1, max: 50, default: 20 }) },
});
