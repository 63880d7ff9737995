/** Facts about a speech from the headers of its reply. */
import { parseObject, type JsonObject } from "./json";
import type { Answer } from "./exchange";
import { headerOf } from "./header";
import { readSpeech, type SpeechInfo } from "./readers/speech";
import type { Redactor } from "./redact";

/** Info from the headers `X-Reecho-Audio-Id` and `X-Reecho-Response-Data` (API reference D.4), read tolerantly. */
export function infoFromHeaders(answer: Pick<Answer, "headers">, redactor: Redactor): SpeechInfo {
  const data = parseHeader(headerOf(answer, "x-reecho-response-data"));
  const info = readSpeech(data, redactor);
  const id = headerOf(answer, "x-reecho-audio-id");
  const audioId = info.audioId ?? (id === undefined || id === "" ? undefined : redactor.redact(id));
  return audioId === undefined ? info : { ...info, audioId };
}

/**
 * The JSON object in a header whose encoding is not documented: plain, UTF-8 bytes that Node reads as Latin-1,
 * percent-encoded, or base64.
 */
function parseHeader(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  const readings = [
    () => fromUtf8Bytes(text),
    () => text,
    () => decodeURIComponent(text),
    () => fromBase64(text),
  ];
  for (const reading of readings) {
    try {
      const found = parseObject(reading());
      if (found) return found;
    } catch {
      // not written that way
    }
  }
  return undefined;
}

/** Both alphabets; "" for what is not base64. */
function fromBase64(text: string): string {
  return /^[\w+/-]+={0,2}$/.test(text.trim()) ? Buffer.from(text, "base64").toString("utf8") : "";
}

function fromUtf8Bytes(text: string): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "latin1"));
}
