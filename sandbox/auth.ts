/** Decides whether a request carries a valid key. */
import type { FastifyRequest } from "fastify";
import { ApiError } from "./errors";
import type { Settings } from "./options";

/** A web session's token: most operations take it, simple-generate does not. API reference 2. */
export const SESSION_TOKEN = "eyJ.sandbox-session";

const SIMPLE_GENERATE = /^\/api\/tts\/simple-generate(\.mp3)?$/;

const unauthorized = () => new ApiError(401, "AUTH_UNAUTHORIZED", "Not authorised");

/**
 * A refusal of the 2025 edition's streaming GET. Its page lists no 401 and names only `token`, so a missing one may be
 * 400 or 403 as well, and a wrong one is 403 then. API reference D.4.
 */
function refusedToken(token: string | undefined, status: Settings["tokenMissing"]): ApiError {
  if (status === 401) return unauthorized();
  return token === undefined && status === 400
    ? new ApiError(400, "VALIDATION_INVALID_VALUE", "token is missing")
    : new ApiError(403, "AUTH_FORBIDDEN", "Not allowed");
}

/** Authorises a request or throws. The 2025 edition's streaming GET takes the key only as `token`. API reference 2. */
export function authorise(request: FastifyRequest, settings: Settings): void {
  const { method, path, headers, query } = request.entry;
  const simple = SIMPLE_GENERATE.test(path);
  const byToken = simple && method === "GET" && settings.edition === "2025";
  const credential = byToken ? query["token"] : /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  if (simple && credential === SESSION_TOKEN) {
    throw new ApiError(403, "TTS_SESSION_TOKEN_NOT_ALLOWED", "Use an API key");
  }
  if (credential !== settings.apiKey && credential !== SESSION_TOKEN) {
    throw byToken ? refusedToken(credential, settings.tokenMissing) : unauthorized();
  }
  if (simple && !settings.paid) throw new ApiError(403, "TTS_PAID_ONLY", "Only for paid accounts");
}
