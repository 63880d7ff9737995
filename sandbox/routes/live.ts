/** Route that opens a live channel. */
import type { FastifyInstance } from "fastify";
import { fields, requiredText } from "../read";
import type { World } from "../world";

/** Opening of a live channel, API reference B.1. */
export function liveRoutes(app: FastifyInstance, world: World): void {
  app.post("/api/tts/turbo/channel", ({ body, headers }) => {
    const voice = world.voices.usable(requiredText(fields(body), "voiceId"), false);
    const channel = world.channels.open(voice);
    return {
      status: 200,
      message: "OK",
      data: {
        turboChannelId: channel.id,
        wsUrl: `ws://${headers.host ?? ""}/turbo/${channel.id}`,
        cancelAfter: Math.ceil(world.settings.live.cancelAfterMs / 1000),
      },
    };
  });
}
