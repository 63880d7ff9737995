/** Downloads files from URLs that Vocu returned. */
import type { AudioMeter } from "./audio-plan";
import { encodingOf } from "./decode";
import { headerOf } from "./header";
import { VocuError } from "./errors";
import { sendFollowing } from "./redirect";
import { statusError } from "./reply";
import { ResumableAudio } from "./resume";
import { withRetries } from "./retry";
import type { CallOptions, Session } from "./session";

const OPERATION = "download";

/** A file whose headers have arrived. */
export interface Download {
  readonly statusCode: number;
  readonly contentType?: string;
  /** Size in bytes, if the host states it. */
  readonly contentLength?: number;
  readonly attempts: number;
  /** At the end of the body: whether it may have ended too early, which could not be checked. */
  readonly unverified: boolean;
  /** The bytes as they arrive, resumed after a break. Iterate once; leaving the loop closes the socket immediately. */
  readonly body: AsyncIterableIterator<Buffer>;
}

/** Options of `VocuClient.download`. */
export interface DownloadOptions extends CallOptions {
  /** Detects an end within a frame; the missing bytes are then fetched, or the download fails. */
  meter?: AudioMeter;
}

/**
 * Fetches a URL that Vocu returned (API reference 2 and 6): http or https, redirects followed, never with the key.
 * @throws VocuError `BAD_PARAMETER` for any other URL or one that contains the key, `HTTP_<status>`, the network's,
 *   and while iterating `STREAM_CUT`, `STREAM_STALLED`, `STREAM_INCOMPLETE`
 */
export async function download(
  session: Session,
  address: string,
  options: DownloadOptions,
): Promise<Download> {
  const { signal, meter } = options;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || session.keyRedactor.leaks(address)) {
    throw new VocuError("BAD_PARAMETER", { operation: OPERATION, retryable: false, field: "url" });
  }
  const firstByteTimeoutMs = options.timeoutMs ?? session.options.firstByteTimeoutMs;
  const { value: answer, attempts } = await withRetries(
    { retries: session.options.retries, kind: "read", signal, clock: session.clock },
    async () => {
      try {
        const headers = { "accept-encoding": "identity" };
        const request = { url, method: "GET" as const, headers, firstByteTimeoutMs, signal };
        const found = await sendFollowing(session.transport, request, "any");
        const error = await statusError(session, found);
        if (error) throw error;
        const encoding = encodingOf(found);
        if (encoding === undefined) return found;
        found.destroy();
        throw new VocuError("BAD_REPLY", { retryable: false, detail: `it is compressed (${encoding})` });
      } catch (error) {
        throw error instanceof VocuError ? error.with({ operation: OPERATION }) : error;
      }
    },
  );
  const length = headerOf(answer, "content-length");
  const body = new ResumableAudio(session, {
    operation: OPERATION,
    source: answer,
    urls: [url.href],
    meter,
    firstByteTimeoutMs,
    signal,
    facts: { attempts },
  });
  return {
    statusCode: answer.statusCode,
    contentType: headerOf(answer, "content-type"),
    contentLength: length === undefined ? undefined : Number(length),
    attempts,
    get unverified() {
      return body.unverified;
    },
    body,
  };
}
