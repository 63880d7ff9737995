/** Faults that a test can set for the next matching requests. */
import type { Entry } from "./log";

/** A fault or deviation of the next matching request(s). */
export interface Fault {
  /**
   * Which requests; members left out match anything. Without `on`: simple-generate in all its forms, or live channels.
   */
  on?: { method?: string; path?: string | RegExp; host?: "api" | "storage" };
  /** How many requests, default 1; Infinity until `clearFaults`. */
  times?: number;

  /** Answers this instead. */
  reply?: {
    status: number;
    json?: unknown;
    text?: string;
    contentType?: string;
    headers?: Record<string, string>;
  };
  /**
   * Answers a documented error in the edition's form; 429 carries `Retry-After: 1` unless `headers` says otherwise.
   * Without `code`: one that the operation lists for the status. `code: null`: only status and message, as a server
   * that lacks the operation answers.
   */
  error?: { status: number; code?: string | null; message?: string; headers?: Record<string, string> };
  /** Answers a redirect (302 by default). */
  redirect?: { status?: number; to: string };
  /** Resets the connection before any byte of the reply. */
  resetBeforeHeaders?: true;
  /** Accepts the request and never answers. */
  hangBeforeHeaders?: true;

  /** Milliseconds before the reply begins. */
  headersDelayMs?: number;
  /** Sends a JSON reply one byte at a time with this many milliseconds between them. */
  dripMs?: number;
  /** `status` in the body of a JSON reply instead of the true one. */
  bodyStatus?: unknown;
  /** Answers a list as if no `offset` had been sent. */
  ignoreOffset?: true;
  /** Answers a request with `Range` out of these bytes, under the ETag of the true ones. */
  otherBytes?: Buffer;
  /** Writes audio in pieces of this many bytes, one socket write each. */
  sliceBytes?: number;
  /** Closes the connection after this many bytes of audio, without ending the reply. */
  cutAfter?: number;
  /** Ends the reply cleanly after this many bytes of audio. */
  endAfter?: number;
  /** Sends this many bytes of audio, then nothing, and leaves the connection open. */
  stallAfter?: number;
  /** Overwrites bytes of the audio on the wire (the stored audio stays whole). */
  corrupt?: { at: number; bytes: Buffer };
  /** Generates this instead of speech; replays of it give the same bytes. */
  audio?: Buffer;
  /** Form of X-Reecho-Response-Data: plain ASCII JSON by default. */
  responseData?: ResponseDataForm;
  /** Content-Type of the audio instead of the edition's own. */
  audioContentType?: string;
  /** `credit_used` of the reply instead of what was charged. */
  creditsLie?: unknown;
  /** X-Reecho-Audio-Id instead of the true one; null leaves the header out. */
  audioIdLie?: string | null;
  /** Addresses in the reply instead of the true ones. */
  urlsLie?: { audio?: unknown; streamUrl?: unknown };

  /** A fault of a live channel; without `on` it concerns the next connection to one. */
  live?: LiveFault;
}

/**
 * Faults of a live channel, API reference B:
 * - `not-ready`, `not-ready-text`: it is not ready yet (said in JSON or as plain text) and closes;
 * - `repeat-notice`: it repeats that on the same connection, and never closes;
 * - `audio-first`: it sends a chunk of audio before it greets;
 * - `never-greets`: it sends audio repeatedly and does not greet;
 * - `odd-hex`, `not-hex`: hexadecimal text of odd length, or other text;
 * - `top-level`: `hex` and `pcm` at the top level;
 * - `unknown-messages`: messages of unknown types in between;
 * - `cut`, `stall`: it closes the connection or sends nothing more after the first chunk;
 * - `no-end-message`: it leaves out the message at a segment's end;
 * - `ignore-close`: it answers neither the close message nor the WebSocket's close frame, and continues to send.
 */
export type LiveFault =
  | "not-ready"
  | "not-ready-text"
  | "repeat-notice"
  | "audio-first"
  | "never-greets"
  | "odd-hex"
  | "not-hex"
  | "top-level"
  | "unknown-messages"
  | "cut"
  | "stall"
  | "no-end-message"
  | "ignore-close";

/** Forms of the X-Reecho-Response-Data header that clients must accept, API reference D.4. */
export type ResponseDataForm =
  | "plain"
  | "latin1-utf8"
  | "percent"
  | "base64"
  | "base64url"
  | "envelope"
  | "nested"
  | "absent"
  | "malformed"
  | "huge"
  | "not-json-object";

/** The path of live channels on the API's host. */
export const LIVE_PATH = /^\/turbo\/([^/]+)$/;
const SIMPLE_GENERATE = /^\/api\/tts\/simple-generate(\.mp3)?$/;

function matches(fault: Fault, entry: Entry): boolean {
  const on = fault.on ?? { host: "api" as const, path: fault.live ? LIVE_PATH : SIMPLE_GENERATE };
  if (on.host !== undefined && on.host !== entry.host) return false;
  if (on.method !== undefined && on.method.toUpperCase() !== entry.method) return false;
  if (on.path instanceof RegExp) return on.path.test(entry.path);
  return on.path === undefined || on.path === entry.path;
}

/** The faults that are armed, oldest first; a request takes the first one that matches. */
export class FaultBox {
  #armed: { fault: Fault; left: number }[] = [];

  arm(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed = [];
  }

  take(entry: Entry): Fault | undefined {
    const armed = this.#armed.find(({ fault, left }) => left > 0 && matches(fault, entry));
    if (armed) armed.left--;
    this.#armed = this.#armed.filter(({ left }) => left > 0);
    return armed?.fault;
  }
}
