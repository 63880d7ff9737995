/** Finished audio with Content-Length, ETag and Range. */
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { streamAudio } from "./audio-reply";
import { oneBuffer } from "./one-buffer";

/** First and last requested byte, "all" for no (or no usable) Range, or "none" when no byte of it exists. */
function wantedRange(
  header: string | undefined,
  length: number,
): { first: number; last: number } | "all" | "none" {
  const range = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!range || (range[1] === "" && range[2] === "")) return "all";
  const [, from = "", to = ""] = range;
  const first = from === "" ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === "" || to === "" ? length - 1 : Math.min(Number(to), length - 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return "all";
  return first < length && first <= last ? { first, last } : "none";
}

/** Sends finished audio with Content-Length, ETag and Range: 200, 206 or 416, If-Range honoured. API reference D.4. */
export async function sendRange(request: FastifyRequest, reply: FastifyReply, bytes: Buffer): Promise<void> {
  const { headers } = request.entry;
  const etag = `"${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}"`;
  reply.raw.setHeader("Accept-Ranges", "bytes");
  reply.raw.setHeader("ETag", etag);
  const stale = headers["if-range"] !== undefined && headers["if-range"] !== etag;
  const asked = stale ? undefined : headers.range;
  const source = (asked !== undefined && request.fault?.otherBytes) || bytes;
  const wanted = wantedRange(asked, source.length);
  if (wanted === "none") {
    reply.raw.statusCode = 416;
    reply.raw.removeHeader("Content-Type");
    reply.raw.setHeader("Content-Range", `bytes */${source.length}`);
    await streamAudio(reply, oneBuffer(Buffer.alloc(0)));
    return;
  }
  const body = wanted === "all" ? source : source.subarray(wanted.first, wanted.last + 1);
  if (wanted !== "all") {
    reply.raw.statusCode = 206;
    reply.raw.setHeader("Content-Range", `bytes ${wanted.first}-${wanted.last}/${source.length}`);
  }
  reply.raw.setHeader("Content-Length", body.length);
  await streamAudio(reply, oneBuffer(body), request.fault);
}
