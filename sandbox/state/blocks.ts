/** Checks the blocks of a task and prepares their audio. */
import { badRequest, notFound } from "../errors";
import { fields, flag, number, text, type Fields } from "../read";
import { speakOnce } from "../speech/cache";
import { direct } from "../speech/direction";
import { encodeWhole } from "../speech/lame";
import { soundEffect, tune } from "../speech/sounds";
import type { Line } from "../speech/speaker";
import type { OpenApi } from "../openapi";
import type { Edition, Settings } from "../options";
import { costOf } from "./account";
import { blockKinds } from "./block-kinds";
import { conversionInput, type AudioSources } from "./conversion";
import { synthesisLanguages } from "./languages";
import type { OwnedVoice } from "./voice";
import { findStyle, type Voices } from "./voices";

const USUAL_EFFECT_SECONDS = 2;
const USUAL_MUSIC_SECONDS = 5;
const NARRATOR = { language: "en-us", timbre: { variant: "m3", pitch: 45, range: 55, rate: 170 } };

/** The objects that a block may refer to. */
export interface BlockContext extends AudioSources {
  readonly settings: Settings;
  readonly openApi: OpenApi;
  readonly voices: Voices;
}

/** A block of a task that has passed the strict checks of API reference D.2. */
export interface Block {
  /** Its known keys, as the task shows them. */
  shown: Fields;
  voice: OwnedVoice | undefined;
  characters: number;
  credits: number;
  line?: Line;
  /** Its audio as mp3. */
  sound(): AsyncIterable<Buffer>;
}

const invalid = () => badRequest("TTS_CONTENTS_INVALID", "contents is invalid");

/** The default when `type` is left out. */
function kindOf(block: Fields): string {
  const kind = block["type"] ?? (block["input_audio"] === undefined ? "text" : "audio");
  if (typeof kind !== "string" || !(kind in blockKinds)) throw invalid();
  return kind;
}

/** The parsed block: only the 2026 edition documents that an unknown language is refused. API reference 7.4. */
function readable(value: unknown, edition: Edition): unknown {
  const language = text(fields(value), "language");
  const unknown = language !== undefined && !synthesisLanguages(edition).includes(language);
  return unknown && edition === "2025" ? { ...fields(value), language: "auto" } : value;
}

/** Checks one block and prepares its audio. Bad values are 400 without naming the field. */
export async function readBlock(value: unknown, context: BlockContext): Promise<Block> {
  const block = readable(value, context.settings.edition);
  if (context.openApi.checkSchema("Block", block).length > 0) throw invalid();
  const all = fields(block);
  const kind = kindOf(all);
  const honoured = blockKinds[kind] ?? [];
  const shown = Object.fromEntries(
    Object.entries(all).filter(([key]) => key === "type" || honoured.includes(key)),
  );
  if (honoured.includes("text") && !text(shown, "text")?.trim()) throw invalid();
  if (honoured.includes("voiceId") && !text(shown, "voiceId")) throw invalid();
  if (kind === "text" || kind === "audio") return voicedBlock(kind, shown, context);
  if (kind === "scene") return sceneBlock(shown);
  return soundBlock(kind, shown, context);
}

async function voicedBlock(kind: "text" | "audio", shown: Fields, context: BlockContext): Promise<Block> {
  const instructMode = flag(shown, "instruct_mode") ?? false;
  const voice = context.voices.usable(text(shown, "voiceId") ?? "", instructMode || kind === "audio");
  const found = findStyle(voice, text(shown, "promptId") ?? "default");
  if (!found) throw notFound("RESOURCE_NOT_FOUND", "The voice has no such style");
  const { timbre } = found.sound;
  if (kind === "audio") {
    const input = await conversionInput(text(shown, "input_audio") ?? "", context);
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

async function soundBlock(kind: string, shown: Fields, context: BlockContext): Promise<Block> {
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
  const input = await conversionInput(text(shown, "input_audio") ?? "", context);
  return { ...common, credits: Math.ceil(input.seconds), sound: () => input.play() };
}
