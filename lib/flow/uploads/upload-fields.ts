/** Undocumented details of chunked uploads, editable in the dialog (API reference F.2). */
import type { Settings } from "../../schema/description";

/** The assumed path for uploading a chunk. */
export const CHUNK_PATH = "/api/editor/multipartUpload/uploadChunk";

/** Path and form field names of a chunk. */
export const CHUNK_FIELDS = {
  path: { kind: "line", replaces: "path", default: CHUNK_PATH, required: true, advanced: true },
  uploadIdField: {
    kind: "line",
    replaces: { field: "uploadId" },
    default: "id",
    required: true,
    advanced: true,
  },
  indexField: {
    kind: "line",
    replaces: { field: "index" },
    default: "index",
    required: true,
    advanced: true,
  },
  fileField: { kind: "line", replaces: { field: "file" }, default: "file", required: true, advanced: true },
} as const satisfies Settings;
