/** Routes for simple generation: streaming GET, POST, and replay. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { streamAudio } from "../audio-reply";
import { notFound } from "../errors";
import { oneBuffer } from "../one-buffer";
import { sendRange } from "../range";
import { responseData } from "../response-data";
import { secondsOf } from "../speech/lame";
import { subtitles } from "../speech/subtitles";
import { audioUrl, streamUrl } from "../state/addresses";
import type { Recording } from "../state/recording";
import { readSimple, type SimpleRequest } from "../state/simple";
import type { World } from "../world";

/** A call that is charged and being generated. */
interface Generation {
  asked: SimpleRequest;
  recording: Recording;
  /** The `data` of the reply. */
  result: Record<string, unknown>;
}

/** Simple generation, API reference D.1 and D.4. */
export function generateRoutes(app: FastifyInstance, world: World): void {
  replayRoute(app, world);
  for (const path of ["/api/tts/simple-generate", "/api/tts/simple-generate.mp3"]) {
    app.get(path, async (request, reply) => {
      const generation = await generate(await readSimple(request.query, world, "query"), reply, world);
      return generation ? stream(generation, reply, world) : reply.hijack();
    });
  }
  app.post("/api/tts/simple-generate", async (request, reply) => {
    const generation = await generate(await readSimple(request.body, world, "body"), reply, world);
    if (!generation) return reply.hijack();
    if (generation.asked.directStream) return stream(generation, reply, world);
    return { status: 200, message: "OK", data: await finished(generation) };
  });
}

/** Replay by the id of an audio, free of charge; mentioned without a page, API reference H. */
function replayRoute(app: FastifyInstance, { recorder }: World): void {
  app.get<{ Params: { id: string } }>("/api/tts/stream/:id", async (request, reply) => {
    const recording = recorder.find(request.params.id);
    if (!recording) throw notFound("GENERATE_NOT_FOUND", "Audio not found");
    reply.raw.setHeader("Content-Type", "audio/mpeg");
    return streamAudio(reply, recording.read(), request.fault);
  });
}

/**
 * The `data` of a JSON reply: immediately with a stream address, otherwise when the audio is complete. API reference
 * D.1.
 */
async function finished({ asked, recording, result }: Generation): Promise<Record<string, unknown>> {
  if (asked.stream) return { ...result, audio: result["streamUrl"] };
  const bytes = await recording.whole();
  return {
    ...result,
    estimatedDuration: secondsOf(bytes),
    ...(asked.srt && asked.line && { srt: await subtitles(asked.line) }),
  };
}

/**
 * Waits for a slot, charges, and starts the generation, which then continues without the caller. Undefined if the
 * caller disconnected while waiting: then nothing is charged.
 */
async function generate(
  asked: SimpleRequest,
  reply: FastifyReply,
  world: World,
): Promise<Generation | undefined> {
  const { fault } = reply.request;
  await world.queue.enter();
  if (reply.raw.closed) {
    world.queue.leave();
    return undefined;
  }
  let recording: Recording;
  try {
    world.account.charge(asked.credits);
    recording = world.recorder.record(fault?.audio ? oneBuffer(fault.audio) : asked.sound(), asked.line);
  } catch (error) {
    world.queue.leave();
    throw error;
  }
  const leave = () => world.queue.leave();
  recording.whole().then(leave, leave);
  const result = {
    id: recording.id,
    audio: audioUrl(world.storageUrl, recording.id),
    streamUrl: streamUrl(world.storageUrl, recording.id),
    credit_used: asked.credits,
    ...(fault?.creditsLie !== undefined && { credit_used: fault.creditsLie }),
    ...fault?.urlsLie,
  };
  return { asked, recording, result };
}

async function stream(
  { asked, recording, result }: Generation,
  reply: FastifyReply,
  world: World,
): Promise<void> {
  const { fault } = reply.request;
  const usualType = world.settings.edition === "2025" ? "application/octet-stream" : "audio/mpeg";
  reply.raw.setHeader("Content-Type", fault?.audioContentType ?? usualType);
  reply.raw.setHeader("X-Accel-Buffering", "no");
  const audioId = fault?.audioIdLie === undefined ? recording.id : fault.audioIdLie;
  if (audioId !== null) reply.raw.setHeader("X-Reecho-Audio-Id", audioId);
  const header = responseData(result, fault?.responseData ?? "plain");
  if (header !== undefined) reply.raw.setHeader("X-Reecho-Response-Data", header);
  if (asked.instructMode) await sendRange(reply.request, reply, await recording.whole());
  else await streamAudio(reply, recording.read(), fault);
}
