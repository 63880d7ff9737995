/** A speech that was begun elsewhere, continued from its addresses. API reference D.4 and 6. */
import type { AudioMeter } from "./audio-plan";
import { VocuError } from "./errors";
import { ResumableAudio } from "./resume";
import type { CallOptions, Session } from "./session";

const OPERATION = "continue";

/** A speech that another process has begun, and how far it has come. At least one address is needed. */
export interface BegunSpeech {
  /** Finished and growing audio, as the service told them (API reference D.4); the growing one is asked first. */
  readonly streamUrl?: string;
  readonly audioUrl?: string;
  /** How many bytes have been read elsewhere. */
  readonly bytes: number;
  /** The last of these bytes. The audio has to have the same ones there; the last 16 KiB are compared. */
  readonly overlap?: Buffer;
}

/** Options of `VocuClient.continueSpeech`. */
export interface ContinueOptions extends Pick<CallOptions, "signal"> {
  /** Lets the audio notice an end that is clean but too early; it gets what is behind the place. */
  readonly meter?: AudioMeter;
}

/** The rest of a speech. */
export interface ContinuedSpeech {
  /** Whether there is any. */
  readonly more: boolean;
  /** How often it was taken up again after a break so far. */
  readonly resumes: number;
  /** At its end: whether it may have ended too early, which could not be checked. */
  readonly unverified: boolean;
  /** The mp3 bytes behind the place. Iterate once; leaving the loop closes the socket at once. */
  readonly audio: AsyncIterableIterator<Buffer>;
}

/**
 * Opens the rest of a speech, without the key; resolves when its first bytes have arrived. Nothing is generated.
 * @throws VocuError `BAD_PARAMETER` for an address that is neither http nor https or holds the key; `CONTINUE_GONE`,
 *   `CONTINUE_MISMATCH`; and while iterating `STREAM_CUT`, `STREAM_STALLED`, `STREAM_INCOMPLETE`
 */
export async function continueSpeech(
  session: Session,
  { streamUrl, audioUrl, bytes, overlap = Buffer.alloc(0) }: BegunSpeech,
  { signal, meter }: ContinueOptions,
): Promise<ContinuedSpeech> {
  const urls = [streamUrl, audioUrl].filter((url) => url !== undefined);
  if (urls.length === 0 || !urls.every((url) => mayBeFetched(session, url))) {
    throw new VocuError("BAD_PARAMETER", { operation: OPERATION, retryable: false, field: "continue" });
  }
  const audio = new ResumableAudio(session, {
    operation: OPERATION,
    urls,
    // More than was read cannot be known of it.
    begun: { bytes, overlap: overlap.subarray(Math.max(0, overlap.length - bytes)) },
    meter,
    firstByteTimeoutMs: session.options.stallTimeoutMs,
    signal,
  });
  const more = await audio.ready();
  return {
    more,
    get resumes() {
      return audio.resumes;
    },
    get unverified() {
      return audio.unverified;
    },
    audio,
  };
}

const mayBeFetched = (session: Session, address: string): boolean =>
  URL.canParse(address) && /^https?:$/.test(new URL(address).protocol) && !session.keyRedactor.leaks(address);
