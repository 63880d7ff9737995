import { badRequest, notFound } from "../errors";
import { fields, flag, number, text, type Fields } from "../read";
import { speakOnce } from "../speech/cache";
import { direct } from "../speech/direction";
import { encodeWhole } from "../speech/lame";
import { soundEffect, tune } from "../speech/sounds";
import type { Line } from "../speech/speaker";
import type { World } from "../world";
import { costOf } from "./account";
import { blockKinds } from "./block-kinds";
import { conversionInput } from "./conversion";
import type { OwnedVoice } from "./voice";
import { findStyle } from "./voices";

const USUAL_EFFECT_SECONDS = 2;
const USUAL_MUSIC_SECONDS = 5;
const NARRATOR = { language: "en-us", timbre: { variant: "m3", pitch: 45, range: 55, rate: 170 } };

/** A block of a task that has passed the strict checks of API reference D.2. */
export interface Block {
  /** Its honoured keys, as the task shows them. */
  shown: Fields;
  voice: OwnedVoice | undefined;
  characters: number;
  credits: number;
  line?: Line;
  /** Its audio as mp3. */
  sound(): AsyncIterable<Buffer>;
}

const invalid = () => badRequest("TTS_CONTENTS_INVALID", "contents is invalid");

/** The kind that is meant when `type` is left out. */
function kindOf(block: Fields): string {
  const kind = block["type"] ?? (block["input_audio"] === undefined ? "text" : "audio");
  if (typeof kind !== "string" || !(kind in blockKinds)) throw invalid();
  return kind;
}

/** Checks one block and prepares its audio. Bad values are 400 without naming the field. */
export async function readBlock(value: unknown, world: World): Promise<Block> {
  if (world.openApi.checkSchema("Block", value).length > 0) throw invalid();
  const all = fields(value);
  const kind = kindOf(all);
  const honoured = blockKinds[kind] ?? [];
  const shown = Object.fromEntries(
    Object.entries(all).filter(([key]) => key === "type" || honoured.includes(key)),
  );
  if (honoured.includes("text") && !text(shown, "text")?.trim()) throw invalid();
  if (honoured.includes("voiceId") && !text(shown, "voiceId")) throw invalid();
  if (kind === "text" || kind === "audio") return voicedBlock(kind, shown, world);
  if (kind === "scene") return sceneBlock(shown);
  return soundBlock(kind, shown, world);
}

async function voicedBlock(kind: "text" | "audio", shown: Fields, world: World): Promise<Block> {
  const instructMode = flag(shown, "instruct_mode") ?? false;
  const voice = world.voices.usable(text(shown, "voiceId") ?? "", instructMode || kind === "audio");
  const found = findStyle(voice, text(shown, "promptId") ?? "default");
  if (!found) throw notFound("RESOURCE_NOT_FOUND", "The voice has no such style");
  const { timbre } = found.sound;
  if (kind === "audio") {
    const input = await conversionInput(text(shown, "input_audio") ?? "", world);
    return {
      shown,
      voice,
      characters: 0,
      credits: Math.ceil(input.seconds),
      sound: () => input.play(timbre),
    };
  }
  const words = text(shown, "text") ?? "";
  const line = direct(
    {
      text: words,
      language: text(shown, "language"),
      preset: text(shown, "preset"),
      speechRate: number(shown, "speechRate"),
      vivid: flag(shown, "vivid"),
      seed: number(shown, "seed"),
    },
    { language: voice.language, timbre },
  );
  return { shown, voice, ...spoken(words, line) };
}

function spoken(words: string, line: Line): Omit<Block, "shown" | "voice"> {
  const credits = costOf(words);
  return { characters: credits, credits, line, sound: () => speakOnce(line) };
}

function sceneBlock(shown: Fields): Block {
  const words = text(shown, "text") ?? "";
  const line = direct(
    { text: words, language: text(shown, "language"), seed: number(shown, "seed") },
    NARRATOR,
  );
  return { shown, voice: undefined, ...spoken(words, line) };
}

async function soundBlock(kind: string, shown: Fields, world: World): Promise<Block> {
  const words = text(shown, "text") ?? "";
  const common = { shown, voice: undefined, characters: words.length };
  if (kind === "sfx" || kind === "music") {
    const seconds =
      kind === "sfx"
        ? (number(shown, "sfx_length") ?? USUAL_EFFECT_SECONDS)
        : (number(shown, "music_duration") ?? USUAL_MUSIC_SECONDS);
    const draw = kind === "sfx" ? soundEffect : tune;
    return { ...common, credits: Math.ceil(seconds), sound: () => encodeWhole(draw(words, seconds)) };
  }
  const input = await conversionInput(text(shown, "input_audio") ?? "", world);
  return { ...common, credits: Math.ceil(input.seconds), sound: () => input.play() };
}
