/** Builds the request of a speech. */
import type { KeyPlace } from "./key-place";
import { addQuery, apiUrl, isBlank, type BuiltRequest } from "./request";

/** Longest URL that is sent; above it a speech goes by POST. */
const MAX_URL_BYTES = 6 * 1024;
const PATH = "/api/tts/simple-generate";
/** What GET does not take (API reference D.4). */
const POST_ONLY = ["language", "vivid", "emo_switch"] as const;

/**
 * Parameters of a streamed speech, under the API's own names (API reference D.4, and 7.5 for the ones only POST takes).
 * Blank ones (undefined, null, "") are not sent.
 */
export interface SpeechParams {
  voiceId: string;
  /** Not needed with `input_audio`. */
  text?: string;
  promptId?: string;
  preset?: string;
  break_clone?: boolean;
  language?: string;
  vivid?: boolean;
  /** Anger, happiness, neutral, sadness, match context; 0 to 10 each. */
  emo_switch?: number[];
  /** Duration factor: 2 doubles the length. */
  speechRate?: number;
  flash?: boolean;
  seed?: number | null;
  srt?: boolean;
  instruct_mode?: boolean;
  reference_mode?: string;
  infinite_mode?: boolean;
  post_processing?: string;
  input_audio?: string;
  vc_mode?: string;
  high_quality?: boolean;
  keep_prosody?: boolean;
  cover_mode?: boolean;
}

/** A speech request and how it is sent. */
export interface SpeechRequest extends BuiltRequest {
  transport: "get" | "post";
  /** Whether the caller still has to add the Authorization header. */
  authorization: boolean;
}

/**
 * The request for a speech: GET, unless that would need a URL of more than 6 KB or cannot carry a parameter; then POST
 * with `direct_stream`, which always takes the header (API reference D.1, D.4).
 */
export function speechRequest(
  base: string,
  params: SpeechParams,
  place: KeyPlace,
  apiKey: string,
): SpeechRequest {
  const url = apiUrl(base, PATH);
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => !isBlank(value)));
  if (!POST_ONLY.some((name) => name in given)) {
    const get = new URL(url);
    addQuery(get, place === "query" ? { ...given, token: apiKey } : given);
    if (get.href.length <= MAX_URL_BYTES) {
      return {
        url: get,
        method: "GET",
        headers: ACCEPT,
        transport: "get",
        authorization: place === "header",
      };
    }
  }
  return {
    url,
    method: "POST",
    headers: { ...ACCEPT, "content-type": "application/json" },
    body: Buffer.from(JSON.stringify({ ...given, stream: true, direct_stream: true })),
    transport: "post",
    authorization: true,
  };
}

const ACCEPT = { accept: "audio/mpeg, application/json;q=0.5, */*;q=0.1" };
