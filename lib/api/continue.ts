/** A speech that was begun elsewhere, continued from its addresses. API reference D.4 and 6. */
import type { AudioMeter } from "./audio-plan";
import { VocuError } from "./errors";
import { ResumableAudio } from "./resume";
import type { CallOptions, Session } from "./session";

const OPERATION = "continue";

/** A speech that another process has begun, and the position it has reached. At least one address is needed. */
export interface BegunSpeech {
  /** Addresses of the finished and the growing audio (API reference D.4); the growing one is requested first. */
  readonly streamUrl?: string;
  readonly audioUrl?: string;
  /** Bytes read elsewhere. */
  readonly bytes: number;
  /** The last of these bytes. The audio must have the same bytes there; the last 16 KiB are compared. */
  readonly overlap?: Buffer;
}

/** Options of `VocuClient.continueSpeech`. */
export interface ContinueOptions extends Pick<CallOptions, "signal"> {
  /** Detects an end that is clean but too early; receives the bytes after the position. */
  readonly meter?: AudioMeter;
}

/** The rest of a speech. */
export interface ContinuedSpeech {
  /** Whether any audio follows. */
  readonly more: boolean;
  /** Number of resumptions after a break so far. */
  readonly resumes: number;
  /** At its end: whether it may have ended too early, which could not be checked. */
  readonly unverified: boolean;
  /** The mp3 bytes after the position. Iterate once; leaving the loop closes the socket immediately. */
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
    // The caller cannot know more bytes than it has read.
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
