/** Routes of the storage host. */
import type { FastifyInstance } from "fastify";
import { streamAudio } from "../audio-reply";
import { sendRange } from "../range";
import { speakOnce } from "../speech/cache";
import { direct } from "../speech/direction";
import { permission } from "../state/addresses";
import { findStyle } from "../state/voices";
import type { World } from "../world";

/** The host of finished and growing audio, another origin than the API's. API reference 6. */
export function storageRoutes(app: FastifyInstance, world: World): void {
  app.addHook("preHandler", ({ entry }, _reply, done) => {
    const { method, path, headers, query } = entry;
    if (headers.authorization !== undefined || "token" in query) {
      world.log.violations.push(`${method} ${path}: the key was sent to the storage host`);
    }
    done();
  });
  finishedRoute(app, world);
  growingRoute(app, world);
  sampleRoute(app, world);
  fileRoute(app, world);
}

/** `/generate/{id}.mp3`: 404 until the audio is complete. */
function finishedRoute(app: FastifyInstance, { recorder }: World): void {
  app.get<{ Params: { file: string } }>("/generate/:file", async (request, reply) => {
    const recording = recorder.find(request.params.file.replace(/\.mp3$/, ""));
    if (!recording?.finished) return reply.code(404).type("text/plain").send("NoSuchKey");
    reply.raw.setHeader("Content-Type", request.fault?.audioContentType ?? "audio/mpeg");
    return sendRange(request, reply, await recording.whole());
  });
}

/** `/stream/{id}.mp3?auth=…`: from the beginning at any time; Range only once the audio is complete. */
function growingRoute(app: FastifyInstance, { recorder }: World): void {
  app.get<{ Params: { file: string } }>("/stream/:file", async (request, reply) => {
    const id = request.params.file.replace(/\.mp3$/, "");
    if (request.entry.query["auth"] !== permission(id))
      return reply.code(403).type("text/plain").send("Forbidden");
    const recording = recorder.find(id);
    if (!recording) return reply.code(404).type("text/plain").send("Not Found");
    reply.raw.setHeader("Content-Type", request.fault?.audioContentType ?? "audio/mpeg");
    if (recording.finished) return sendRange(request, reply, await recording.whole());
    return streamAudio(reply, recording.read(), request.fault);
  });
}

/** `/prompt/{voice}/{style}.mp3`: the sample of a starting voice. */
function sampleRoute(app: FastifyInstance, { voices }: World): void {
  app.get<{ Params: { voice: string; file: string } }>("/prompt/:voice/:file", async (request, reply) => {
    const { voice: voiceId, file } = request.params;
    const voice = voices.find(voiceId);
    const found = findStyle(voice, file.replace(/\.mp3$/, ""));
    if (!found?.sound.transcript) return reply.code(404).type("text/plain").send("NoSuchKey");
    const line = direct(
      { text: found.sound.transcript },
      { language: voice.language, timbre: found.sound.timbre },
    );
    const parts: Buffer[] = [];
    for await (const part of speakOnce(line)) parts.push(part);
    reply.raw.setHeader("Content-Type", "audio/mpeg");
    return sendRange(request, reply, Buffer.concat(parts));
  });
}

/** Everything that was uploaded. */
function fileRoute(app: FastifyInstance, { files }: World): void {
  app.get("/*", async (request, reply) => {
    const file = files.get(request.entry.path);
    if (!file) return reply.code(404).type("text/plain").send("NoSuchKey");
    reply.raw.setHeader("Content-Type", file.type);
    return sendRange(request, reply, file.bytes);
  });
}
