/** Checks uploaded voice samples. */
import { createHash } from "node:crypto";
import { type Attachment, attachment } from "../data-url";
import { ApiError, badRequest } from "../errors";
import { probe } from "../speech/probe";
import type { Timbre } from "../speech/speaker";

const SHORTEST_SECONDS = 3;
const VARIANTS = ["f1", "f2", "f3", "f4", "m1", "m2", "m3", "m4", "m7"];

/** Reads and checks a voice or style sample: size, format, length, content. API reference 4, C.1 and C.2. */
export function readSample(value: unknown, mostBytes: number): Attachment {
  const sample = attachment(value);
  if (!sample || sample.bytes.length === 0) throw badRequest("VOICE_PROMPT_MISSING", "The sample is missing");
  if (sample.bytes.length > mostBytes) {
    throw new ApiError(413, "VOICE_PROMPT_TOO_LARGE", "The sample is too large");
  }
  const found = probe(sample.bytes);
  if (!found) throw badRequest("VOICE_PROBE_FAILED", "The sample cannot be read");
  if (found.seconds < SHORTEST_SECONDS) {
    throw badRequest("MINIMUM_DURATION_NOT_MET", "The sample is shorter than three seconds");
  }
  if (found.silent) throw badRequest("VOCAL_NOT_DETECTED", "Nobody speaks in the sample");
  return sample;
}

/** The sandbox does not clone voices: each sample gets its own fixed timbre. */
export function timbreOf(sample: Buffer): Timbre {
  const digest = createHash("sha256").update(sample).digest();
  const [which = 0, pitch = 0, range = 0] = digest;
  return {
    variant: VARIANTS[which % VARIANTS.length] ?? "m3",
    pitch: 35 + (pitch % 35),
    range: 35 + (range % 35),
    rate: 165,
  };
}
