import { CHUNK_FIELDS, CHUNK_PATH, file, integer, operation, text } from "../lib/flow";

export = operation({
  type: "vocu-upload-chunk",
  family: "library",
  reference: "F.2",
  operationId: "uploadChunk",
  legacy: true,
  request: { method: "POST", path: CHUNK_PATH, repeatable: true },
  inputs: {
    uploadId: text({ required: true, from: "msg.uploadId", as: "id", in: "form" }),
    index: integer({ required: true, from: "msg.parts.index", min: 0, in: "form" }),
    file: file({ required: true, from: "msg.payload", file: { media: "any", wire: "part" }, in: "form" }),
  },
  settings: CHUNK_FIELDS,
});
