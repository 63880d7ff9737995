/** Route for uploads for voice conversion. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { decodeDataUrl } from "../data-url";
import { ApiError, badRequest } from "../errors";
import { fields, requiredText } from "../read";
import { CONVERSION_UPLOAD, encodeWhole } from "../speech/lame";
import { probe } from "../speech/probe";
import type { World } from "../world";

const MOST_BYTES = 100 * 1024 * 1024;
const MOST_SECONDS = 300;

/** Upload of audio for voice conversion, API reference H: a WAV becomes mp3 of 320 kbit/s, an mp3 is kept. */
export function conversionRoutes(app: FastifyInstance, world: World): void {
  app.post("/api/tts/upload-audio", async ({ body }) => {
    const audio = decodeDataUrl(requiredText(fields(body), "audio"));
    if (!audio.type.startsWith("audio/"))
      throw badRequest("VALIDATION_INVALID_FORMAT", "Not a data:audio/ URL");
    if (audio.bytes.length > MOST_BYTES)
      throw new ApiError(413, "UPLOAD_TOO_LARGE", "The audio is too large");
    const found = probe(audio.bytes);
    if (!found) throw badRequest("UPLOAD_AUDIO_INVALID", "The audio cannot be read");
    if (found.seconds > MOST_SECONDS)
      throw badRequest("VALIDATION_TOO_LONG", "The audio is longer than 300 s");
    const bytes = found.pcm ? await collected(encodeWhole(found.pcm, CONVERSION_UPLOAD)) : audio.bytes;
    const path = `/vc-input/${randomUUID()}.mp3`;
    world.files.put(path, { bytes, type: "audio/mpeg", pcm: found.pcm });
    return { status: 200, message: "OK", data: { url: world.storageUrl + path, duration: found.seconds } };
  });
}

async function collected(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}
