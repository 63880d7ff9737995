/** Routes for file uploads. */
import type { FastifyInstance } from "fastify";
import { attachment } from "../data-url";
import { badRequest, missingField } from "../errors";
import { fields, requiredText } from "../read";
import type { World } from "../world";

/** Uploads of files, API reference F; the paths and fields of chunk and simple upload are assumed. */
export function uploadRoutes(app: FastifyInstance, { uploads }: World): void {
  app.post("/api/editor/multipartUpload/newFile", ({ body }) => {
    if (requiredText(fields(body), "type") !== "zip")
      throw badRequest("VALIDATION_INVALID_VALUE", "type must be zip");
    return { status: 200, message: "OK", data: { id: uploads.begin() } };
  });

  app.post("/api/editor/multipartUpload/uploadChunk", ({ input }) => {
    const asked = fields(input);
    const index = requiredText(asked, "index");
    if (!/^\d+$/.test(index)) throw badRequest("VALIDATION_INVALID_FORMAT", "index is no number");
    uploads.add(requiredText(asked, "id"), Number(index), fileOf(asked["file"]));
    return { status: 200 };
  });

  app.post("/api/editor/multipartUpload/finish", ({ body }) => {
    const id = requiredText(fields(body), "id");
    uploads.finish(id);
    return { status: 200, message: "OK", data: { id } };
  });

  app.post("/api/editor/upload", ({ input }) => {
    const id = uploads.take(fileOf(fields(input)["file"]));
    return { status: 200, message: "OK", data: { id } };
  });
}

function fileOf(value: unknown): Buffer {
  const file = typeof value === "string" ? undefined : attachment(value);
  if (!file) throw missingField("file");
  return file.bytes;
}
