/** Reads the parameters of simple generation. */
import { badRequest, type ApiError } from "../errors";
import { fields, flag, number, text, type Fields } from "../read";
import { speakOnce } from "../speech/cache";
import { direct } from "../speech/direction";
import type { Line } from "../speech/speaker";
import type { World } from "../world";
import { costOf } from "./account";
import { conversionInput } from "./conversion";
import { findStyle, type Voices } from "./voices";

/** The parameters of a simple-generate call, parsed as leniently as documented. API reference D.1, D.4. */
export interface SimpleRequest {
  /** Its audio as mp3. */
  sound(): AsyncIterable<Buffer>;
  /** The spoken line, if it is speech. */
  line: Line | undefined;
  credits: number;
  instructMode: boolean;
  /** Subtitles are wanted and possible: not with low latency, nor on the controllable path. API reference 7.5. */
  srt: boolean;
  /** POST only: the reply's `audio` may be a stream address. */
  stream: boolean;
  /** POST only: the reply is the mp3 itself. */
  directStream: boolean;
}

/** The one code that simple-generate lists for a wrong value of any field; it has none for a missing one. */
const refused = (message: string): ApiError => badRequest("VALIDATION_INVALID_VALUE", message);

function checkEmotions(asked: Fields): void {
  const emotions = asked["emo_switch"];
  if (Array.isArray(emotions) && emotions.length !== 5) {
    throw refused("emo_switch needs five numbers");
  }
}

/** Out-of-range rates are ignored. API reference 7.5. */
function rate(asked: Fields): number | undefined {
  const speechRate = number(asked, "speechRate");
  return speechRate !== undefined && speechRate >= 0.5 && speechRate <= 2 ? speechRate : undefined;
}

/**
 * The voice and style: 404 for an unknown voice, 400 for an unknown style. GET accepts the beginning of a style's id.
 * API reference D.4.
 */
function speakerOf(asked: Fields, voices: Voices, instructMode: boolean, form: "query" | "body") {
  const voice = voices.usable(text(asked, "voiceId") ?? "", instructMode);
  const found = findStyle(voice, text(asked, "promptId") || "default", { prefix: form === "query" });
  if (!found) throw refused("The voice has no such style");
  return { language: voice.language, timbre: found.sound.timbre };
}

/** The audio and its price: converted audio if there is `input_audio`, else spoken text. */
async function soundOf(
  asked: Fields,
  world: World,
  form: "query" | "body",
): Promise<Pick<SimpleRequest, "sound" | "line" | "credits">> {
  const inputAudio = text(asked, "input_audio");
  if (inputAudio) {
    const { timbre } = speakerOf(asked, world.voices, true, form);
    const input = await conversionInput(inputAudio, world);
    return { sound: () => input.play(timbre), line: undefined, credits: Math.ceil(input.seconds) };
  }
  const words = text(asked, "text") ?? "";
  if (!/[\p{L}\p{N}]/u.test(words)) throw refused("There is nothing to say");
  checkEmotions(asked);
  const speaker = speakerOf(asked, world.voices, flag(asked, "instruct_mode") ?? false, form);
  const line = direct(
    {
      text: words,
      language: text(asked, "language"),
      preset: text(asked, "preset"),
      speechRate: rate(asked),
      vivid: flag(asked, "vivid"),
      seed: number(asked, "seed"),
    },
    speaker,
  );
  return { sound: () => speakOnce(line), line, credits: costOf(words) };
}

/** Reads the parameters of simple-generate, from a query or a body. Throws the documented refusals. */
export async function readSimple(
  input: unknown,
  world: World,
  form: "query" | "body",
): Promise<SimpleRequest> {
  const asked = fields(input);
  if (!text(asked, "voiceId")) throw refused("voiceId is missing");
  const instructMode = flag(asked, "instruct_mode") ?? false;
  return {
    ...(await soundOf(asked, world, form)),
    instructMode,
    srt: (flag(asked, "srt") ?? false) && !instructMode && !(flag(asked, "flash") ?? false),
    stream: flag(asked, "stream") ?? false,
    directStream: flag(asked, "direct_stream") ?? false,
  };
}
