import { choice, operation } from "../lib/flow";

export = operation({
  type: "vocu-upload-create",
  family: "library",
  reference: "F.1",
  operationId: "createChunkedUpload",
  legacy: true,
  request: { method: "POST", path: "/api/editor/multipartUpload/newFile", withoutId: true },
  inputs: { fileType: choice(["zip"], { required: true, from: "zip", as: "type" }) },
});
