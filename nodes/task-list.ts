import { choice, listing, PAGE_INPUTS, text, toggle } from "../lib/flow";

export = listing({
  type: "vocu-task-list",
  family: "speech",
  reference: "D.5",
  operationId: "listTasks",
  request: { method: "GET", path: "/api/tts/generate" },
  inputs: {
    status: choice(["pending", "processing", "generated", "failed"], { open: true }),
    ...PAGE_INPUTS,
    stream: toggle({ default: false, advanced: true }),
    projectId: text({ advanced: true }),
    trackId: text({ advanced: true }),
    includeUntracked: toggle({ advanced: true }),
  },
});
