/** Decodes the bodies of replies: compression and charset. */
import { promisify } from "node:util";
import { brotliDecompress, constants, unzip } from "node:zlib";
import type { Answer } from "./exchange";
import { headerOf } from "./header";

/** The `Content-Encoding` of a reply although `identity` was requested; undefined if the bytes are not encoded. */
export function encodingOf(answer: Pick<Answer, "headers">): string | undefined {
  const encoding = headerOf(answer, "content-encoding")?.trim().toLowerCase();
  return encoding === "" || encoding === "identity" ? undefined : encoding;
}

/**
 * The text of a body: decompressed (gzip, deflate, br), and read in the charset of its content type, by default UTF-8.
 * Returns "" for a body that cannot be decompressed or is longer than `maxBytes`.
 */
export async function bodyText(
  answer: Pick<Answer, "headers">,
  body: Buffer,
  maxBytes: number,
): Promise<string> {
  const charset = /;\s*charset="?([\w-]+)/i.exec(headerOf(answer, "content-type") ?? "")?.[1];
  try {
    return decoderFor(charset).decode(await decompressed(body, encodingOf(answer), maxBytes));
  } catch {
    return "";
  }
}

function decoderFor(charset: string | undefined): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** Decompresses as much of a truncated body as possible. */
async function decompressed(
  body: Buffer,
  encoding: string | undefined,
  maxOutputLength: number,
): Promise<Buffer> {
  if (encoding === "gzip" || encoding === "x-gzip" || encoding === "deflate") {
    return promisify(unzip)(body, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
  }
  if (encoding === "br") {
    return promisify(brotliDecompress)(body, {
      maxOutputLength,
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    });
  }
  return body;
}
