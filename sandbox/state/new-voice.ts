/** Creates voices and styles from uploaded samples. */
import { randomUUID } from "node:crypto";
import type { Attachment } from "../data-url";
import type { World } from "../world";
import { readSample, timbreOf } from "./sample";
import type { OwnedVoice, Style, StyleSound, VoiceStatus } from "./voice";

const EXTENSIONS: Record<string, string> = { "audio/mpeg": "mp3", "audio/mp3": "mp3", "image/jpeg": "jpg" };

/** Stores an upload on the storage host and returns its address. */
export function store(world: World, folder: string, name: string, { type, bytes }: Attachment): string {
  const extension = EXTENSIONS[type] ?? type.split("/")[1] ?? "bin";
  const path = `/${folder}/${name}.${extension}`;
  world.files.put(path, { bytes, type });
  return world.storageUrl + path;
}

/** The fields of a request that describe a sample. */
export interface SampleRequest {
  name: string;
  description: string | undefined;
  prompt: unknown;
  language: string;
  vocalFilter: boolean | undefined;
}

/** Creates a style from a sample; throws the errors of API reference C.1 and C.2. */
export function newStyle(
  world: World,
  id: string,
  asked: SampleRequest,
  mostBytes: number,
): { style: Style; sound: StyleSound } {
  const sample = readSample(asked.prompt, mostBytes);
  const url = store(world, "prompt", randomUUID(), sample);
  return {
    style: {
      id,
      name: asked.name,
      ...(asked.description !== undefined && { description: asked.description }),
      promptOriginAudioStorageUrl: url,
      playBackAudio: url,
      language: asked.language,
      vocalFilter: asked.vocalFilter ?? true,
    },
    sound: { timbre: timbreOf(sample.bytes), heard: null, transcript: null },
  };
}

/** Creates a voice from its first style, passing through the statuses, `voiceMs` in each. API reference 7.1. */
export function newVoice(
  world: World,
  asked: {
    id: string;
    name: string;
    description: string | undefined;
    version: string;
    language: string;
    avatar: string | undefined;
    lora: boolean;
  },
  first: { style: Style; sound: StyleSound },
  statuses: VoiceStatus[],
): OwnedVoice {
  const now = world.clock.now();
  const born = new Date().toISOString();
  const [status = "pending", ...later] = statuses;
  return {
    language: asked.language === "auto" ? "en-gb" : asked.language.replace(/-asmr$/, ""),
    sounds: new Map([[first.style.id, first.sound]]),
    ahead: later.map((each, index) => ({ from: now + (index + 1) * world.settings.voiceMs, status: each })),
    shown: {
      id: asked.id,
      idForGenerate: null,
      name: asked.name,
      status,
      version: asked.version,
      from: "upload",
      userId: world.account.userId,
      createdAt: born,
      updatedAt: born,
      metadata: {
        ...(asked.avatar !== undefined && { avatar: asked.avatar }),
        ...(asked.description !== undefined && { description: asked.description }),
        ...(asked.lora && { withLora: true }),
        prompts: [first.style],
      },
    },
  };
}
