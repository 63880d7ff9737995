/** Audio over HTTP, complete or still growing: GET, HEAD and Range (RFC 9110). */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { codeOf } from "../files/write";
import { dlnaHeaders } from "./dlna";
import { portionOf, type Portion } from "./portion";
import { checkPublication, findPublication, type Publication } from "./published";

/** How soon a listener may try again when too many files are open, in seconds. */
const RETRY_AFTER_S = 1;

/**
 * Answers a request for the audio of this name: 200, 206, 404 or 416, and 500 or 503 where its file cannot be opened.
 * Audio that grows is sent as it comes and ends when it is whole; a reply that cannot be completed is cut off, so that
 * it is not mistaken for the whole. Never rejects.
 */
export async function serveAudio(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  const publication = findPublication(name);
  if (!publication?.spool.usable) {
    refuse(response, 404);
    return;
  }
  try {
    await checkPublication(publication);
  } catch (error) {
    refuse(response, statusOf(codeOf(error)));
    return;
  }
  const { type, spool } = publication;
  const head = request.method === "HEAD";
  const portion = portionOf(spool, head || request.headers["if-range"] ? undefined : request.headers.range);
  response.writeHead(portion.status, {
    ...portion.headers,
    ...dlnaHeaders(request.headers, { type, seekable: spool.complete }),
    "Content-Type": type,
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    // The address is the secret: a page that knows it may play it, wherever the page comes from.
    "Access-Control-Allow-Origin": "*",
  });
  if (head || portion.status === 416) response.end();
  else await send(publication, portion, response);
}

function statusOf(code: string): 404 | 500 | 503 {
  if (code === "ENOENT") return 404;
  return code === "EMFILE" || code === "ENFILE" ? 503 : 500;
}

function refuse(response: ServerResponse, status: 404 | 500 | 503): void {
  const retry = status === 503 ? { "Retry-After": RETRY_AFTER_S } : {};
  response.writeHead(status, { ...retry, "Content-Length": 0, "Cache-Control": "no-store" }).end();
}

async function send({ spool }: Publication, { from, to }: Portion, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort(new Error("The listener went away")));
  const { audio, signal } = spool.read(from, to, gone.signal);
  // The signal also ends a listener that takes nothing more, at which the audio itself would wait forever.
  const end = { signal };
  // A listener who goes away and audio that is removed both end here, with the connection.
  await pipeline(Readable.from(audio, { highWaterMark: 1 }), response, end).catch(() => undefined);
}
