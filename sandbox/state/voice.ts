/** Types of voices and styles, and how starting voices are made. */
import type { Timbre } from "../speech/speaker";
import { startingVoices, type StartingVoice } from "./starting-voices";

/** Statuses of a voice, API reference 7.1. */
export type VoiceStatus =
  "creating" | "failed" | "pending" | "lora-pending" | "lora-success" | "lora-awaiting";

/** A style of a voice, API reference 7.2 and 7.7. */
export interface Style {
  id: string;
  name: string;
  description?: string;
  promptOriginAudioStorageUrl: string;
  playBackAudio: string;
  language: string;
  vocalFilter?: boolean;
  enhance?: boolean;
  deleted?: boolean;
  baseSpeechRate?: number;
}

/** Properties of a style that the API does not show. */
export interface StyleSound {
  timbre: Timbre;
  /** The transcript of the sample, null if there is none. */
  heard: string | null;
  /** The same, or its correction. */
  transcript: string | null;
}

/** A voice of the account, API reference 7.7. */
export interface Voice {
  id: string;
  /** Older clients prefer it to `id`, and need the member even if it is null. */
  idForGenerate: string | null;
  name: string;
  status: VoiceStatus;
  version: string;
  from: "upload" | "market" | "library" | "community";
  userId: string;
  createdAt: string;
  updatedAt: string;
  metadata: { avatar?: string; description?: string; withLora?: boolean; prompts: Style[] };
}

/** A voice with properties that the API does not show. */
export interface OwnedVoice {
  shown: Voice;
  /** Language spoken when neither the script nor the request says otherwise. */
  language: string;
  sounds: Map<string, StyleSound>;
  /** Future statuses, each with the time of the monotonic clock (ms) at which it starts. */
  ahead: { from: number; status: VoiceStatus }[];
}

const BORN = "2026-01-02T03:04:05.000Z";

/** The text of each starting voice's sample. */
const SAMPLE_WORDS: Record<string, string> = {
  zh: "你好，这是我的声音。",
  de: "Guten Tag, so klinge ich.",
  en: "Hello, this is what I sound like.",
};

/** Builds a starting voice; `storageUrl` is the origin of its samples. */
function ownedVoice(member: StartingVoice, userId: string, storageUrl: string): OwnedVoice {
  const styles = [{ id: "default", name: "Default", change: {} }, ...member.styles];
  const words = SAMPLE_WORDS[member.language] ?? SAMPLE_WORDS["en"] ?? "";
  return {
    language: member.language,
    ahead: [],
    sounds: new Map(
      styles.map(({ id, change }) => [
        id,
        { timbre: { ...member.timbre, ...change }, heard: words, transcript: words },
      ]),
    ),
    shown: {
      id: member.id,
      idForGenerate: member.from === "market" ? member.id : null,
      name: member.name,
      status: member.status,
      version: member.version,
      from: member.from,
      userId,
      createdAt: BORN,
      updatedAt: BORN,
      metadata: {
        description: member.description,
        ...(member.status.startsWith("lora") && { withLora: true }),
        prompts: styles.map(({ id, name }) => {
          const url = sampleUrl(storageUrl, member.id, id);
          return { id, name, language: "auto", promptOriginAudioStorageUrl: url, playBackAudio: url };
        }),
      },
    },
  };
}

/** Address of a style's sample on the storage host. */
const sampleUrl = (storageUrl: string, voiceId: string, styleId: string): string =>
  `${storageUrl}/prompt/${encodeURIComponent(voiceId)}/${styleId}.mp3`;

/** All voices of a new account, bought ones first as the list operation shows them. */
export const ownedVoices = (userId: string, storageUrl: string): OwnedVoice[] =>
  startingVoices.map((member) => ownedVoice(member, userId, storageUrl));
