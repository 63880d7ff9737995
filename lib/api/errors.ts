/**
 * Facts about a failure: a plain object that survives JSON, so that a flow can branch on it.
 * Never holds the key, a header or a URL.
 */
export interface ErrorFacts {
  /** The API operation that failed, as named by the caller. */
  operation?: string;
  /** HTTP status; where the reply's body contradicts a 2xx, the body's `status` (API reference 3). */
  statusCode?: number;
  /** Vocu's id of the request, to quote to support (API reference 3). */
  requestId?: string;
  /** Id of a content-safety rejection (API reference 4). */
  traceId?: string;
  /** The wait that the server requests, in seconds. */
  retryAfter?: number;
  /** True if a retry may succeed and cannot be charged twice. */
  retryable: boolean;
  /** The server's message without markup, at most 300 characters. */
  serverMessage?: string;
  /** The request field that the server rejected (API reference 4, `detail.field`). */
  field?: string;
  /** Bytes of audio that had arrived. */
  bytes?: number;
  /** Length of the audio that had arrived, in milliseconds. */
  audioMs?: number;
  /** Number of attempts. */
  attempts?: number;
  /** A 404 that may refer to the operation instead of the ID. */
  perhapsNotOffered?: boolean;
  /** The host that could not be reached, or where a redirect led. */
  host?: string;
  /** The limit that was exceeded, in milliseconds. */
  timeoutMs?: number;
  /** Technical detail from the network layer or the reply. */
  detail?: string;
}

const at = (facts: ErrorFacts) => facts.host ?? "the server";
const within = (facts: ErrorFacts) => (facts.timeoutMs === undefined ? "" : ` within ${facts.timeoutMs} ms`);
const because = (facts: ErrorFacts) => (facts.detail === undefined ? "" : `: ${facts.detail}`);
const arrived = (facts: ErrorFacts) => (facts.bytes === undefined ? "" : ` after ${facts.bytes} bytes`);

/** The codes that this package defines. Codes of Vocu are passed through (API reference 4). */
const DESCRIPTIONS = {
  NO_API_KEY: () => "No API key is set",
  BAD_API_KEY: () => "The API key has characters that no key has",
  BAD_BASE_URL: (f: ErrorFacts) => `The base URL is not usable${because(f)}`,
  BAD_PARAMETER: (f: ErrorFacts) => `The value of ${f.field ?? "a parameter"} is not usable${because(f)}`,
  HOST_NOT_FOUND: (f: ErrorFacts) => `${at(f)} was not found`,
  CONNECTION_REFUSED: (f: ErrorFacts) => `${at(f)} refused the connection`,
  CONNECT_TIMEOUT: (f: ErrorFacts) => `No connection to ${at(f)}${within(f)}`,
  CONNECT_FAILED: (f: ErrorFacts) => `No connection to ${at(f)}${because(f)}`,
  TLS_FAILED: (f: ErrorFacts) => `No secure connection to ${at(f)}${because(f)}`,
  PROXY_FAILED: (f: ErrorFacts) => `The proxy did not connect to ${at(f)}${because(f)}`,
  CONNECTION_LOST: (f: ErrorFacts) => `${at(f)} closed the connection before it answered${because(f)}`,
  UPLOAD_STALLED: (f: ErrorFacts) => `${at(f)} stopped taking the data${within(f)}`,
  FILE_UNREADABLE: (f: ErrorFacts) => `The file could not be read while it was sent${because(f)}`,
  FIRST_BYTE_TIMEOUT: (f: ErrorFacts) => `${at(f)} did not answer${within(f)}`,
  STREAM_CUT: (f: ErrorFacts) => `The audio was cut off${arrived(f)}`,
  STREAM_STALLED: (f: ErrorFacts) => `The audio stopped coming${arrived(f)}`,
  STREAM_INCOMPLETE: (f: ErrorFacts) => `The audio ended too early${arrived(f)}`,
  CONTINUE_GONE: () => "The speech that was begun elsewhere is no longer there",
  CONTINUE_MISMATCH: () => "The audio at the address is not the speech that was begun elsewhere",
  NOT_AUDIO: (f: ErrorFacts) => `The server answered without audio${because(f)}`,
  BAD_REPLY: (f: ErrorFacts) => `The server's answer makes no sense${because(f)}`,
  REDIRECT_REFUSED: (f: ErrorFacts) => `A redirect to ${at(f)} was not followed${because(f)}`,
  OPERATION_NOT_OFFERED: () => "This server does not offer the operation",
  LIVE_NOT_OFFERED: () => "This server does not offer live speech",
  LIVE_NOT_READY: (f: ErrorFacts) => `The live channel did not become ready${within(f)}`,
  LIVE_REFUSED: (f: ErrorFacts) => `The live channel refused the connection (${f.statusCode ?? "no status"})`,
  LIVE_CLOSED: () => "The live channel was closed before it answered",
  LIVE_PROTOCOL: (f: ErrorFacts) => `The live channel sent something that makes no sense${because(f)}`,
  LIVE_UNSAFE: (f: ErrorFacts) => `The live channel at ${at(f)} is not encrypted`,
  ABORTED: () => "Aborted",
};

function describe(code: string, facts: ErrorFacts): string {
  const own = (DESCRIPTIONS as Partial<Record<string, (facts: ErrorFacts) => string>>)[code];
  return own?.(facts) ?? facts.serverMessage ?? `The server answered ${facts.statusCode ?? "with an error"}`;
}

/**
 * The one error of lib/api. `code` is Vocu's (API reference 4), one of our own, or `HTTP_<status>` for an
 * error reply without a code. `message` is a plain English fallback for logs; the flow layer translates by `code`.
 */
export class VocuError extends Error {
  static {
    Object.defineProperty(this.prototype, "name", { value: "VocuError" });
  }
  readonly code: string;
  override readonly cause: ErrorFacts;

  constructor(code: string, facts: ErrorFacts) {
    super(describe(code, facts));
    this.code = code;
    this.cause = Object.fromEntries(
      Object.entries(facts).filter(([, value]) => value !== undefined),
    ) as unknown as ErrorFacts;
  }

  /** A copy of the error with additional or changed facts. */
  with(facts: Partial<ErrorFacts>, code: string = this.code): VocuError {
    return new VocuError(code, { ...this.cause, ...facts });
  }
}

/** The error an aborted `signal` stands for: its reason where that is a {@link VocuError}, else `ABORTED`. */
export function abortError(signal?: AbortSignal): VocuError {
  const reason: unknown = signal?.reason;
  return reason instanceof VocuError ? reason : new VocuError("ABORTED", { retryable: false });
}
