/** Faults of a JSON reply: another `status` in its body, and a body that arrives byte by byte. */
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { closed } from "./audio-reply";
import { delay } from "./inject";
import { fields } from "./read";

/** The payload as the request's fault changes it; unchanged without such a fault, and for anything but JSON text. */
export function spoiltJson(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const { fault } = request;
  const isJson = String(reply.getHeader("content-type")).startsWith("application/json");
  if (!fault || !isJson || typeof payload !== "string") return payload;
  const body =
    "bodyStatus" in fault
      ? JSON.stringify({ ...fields(JSON.parse(payload)), status: fault.bodyStatus })
      : payload;
  if (!fault.dripMs) return body;
  reply.removeHeader("content-length");
  return Readable.from(dripping(Buffer.from(body), fault.dripMs, request, reply));
}

async function* dripping(
  bytes: Buffer,
  everyMs: number,
  { entry }: FastifyRequest,
  reply: FastifyReply,
): AsyncGenerator<Buffer> {
  const gone = closed(reply);
  for (let at = 0; at < bytes.length && !reply.raw.destroyed; at++) {
    entry.count(1);
    yield bytes.subarray(at, at + 1);
    await delay(everyMs, gone);
  }
}
