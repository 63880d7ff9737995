import { file, operation } from "../lib/flow";

const PATH = "/api/editor/upload";

export = operation({
  type: "vocu-upload-file",
  family: "library",
  reference: "F.4",
  operationId: "uploadFile",
  legacy: true,
  request: { method: "POST", path: PATH, withoutId: true },
  inputs: {
    file: file({ required: true, from: "msg.payload", file: { media: "any", wire: "part" }, in: "form" }),
  },
  settings: {
    path: { kind: "line", replaces: "path", default: PATH, required: true, advanced: true },
    fileField: { kind: "line", replaces: { field: "file" }, default: "file", required: true, advanced: true },
  },
});
