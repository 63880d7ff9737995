import type { FastifyReply, FastifyRequest } from "fastify";
import { closed } from "./audio-reply";
import { errorBody, usualCode } from "./errors";
import type { Fault } from "./faults";
import type { Edition } from "./options";

const delay = (ms: number, gone: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void gone.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });

function answerError(error: NonNullable<Fault["error"]>, reply: FastifyReply, edition: Edition): void {
  const { status, code = usualCode(status), message = "Injected fault" } = error;
  const requestId = String(reply.raw.getHeader("X-Vocu-App-Request-Id") ?? "");
  reply
    .code(status)
    .headers({ ...(status === 429 && { "Retry-After": "1" }), ...error.headers })
    .send(errorBody(edition, { status, code, message, extra: {} }, requestId));
}

function answer(fault: NonNullable<Fault["reply"]>, reply: FastifyReply): void {
  const { status, json, text = "", contentType, headers = {} } = fault;
  const asJson = json !== undefined;
  reply
    .code(status)
    .headers({ "content-type": contentType ?? (asJson ? "application/json" : "text/plain"), ...headers })
    .send(asJson ? JSON.stringify(json) : text);
}

/** Carries out those members of a fault that concern the beginning of a reply, or replace it: then the reply is returned. */
export async function inject(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  edition: Edition,
): Promise<FastifyReply | undefined> {
  if (fault.headersDelayMs) await delay(fault.headersDelayMs, closed(reply));
  if (fault.resetBeforeHeaders) {
    request.entry.cutHere = true;
    reply.hijack();
    request.raw.socket.resetAndDestroy();
  } else if (fault.hangBeforeHeaders) {
    reply.hijack();
    await closed(reply);
  } else if (fault.redirect) {
    reply.redirect(fault.redirect.to, fault.redirect.status ?? 302);
  } else if (fault.error) {
    answerError(fault.error, reply, edition);
  } else if (fault.reply) {
    answer(fault.reply, reply);
  } else {
    return undefined;
  }
  return reply;
}
