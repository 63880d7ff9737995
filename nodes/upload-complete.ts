import { operation, text } from "../lib/flow";

export = operation({
  type: "vocu-upload-complete",
  family: "library",
  reference: "F.3",
  operationId: "finishChunkedUpload",
  legacy: true,
  request: { method: "POST", path: "/api/editor/multipartUpload/finish" },
  inputs: { uploadId: text({ required: true, from: "msg.uploadId", as: "id" }) },
});
