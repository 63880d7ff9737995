/** Route that creates a voice. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { attachment } from "../data-url";
import { ApiError, badRequest } from "../errors";
import { fields, flag, requiredText, text, type Fields } from "../read";
import { failMarker } from "../state/marker";
import { newStyle, newVoice, store } from "../state/new-voice";
import type { VoiceStatus } from "../state/voice";
import type { World } from "../world";
import { sampleLanguage } from "../state/languages";

const MEGABYTE = 1024 * 1024;
const MOST_SAMPLE_BYTES = 100 * MEGABYTE;

/** Creation of a voice from JSON or from a form, API reference C.1. */
export function voiceCreateRoute(app: FastifyInstance, base: string, world: World): void {
  app.post(base, ({ input }) => {
    const asked = fields(input);
    const name = requiredText(asked, "name");
    const version = modelVersion(asked);
    const language = sampleLanguage(text(asked, "language"), world.settings.edition);
    const lora = checkedLora(asked, language, world);
    const description = text(asked, "description");
    const first = newStyle(
      world,
      "default",
      {
        name: "Default",
        description: undefined,
        prompt: asked["prompt"],
        language,
        vocalFilter: flag(asked, "vocalFilter"),
      },
      MOST_SAMPLE_BYTES,
    );
    const picture = attachment(asked["avatar"]);
    const id = randomUUID();
    const avatar = picture && store(world, "avatar", id, picture);
    const fails = name.includes(failMarker);
    if (lora && !fails) world.account.loraQuota--;
    const statuses = way(world.settings.voiceMs, lora, fails);
    const voice = newVoice(
      world,
      { id, name, description, version, language, avatar, lora },
      first,
      statuses,
    );
    world.voices.add(voice);
    return { status: 200, message: "OK", data: voice.shown };
  });
}

function modelVersion(asked: Fields): string {
  const version = text(asked, "modelVersion") ?? "v3.0";
  if (version !== "v3.0" && version !== "v4.0") {
    throw badRequest("VOICE_MODEL_VERSION_INVALID", "Unknown modelVersion");
  }
  const onlyV3 = ["lora", "isTest", "vcover"].find((name) => asked[name] !== undefined);
  if (version === "v4.0" && onlyV3) throw badRequest("VALIDATION_BAD_PARAMS", `v4.0 takes no ${onlyV3}`);
  return version;
}

/** True for a professional clone: its archive is complete, its language named, its quota free. */
function checkedLora(asked: Fields, language: string, world: World): boolean {
  const lora = text(asked, "lora");
  if (lora === undefined) return false;
  if (language === "auto") throw badRequest("VALIDATION_BAD_PARAMS", "A professional clone needs a language");
  if (!world.uploads.isFinished(lora)) {
    throw badRequest("VOICE_LORA_ARTIFACT_MISSING", "There is no such finished upload");
  }
  if (world.account.loraQuota === 0) {
    throw new ApiError(403, "BILLING_QUOTA_EXCEEDED", "No professional clone left");
  }
  return true;
}

function way(voiceMs: number, lora: boolean, fails: boolean): VoiceStatus[] {
  if (fails) return ["creating", "failed"];
  const statuses: VoiceStatus[] = lora
    ? ["creating", "lora-pending", "lora-success"]
    : ["creating", "pending"];
  return voiceMs > 0 ? statuses : statuses.slice(-1);
}
