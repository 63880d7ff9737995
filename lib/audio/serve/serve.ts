/** Audio over HTTP, complete or still growing: GET, HEAD and Range (RFC 9110). */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { findServed, type Served } from "./shelf";

/** What is sent of an audio. */
interface Portion {
  readonly status: 200 | 206 | 416;
  readonly from: number;
  /** The first byte that is not sent; Infinity while nobody knows. */
  readonly to: number;
  readonly headers: Readonly<Record<string, string | number>>;
}

/**
 * Answers a request for the audio of this name: 200, 206, 404 or 416. An audio that grows is sent as it comes and ends when it is
 * whole; a reply that cannot be completed is cut off, so that nobody takes it for whole.
 */
export async function serveAudio(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  const served = findServed(name);
  if (!served?.spool.usable) {
    response.writeHead(404, { "Content-Length": 0, "Cache-Control": "no-store" }).end();
    return;
  }
  const head = request.method === "HEAD";
  const portion = portionOf(served, head || request.headers["if-range"] ? undefined : request.headers.range);
  response.writeHead(portion.status, {
    ...portion.headers,
    "Content-Type": served.type,
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    // The address is the secret: a page that knows it may play it, wherever the page comes from.
    "Access-Control-Allow-Origin": "*",
  });
  if (head || portion.status === 416) response.end();
  else await send(served, portion, response);
}

async function send({ spool }: Served, { from, to }: Portion, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort(new Error("The listener went away")));
  const audio = Readable.from(spool.read(from, to, gone.signal), { highWaterMark: 1 });
  // A listener who goes away and audio that is taken away both end here, with the connection.
  await pipeline(audio, response).catch(() => undefined);
}

/** What a Range asks for. Several ranges, other units and nonsense count as no Range, which the RFC allows. */
function portionOf({ spool }: Served, range: string | undefined): Portion {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? "") ?? [];
  const asked = first !== "" || last !== "";
  if (!spool.complete) return growingPortion(spool.bytes, first, last);
  const size = spool.bytes;
  const headers = { "Accept-Ranges": "bytes" };
  const whole: Portion = { status: 200, from: 0, to: size, headers: { ...headers, "Content-Length": size } };
  if (!asked) return whole;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return whole;
  if (from >= size) {
    const refused = { ...headers, "Content-Range": `bytes */${size}`, "Content-Length": 0 };
    return { status: 416, from: 0, to: 0, headers: refused };
  }
  return part(from, to, String(size), headers);
}

/** Of audio that grows only a piece that is there already can be promised; everything else gets all of it. */
function growingPortion(size: number, first: string, last: string): Portion {
  const [from, to] = [Number(first), Number(last) + 1];
  if (first !== "" && last !== "" && from < to && to <= size) return part(from, to, "*", {});
  return { status: 200, from: 0, to: Infinity, headers: {} };
}

const part = (from: number, to: number, size: string, headers: Portion["headers"]): Portion => ({
  status: 206,
  from,
  to,
  headers: { ...headers, "Content-Range": `bytes ${from}-${to - 1}/${size}`, "Content-Length": to - from },
});
