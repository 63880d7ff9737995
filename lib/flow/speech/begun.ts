/** A speech that was begun elsewhere: the message's values, and its rest. */
import { VocuError, type BegunSpeech } from "../../api";
import { FrameMeter } from "../../audio";
import { ignoreFailure } from "../../promises";
import { bytesOf } from "../../schema/bytes";
import { InputFault } from "../../schema/fault";
import { startTimer } from "../../timers";
import type { Delivery } from "../node/delivery";
import type { RunContext } from "../node/run-context";

/** The rest of a speech, for delivery. */
export interface BegunAudio extends Delivery {
  /** Whether any audio follows. */
  readonly more: boolean;
  readonly begunAt: number;
  /** Stops listening. */
  leave(): void;
}

/**
 * Reads the input `continue`: `streamUrl` or `audioUrl`, `bytes`, and optionally `audioId` and `overlap` (a Buffer, its
 * JSON or base64).
 * @throws InputFault `INPUT_INVALID`
 */
function readBegun(given: Readonly<Record<string, unknown>>): BegunSpeech {
  const { streamUrl, audioUrl, bytes, overlap } = given;
  const known = overlapOf(overlap);
  const position = typeof bytes === "string" && bytes.trim() !== "" ? Number(bytes) : bytes;
  const addresses = Object.fromEntries(
    Object.entries({ streamUrl, audioUrl }).filter(([, url]) => isGiven(url)),
  );
  const isUsable =
    Number.isSafeInteger(position) &&
    Number(position) >= 0 &&
    Object.keys(addresses).length > 0 &&
    Object.values(addresses).every(isWebAddress) &&
    (known !== undefined || !isGiven(overlap));
  if (!isUsable) throw new InputFault("INPUT_INVALID", "continue", { wanted: "begunSpeech" });
  return { ...addresses, bytes: Number(position), ...(known ? { overlap: known } : {}) };
}

/**
 * Opens the rest of the speech (API reference 6), without generation and without charge.
 * @throws InputFault `INPUT_INVALID`; VocuError `CONTINUE_GONE`, `CONTINUE_MISMATCH`, `FIRST_BYTE_TIMEOUT`
 */
export async function continueBegun(
  { account, signal, requestTimeoutMs = Infinity }: RunContext<unknown, unknown>,
  given: Readonly<Record<string, unknown>>,
): Promise<BegunAudio> {
  const begun = readBegun(given);
  const tooLate = new AbortController();
  const timer = startTimer(requestTimeoutMs, () =>
    tooLate.abort(new VocuError("FIRST_BYTE_TIMEOUT", { retryable: true, timeoutMs: requestTimeoutMs })),
  );
  const meter = new FrameMeter();
  const both = AbortSignal.any([signal, tooLate.signal]);
  try {
    const rest = await account.client.continueSpeech(begun, { signal: both, meter });
    const { streamUrl, audioUrl, bytes } = begun;
    const audioId = typeof given.audioId === "string" ? given.audioId : undefined;
    return {
      more: rest.more,
      begunAt: bytes,
      audio: rest.audio,
      known: { ...givenOf({ audioId, audioUrl, streamUrl }), creditsUsed: 0, cached: false, continued: true },
      ending: () => ({
        ...(rest.resumes > 0 ? { resumes: rest.resumes } : {}),
        ...(rest.unverified ? { unverified: true } : {}),
      }),
      leave: () => ignoreFailure(rest.audio.return?.()),
    };
  } finally {
    timer.cancel();
  }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

const isWebAddress = (value: unknown): boolean =>
  typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

const givenOf = (facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));

/** Bytes in a message: a Buffer, its JSON form, or base64. */
function overlapOf(value: unknown): Buffer | undefined {
  if (typeof value === "string") {
    return /^[A-Za-z0-9+/_-]+={0,2}$/.test(value) ? Buffer.from(value, "base64") : undefined;
  }
  const { type, data } = (value ?? {}) as { readonly type?: unknown; readonly data?: unknown };
  return type === "Buffer" && Array.isArray(data) ? Buffer.from(data as number[]) : bytesOf(value);
}
