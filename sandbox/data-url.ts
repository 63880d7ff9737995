/** Reads samples, pictures and audio from data URLs or files of a form. */
import { badRequest } from "./errors";
import type { UploadedFile } from "./multipart-body";

/** Bytes from a data URL or a file of a form. */
export interface Attachment {
  type: string;
  bytes: Buffer;
}

/** Decodes `data:<type>;base64,…`; anything else is 400 VALIDATION_INVALID_FORMAT. */
export function decodeDataUrl(url: string): Attachment {
  const comma = url.indexOf(",");
  const head = /^data:([^;,]+)(?:;[^;,]+)*;base64$/.exec(url.slice(0, Math.max(0, comma)));
  const body = url.slice(comma + 1);
  if (!head?.[1] || !/^[A-Za-z0-9+/]+={0,2}$/.test(body)) {
    throw badRequest("VALIDATION_INVALID_FORMAT", "Not a base64 data URL");
  }
  return { type: head[1], bytes: Buffer.from(body, "base64") };
}

/** Reads a field that is a data URL in JSON and a file in a form; undefined when it is missing. */
export function attachment(value: unknown): Attachment | undefined {
  if (typeof value === "string" && value !== "") return decodeDataUrl(value);
  if (typeof value === "object" && value !== null && "bytes" in value) return value as UploadedFile;
  return undefined;
}
