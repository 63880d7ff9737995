/** Reads multipart forms. */
import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";

/** A file of a multipart form. */
export interface UploadedFile {
  filename: string;
  type: string;
  bytes: Buffer;
}

/** The entry of a file in the log. */
interface FileDescription {
  filename: string;
  type: string;
  bytes: number;
  sha256: string;
}

/** Reads a whole multipart form: the fields for the routes, and the same described for the log. */
export async function formFields(request: FastifyRequest): Promise<{
  input: Record<string, string | UploadedFile>;
  description: Record<string, string | FileDescription>;
}> {
  const input: Record<string, string | UploadedFile> = {};
  const description: Record<string, string | FileDescription> = {};
  for await (const part of request.parts()) {
    if (part.type === "field") {
      input[part.fieldname] = description[part.fieldname] = String(part.value);
      continue;
    }
    const bytes = await part.toBuffer();
    const { filename, mimetype: type } = part;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    input[part.fieldname] = { filename, type, bytes };
    description[part.fieldname] = { filename, type, bytes: bytes.length, sha256 };
  }
  return { input, description };
}
