/** Routes for the styles of a voice. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { badRequest, notFound } from "../errors";
import { fields, flag, requiredText, text } from "../read";
import { newStyle } from "../state/new-voice";
import { makeDefault } from "../state/default-style";
import type { OwnedVoice } from "../state/voice";
import { findStyle, touch } from "../state/voices";
import type { World } from "../world";
import { sampleLanguage } from "../state/languages";
import { rename } from "./voice-edit";

const MOST_SAMPLE_BYTES = 20 * 1024 * 1024;

interface StylePath {
  Params: { id: string; promptId: string };
}

const reply = (voice: OwnedVoice) => ({ status: 200, message: "OK", data: touch(voice) });

function existing(voice: OwnedVoice, promptId: string): NonNullable<ReturnType<typeof findStyle>> {
  const found = findStyle(voice, promptId);
  if (!found) throw notFound("RESOURCE_NOT_FOUND", "The voice has no such style");
  return found;
}

/** Styles of a voice, API reference C.2, C.9 and H. */
export function styleRoutes(app: FastifyInstance, base: string, world: World): void {
  addRoute(app, base, world);
  deleteRoute(app, base, world);
  transcriptRoutes(app, base, world);
  const one = `${base}/:id/prompt/:promptId`;

  app.post<StylePath>(`${one}/info`, ({ params, body }) => {
    const voice = world.voices.editable(params.id);
    const { style } = existing(voice, params.promptId);
    rename(style, style, body);
    return reply(voice);
  });

  app.post<StylePath>(`${one}/default`, ({ params }) => {
    const voice = world.voices.editable(params.id);
    makeDefault(voice, existing(voice, params.promptId).style);
    return reply(voice);
  });

  app.post<StylePath>(`${one}/reset`, ({ params, body }) => {
    const voice = world.voices.editable(params.id);
    const found = findStyle(voice, params.promptId);
    if (found) {
      found.style.enhance = flag(fields(body), "enhance") ?? false;
      found.style.vocalFilter = flag(fields(body), "vocalFilter") ?? false;
      found.sound.transcript = found.sound.heard;
    }
    return reply(voice);
  });
}

function addRoute(app: FastifyInstance, base: string, world: World): void {
  app.post<{ Params: { id: string } }>(`${base}/:id/prompt`, ({ params, body }) => {
    const voice = world.voices.editable(params.id);
    const asked = fields(body);
    const { style, sound } = newStyle(
      world,
      randomUUID(),
      {
        name: requiredText(asked, "name"),
        description: text(asked, "description"),
        prompt: asked["prompt"],
        language: sampleLanguage(text(asked, "language"), world.settings.edition),
        vocalFilter: flag(asked, "vocalFilter"),
      },
      MOST_SAMPLE_BYTES,
    );
    voice.shown.metadata.prompts.push(style);
    voice.sounds.set(style.id, sound);
    return reply(voice);
  });
}

/** An unknown style is not an error; a deleted one stays in the list, marked. */
function deleteRoute(app: FastifyInstance, base: string, world: World): void {
  app.delete<StylePath>(`${base}/:id/prompt/:promptId`, ({ params }) => {
    const voice = world.voices.editable(params.id);
    if (params.promptId === "default") {
      throw badRequest("VALIDATION_BAD_PARAMS", "The default style cannot be deleted");
    }
    const found = findStyle(voice, params.promptId);
    if (found) found.style.deleted = true;
    return reply(voice);
  });
}

function transcriptRoutes(app: FastifyInstance, base: string, world: World): void {
  const path = `${base}/:id/prompt/:promptId/stt`;
  app.get<StylePath>(path, ({ params }) => {
    const { sound } = existing(world.voices.editable(params.id), params.promptId);
    return { status: 200, message: "OK", data: sound.transcript };
  });
  app.post<StylePath>(path, ({ params, body }) => {
    const voice = world.voices.editable(params.id);
    existing(voice, params.promptId).sound.transcript = requiredText(fields(body), "text");
    return reply(voice);
  });
}
