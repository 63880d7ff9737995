/** Routes that change a voice's picture, name and description. */
import type { FastifyInstance } from "fastify";
import { decodeDataUrl } from "../data-url";
import { ApiError, badRequest, missingField } from "../errors";
import { fields, text } from "../read";
import { store } from "../state/new-voice";
import { touch } from "../state/voices";
import type { World } from "../world";

const MOST_AVATAR_TEXT = 14 * 1024 * 1024;

/** A voice's picture (API reference C.3), name and description (H). */
export function voiceEditRoutes(app: FastifyInstance, base: string, world: World): void {
  app.post<{ Params: { id: string } }>(`${base}/:id/avatar`, ({ params, body }) => {
    const voice = world.voices.own(params.id);
    const avatar = text(fields(body), "avatar");
    if (!avatar) throw missingField("avatar");
    if (avatar.length > MOST_AVATAR_TEXT)
      throw new ApiError(413, "UPLOAD_TOO_LARGE", "The picture is too large");
    const picture = decodeDataUrl(avatar);
    if (!picture.type.startsWith("image/")) throw badRequest("VALIDATION_INVALID_FORMAT", "Not a picture");
    voice.shown.metadata.avatar = store(world, "avatar", voice.shown.id, picture);
    return { status: 200, message: "OK", data: touch(voice) };
  });

  app.post<{ Params: { id: string } }>(`${base}/:id/info`, ({ params, body }) => {
    const voice = world.voices.editable(params.id);
    rename(voice.shown, voice.shown.metadata, body);
    return { status: 200, message: "OK", data: touch(voice) };
  });
}

/** An empty or missing name keeps the old one, a missing description clears it. API reference H. */
export function rename(named: { name: string }, described: { description?: string }, body: unknown): void {
  const asked = fields(body);
  named.name = text(asked, "name") || named.name;
  const description = text(asked, "description");
  if (description === undefined) delete described.description;
  else described.description = description;
}
