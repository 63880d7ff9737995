/** The voices that every sandbox starts with. */
import type { Timbre } from "../speech/speaker";

/** A voice that every new sandbox has. */
export interface StartingVoice {
  id: string;
  name: string;
  description: string;
  /** Language it speaks unless the text's script or the request says otherwise. */
  language: string;
  version: "v2.0" | "v3.0" | "v4.0";
  status: "pending" | "lora-success" | "lora-pending";
  from: "upload" | "market";
  timbre: Timbre;
  /** Styles besides the default one: id, name, and how they change the timbre. */
  styles: { id: string; name: string; change: Partial<Timbre> }[];
}

const id = (voice: number, style = 0) =>
  `0a0b0c0d-${String(style).padStart(4, "0")}-4000-8000-${String(voice).padStart(12, "0")}`;

const warmAndLively = (
  voice: number,
  warm: string,
  lively: string,
  pitch: number,
): StartingVoice["styles"] => [
  { id: id(voice, 1), name: warm, change: { pitch: pitch - 15, rate: 160, range: 30 } },
  { id: id(voice, 2), name: lively, change: { pitch: pitch + 18, rate: 195, range: 80 } },
];

/** Ids of the voices that every sandbox starts with. */
export const voiceIds = {
  english: id(1),
  american: id(2),
  chinese: id(3),
  german: id(4),
  /** Bought on the market; its id begins with `market:`. */
  market: `market:${id(5)}`,
  /** A v4.0 voice: speaks only with `instruct_mode`. */
  controllable: id(6),
  /** A professional clone still in training: only listed with `show=full`, cannot speak. */
  training: id(7),
} as const;

/** Ids of the styles "warm" and "lively" of the English voice. */
export const styleIds = { warm: id(1, 1), lively: id(1, 2) } as const;

/** The voices of a new account. */
export const startingVoices: StartingVoice[] = [
  {
    id: voiceIds.market,
    name: "Harbour Radio",
    description: "A bought voice for announcements",
    language: "en-us",
    version: "v3.0",
    status: "lora-success",
    from: "market",
    timbre: { variant: "m7", pitch: 38, range: 45, rate: 160 },
    styles: [],
  },
  {
    id: voiceIds.english,
    name: "Ada",
    description: "Calm British reading voice",
    language: "en-gb",
    version: "v3.0",
    status: "pending",
    from: "upload",
    timbre: { variant: "f2", pitch: 50, range: 50, rate: 165 },
    styles: warmAndLively(1, "Warm", "Lively", 50),
  },
  {
    id: voiceIds.american,
    name: "Miles",
    description: "American narrator",
    language: "en-us",
    version: "v3.0",
    status: "pending",
    from: "upload",
    timbre: { variant: "m3", pitch: 45, range: 55, rate: 170 },
    styles: warmAndLively(2, "Warm", "Lively", 45),
  },
  {
    id: voiceIds.chinese,
    name: "明月",
    description: "普通话女声",
    language: "zh",
    version: "v3.0",
    status: "pending",
    from: "upload",
    timbre: { variant: "f3", pitch: 52, range: 50, rate: 165 },
    styles: warmAndLively(3, "温柔", "活泼", 52),
  },
  {
    id: voiceIds.german,
    name: "Klaus",
    description: "Deutsche Vorlesestimme",
    language: "de",
    version: "v3.0",
    status: "pending",
    from: "upload",
    timbre: { variant: "m1", pitch: 42, range: 45, rate: 160 },
    styles: warmAndLively(4, "Warm", "Lebhaft", 42),
  },
  {
    id: voiceIds.controllable,
    name: "Vera (preview)",
    description: "Emotion-controllable voice",
    language: "en-us",
    version: "v4.0",
    status: "pending",
    from: "upload",
    timbre: { variant: "f4", pitch: 55, range: 60, rate: 165 },
    styles: [],
  },
  {
    id: voiceIds.training,
    name: "Studio clone",
    description: "Professional clone in training",
    language: "de",
    version: "v3.0",
    status: "lora-pending",
    from: "upload",
    timbre: { variant: "m5", pitch: 45, range: 50, rate: 160 },
    styles: [],
  },
];
