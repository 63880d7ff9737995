/** Routes for one-time share ids. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { notFound } from "../errors";
import { fields, requiredText } from "../read";
import type { World } from "../world";

/** One-time share ids: making one (API reference C.7, path assumed) and adding a voice by one (C.4). */
export function sharingRoutes(app: FastifyInstance, base: string, world: World): void {
  app.get<{ Params: { id: string } }>(`${base}/:id/share`, ({ params }) => {
    const shareId = randomUUID();
    world.shares.set(shareId, world.voices.own(params.id));
    return { status: 200, message: "OK", data: { shareId } };
  });

  app.post(`${base}/byShareId`, ({ body }) => {
    const shareId = requiredText(fields(body), "shareId");
    const shared = world.shares.get(shareId);
    if (!shared) throw notFound("RESOURCE_NOT_FOUND", "The share id is unknown or used up");
    world.shares.delete(shareId);
    const voice = structuredClone(shared);
    voice.shown.id = randomUUID();
    voice.shown.from = "library";
    world.voices.add(voice);
    return { status: 200, message: "OK", voiceId: voice.shown.id };
  });
}
