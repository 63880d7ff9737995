/** Routes for listing, reading and deleting voices. */
import type { FastifyInstance } from "fastify";
import { fields, flag, text } from "../read";
import type { World } from "../world";
import { sharingRoutes } from "./sharing";
import { styleRoutes } from "./styles";
import { voiceCreateRoute } from "./voice-create";
import { voiceEditRoutes } from "./voice-edit";

const VERSIONS = ["v1.0", "v2.0", "v3.0", "v4.0"];
const ORIGINS = ["market", "upload", "library"];

/** Voices, API reference C; every path also exists under the deprecated /api/tts/voice. */
export function voiceRoutes(app: FastifyInstance, world: World): void {
  for (const base of ["/api/voice", "/api/tts/voice"]) {
    listRoute(app, base, world);
    voiceCreateRoute(app, base, world);
    voiceEditRoutes(app, base, world);
    styleRoutes(app, base, world);
    sharingRoutes(app, base, world);
    app.get<{ Params: { id: string } }>(`${base}/:id`, ({ params }) => ({
      status: 200,
      message: "OK",
      data: world.voices.find(params.id).shown,
    }));
    app.delete<{ Params: { id: string } }>(`${base}/:id`, ({ params }) => {
      world.voices.remove(world.voices.own(params.id));
      return { status: 200 };
    });
  }
}

/** API reference C.5: unknown filters are dropped. */
function listRoute(app: FastifyInstance, base: string, { voices }: World): void {
  app.get(base, ({ query }) => {
    const asked = fields(query);
    const from = text(asked, "from");
    const version = text(asked, "version");
    const showMarket = flag(asked, "showMarket") ?? from === "market";
    const data = voices
      .list({ showMarket, full: text(asked, "show") === "full" })
      .map(({ shown }) => shown)
      .filter((voice) => from === undefined || !ORIGINS.includes(from) || voice.from === from)
      .filter((voice) => version === undefined || !VERSIONS.includes(version) || voice.version === version);
    return { status: 200, message: "OK", data };
  });
}
