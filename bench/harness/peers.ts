/** The same requests without a node: what the network and the parsing of HTTP take by themselves. */
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { request } from "undici";

/** Reads a body to its end; answers with the ms to its first bytes, at which `heard` is called. */
export async function rawFirst(url: string, heard: () => void = () => undefined): Promise<number> {
  const startedAt = performance.now();
  const { body } = await request(url);
  await new Promise<void>((resolve) => body.once("data", () => resolve()));
  const ms = performance.now() - startedAt;
  heard();
  await once(body.resume(), "end");
  return ms;
}

/** Reads a body to its end, as it comes; answers with its length. */
export async function rawAll(url: string): Promise<number> {
  const { body } = await request(url);
  let bytes = 0;
  for await (const piece of body) bytes += (piece as Buffer).length;
  return bytes;
}

/** Sends a file as the body of a request. */
export async function rawUpload(url: string, path: string): Promise<void> {
  const { body } = await request(url, { method: "POST", body: createReadStream(path) });
  await body.dump();
}
