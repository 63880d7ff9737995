/** Carries out the faults that replace a reply or delay it. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { closed } from "./audio-reply";
import { errorBody, usualCode } from "./errors";
import type { Fault } from "./faults";
import type { Entry } from "./log";
import type { OpenApi } from "./openapi";
import type { Settings } from "./options";

/** The facts that select an injected error. */
interface Server {
  readonly settings: Settings;
  readonly openApi: OpenApi;
}

/** Resolves after `ms`, or earlier when `gone` does. */
export async function delay(ms: number, gone: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([new Promise((resolve) => (timer = setTimeout(resolve, ms))), gone]);
  clearTimeout(timer);
}

/** The reply of a fault instead of the true one, if it has one. */
export function answerOf(
  { error, reply, redirect }: Fault,
  entry: Entry,
  { settings, openApi }: Server,
  requestId: string,
): { status: number; headers: Record<string, string>; body: string } | undefined {
  if (redirect) return { status: redirect.status ?? 302, headers: { location: redirect.to }, body: "" };
  if (error) {
    const { status, message = "Injected fault", headers } = error;
    const listed = openApi.errorCodes(openApi.find(entry.method, entry.path), status);
    const { code = usualCode(status, listed) } = error;
    const usual = { "content-type": "application/json", ...(status === 429 && { "retry-after": "1" }) };
    const body =
      code === null
        ? { status, message }
        : errorBody(settings.edition, { status, code, message, extra: {} }, requestId);
    return { status, headers: { ...usual, ...lowerCased(headers) }, body: JSON.stringify(body) };
  }
  if (!reply) return undefined;
  const { status, json, text = "", contentType, headers } = reply;
  const asJson = json !== undefined;
  const type = contentType ?? (asJson ? "application/json" : "text/plain");
  return {
    status,
    headers: { "content-type": type, ...lowerCased(headers) },
    body: asJson ? JSON.stringify(json) : text,
  };
}

const lowerCased = (headers: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/**
 * Carries out those members of a fault that concern the beginning of a reply, or replace it: then the reply is
 * returned.
 */
export async function inject(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  server: Server,
): Promise<FastifyReply | undefined> {
  if (fault.headersDelayMs) await delay(fault.headersDelayMs, closed(reply));
  if (fault.resetBeforeHeaders) {
    request.entry.cutHere = true;
    reply.hijack();
    request.raw.socket.resetAndDestroy();
    return reply;
  }
  if (fault.hangBeforeHeaders) {
    reply.hijack();
    await closed(reply);
    return reply;
  }
  if (fault.ignoreOffset) delete (request.query as Record<string, string>)["offset"];
  const requestId = String(reply.raw.getHeader("X-Vocu-App-Request-Id") ?? "");
  const answer = answerOf(fault, request.entry, server, requestId);
  return answer && reply.code(answer.status).headers(answer.headers).send(answer.body);
}
