/** Speaks a line as samples or as mp3. */
import { synthesise, type Pcm } from "./espeak";
import { encodeInTurns, mp3Encoder, type Mp3Encoder } from "./lame";
import { languageOfScript, pieces } from "./sentences";

/** The sound of a voice, independent of the language. */
export interface Timbre {
  /** eSpeak variant: m1 to m8 or f1 to f5. */
  variant: string;
  pitch: number;
  range: number;
  /** Words a minute at speechRate 1. */
  rate: number;
}

/** One text and how to speak it; equal lines give equal bytes. */
export interface Line extends Timbre {
  text: string;
  /** The voice's own language, used if the script of the text does not imply one. */
  language: string;
  /** True if the caller requested that language: then the script is ignored. */
  fixedLanguage: boolean;
}

const ESPEAK_VOICES: Record<string, string> = {
  "en-us": "gmw/en-US",
  "en-gb": "gmw/en",
  zh: "sit/cmn",
  yue: "sit/yue",
  ja: "jpx/ja",
  ko: "ko",
  "fr-fr": "roa/fr",
  pt: "roa/pt",
  de: "gmw/de",
  es: "roa/es",
};

const within = (value: number, low: number, high: number) => Math.round(Math.min(high, Math.max(low, value)));

/** Speaks a line as samples, piece by piece, each with its words. */
export async function* speakPcm(line: Line): AsyncGenerator<Pcm & { words: string }> {
  for (const piece of pieces(line.text)) {
    const language = (line.fixedLanguage ? undefined : languageOfScript(piece)) ?? line.language;
    const pcm = await synthesise(piece, {
      voice: `${ESPEAK_VOICES[language] ?? "gmw/en"}+${line.variant}`,
      rate: within(line.rate, 80, 400),
      pitch: within(line.pitch, 0, 99),
      range: within(line.range, 0, 99),
    });
    yield { ...pcm, words: piece.trim() };
  }
}

/** Speaks a line as mp3 (mono, 24 kHz, 64 kbit/s), piece by piece, so that the first bytes are available early. */
export async function* speak(line: Line): AsyncGenerator<Buffer> {
  let encoder: Mp3Encoder | undefined;
  for await (const pcm of speakPcm(line)) {
    encoder ??= await mp3Encoder(pcm.sampleRate);
    yield* encodeInTurns(encoder, pcm);
  }
  if (encoder) yield encoder.finish();
}
