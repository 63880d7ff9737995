import type { FastifyInstance } from "fastify";
import { fields, flag, text } from "../read";
import type { World } from "../world";

const VERSIONS = ["v1.0", "v2.0", "v3.0", "v4.0"];

/** Voices, API reference C; every path also exists under the deprecated /api/tts/voice. */
export function voiceRoutes(app: FastifyInstance, world: World): void {
  for (const base of ["/api/voice", "/api/tts/voice"]) {
    listRoute(app, base, world);
    app.get<{ Params: { id: string } }>(`${base}/:id`, ({ params }) => ({
      status: 200,
      message: "OK",
      data: world.voices.find(params.id).shown,
    }));
  }
}

/** API reference C.5: unknown filters are dropped. */
function listRoute(app: FastifyInstance, base: string, { voices }: World): void {
  app.get(base, ({ query }) => {
    const asked = fields(query);
    const from = text(asked, "from");
    const version = text(asked, "version");
    const data = voices
      .list({
        showMarket: flag(asked, "showMarket") ?? from === "market",
        full: text(asked, "show") === "full",
      })
      .map(({ shown }) => shown)
      .filter(
        (voice) =>
          from === undefined || !["market", "upload", "library"].includes(from) || voice.from === from,
      )
      .filter((voice) => version === undefined || !VERSIONS.includes(version) || voice.version === version);
    return { status: 200, message: "OK", data };
  });
}
