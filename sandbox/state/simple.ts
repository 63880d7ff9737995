import { badRequest, missingField, notFound } from "../errors";
import { fields, flag, number, text, type Fields } from "../read";
import { direct } from "../speech/direction";
import type { Line } from "../speech/speaker";
import { costOf } from "./account";
import { findStyle, type Voices } from "./voices";

/** What a simple-generate call asks for, after the lenient reading that the reference describes. API reference D.1, D.4. */
export interface SimpleRequest {
  line: Line;
  credits: number;
  instructMode: boolean;
  /** POST only: the reply's `audio` may be a stream address. */
  stream: boolean;
  /** POST only: the reply is the mp3 itself. */
  directStream: boolean;
}

function checkEmotions(asked: Fields): void {
  const emotions = asked["emo_switch"];
  if (Array.isArray(emotions) && emotions.length !== 5) {
    throw badRequest("VALIDATION_INVALID_VALUE", "emo_switch needs five numbers");
  }
}

/** Out-of-range rates are ignored. API reference 7.5. */
function rate(asked: Fields): number | undefined {
  const speechRate = number(asked, "speechRate");
  return speechRate !== undefined && speechRate >= 0.5 && speechRate <= 2 ? speechRate : undefined;
}

/** Reads the parameters of simple-generate, from a query or a body. Throws the documented refusals. */
export function readSimple(input: unknown, voices: Voices, form: "query" | "body"): SimpleRequest {
  const asked = fields(input);
  const voiceId = text(asked, "voiceId");
  if (!voiceId) throw missingField("voiceId");
  const words = text(asked, "text") ?? "";
  const instructMode = flag(asked, "instruct_mode") ?? false;
  if (!/[\p{L}\p{N}]/u.test(words)) throw badRequest("TTS_TEXT_EMPTY", "There is nothing to say");
  checkEmotions(asked);
  const voice = voices.usable(voiceId, instructMode);
  const promptId = text(asked, "promptId") || "default";
  const found = findStyle(voice, promptId, { prefix: form === "query" });
  if (!found) throw notFound("RESOURCE_NOT_FOUND", "The voice has no such style");
  return {
    line: direct(
      {
        text: words,
        language: text(asked, "language"),
        preset: text(asked, "preset"),
        speechRate: rate(asked),
        vivid: flag(asked, "vivid"),
        seed: number(asked, "seed"),
      },
      { language: voice.language, timbre: found.sound.timbre },
    ),
    credits: costOf(words),
    instructMode,
    stream: flag(asked, "stream") ?? false,
    directStream: flag(asked, "direct_stream") ?? false,
  };
}
