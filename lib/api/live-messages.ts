/**
 * The messages of a live channel (API reference B.2): little is documented for certain, so they are read tolerantly.
 */
import { isObject, parseObject, type JsonObject } from "./json";

/** What a channel may be asked to speak, under the API's own names; blank ones are not sent. API reference B.2. */
export interface LiveRequest {
  text: string;
  promptId?: string;
  preset?: string;
  break_clone?: boolean;
  temperature?: number;
  top_k?: number;
  top_p?: number;
  sharpen?: boolean;
}

/** A piece of a segment's audio as it came: hexadecimal samples, and what the server says about them. */
export interface LiveAudio {
  readonly hex: string;
  /** Rate, channels and width under names that are not documented; undefined if the message has none. */
  readonly pcm: unknown;
}

/** What a message of the server means. */
export type LiveMessage =
  | { readonly kind: "connected" | "not-ready" | "not-found" }
  | ({ readonly kind: "audio" } & LiveAudio)
  | { readonly kind: "error"; readonly body: JsonObject };

const NOT_READY = "Waiting for Turbo Channel to be ready";
const NOT_FOUND = "404 Not Found";

/** Reads one message; undefined for what is ignored: pongs, the end of a segment, and unknown types. */
export function readLiveMessage(text: string): LiveMessage | undefined {
  const message = parseObject(text);
  if (!message) return readNotice(text);
  const data = isObject(message.data) ? message.data : message;
  const hex = data.hex ?? message.hex;
  if (typeof hex === "string") return { kind: "audio", hex, pcm: data.pcm ?? message.pcm };
  const said = [data.message, message.message, message.data].find((words) => typeof words === "string");
  const notice = readNotice(said ?? "");
  if (notice) return notice;
  if (message.type === "error" || Number(data.status) >= 400) {
    return { kind: "error", body: { ...data, message: said ?? data.error } };
  }
  return message.type === "connected" ? { kind: "connected" } : undefined;
}

/** The two things a server says instead of a greeting, in JSON or as plain text. */
function readNotice(text: string): LiveMessage | undefined {
  if (text.includes(NOT_READY)) return { kind: "not-ready" };
  return text.includes(NOT_FOUND) ? { kind: "not-found" } : undefined;
}

/** The message that asks for a segment. */
export function synthesisRequest(request: LiveRequest): object {
  const given = Object.entries(request).filter(([, value]) => value !== undefined && value !== "");
  return { type: "synthesis_request", data: Object.fromEntries(given) as object };
}

/** Keeps the connection; its form is a guess of the reference. */
export const PING = { type: "ping" };
/** Closes the channel immediately; its form is assumed by analogy with {@link PING}. */
export const CLOSE = { type: "close" };
