/** A server with logging, faults and the reading of bodies; the API and the storage host are built on it. */
import { randomUUID } from "node:crypto";
import multipart from "@fastify/multipart";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Fault } from "./faults";
import { inject } from "./inject";
import { Entry } from "./log";
import { formFields } from "./multipart-body";
import type { World } from "./world";

declare module "fastify" {
  interface FastifyRequest {
    entry: Entry;
    /** The fault that applies to this request, if any. */
    fault: Fault | undefined;
    /** The parsed JSON body, or the fields of a multipart form. */
    input: unknown;
  }
}

/** A data URL of 100 MB of audio is about 134 MB of text. */
const MOST_BODY_BYTES = 150 * 1024 * 1024;
const LONGEST_HEADERS = 64 * 1024;

function parsedQuery(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url, "http://sandbox").searchParams);
}

function watchEnd(entry: Entry, reply: FastifyReply): void {
  reply.raw.once("close", () => {
    entry.end(!reply.raw.writableFinished && !entry.cutHere);
  });
}

/** Records a reply's body length in the log; audio and byte-by-byte replies count their own bytes. */
function countPayload(request: FastifyRequest, reply: FastifyReply, payload: unknown): void {
  request.entry.begin(reply.statusCode);
  if (request.fault?.dripMs) return;
  if (typeof payload === "string" || Buffer.isBuffer(payload)) {
    request.entry.count(Buffer.byteLength(payload));
  }
}

/** Reads JSON and anything else; an empty body counts as none, whatever its Content-Type. API reference 9.1. */
function readBodies(app: FastifyInstance): void {
  // Fastify's own parser reads an empty text as "".
  app.removeContentTypeParser("text/plain");
  const parseJson = app.getDefaultJsonParser("ignore", "ignore");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parseJson(request, body as string, done);
  });
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body.length === 0 ? undefined : body),
  );
}

/** Whether a request has a body by its headers; without one there is no form to read. */
const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** One of the sandbox's two servers: with logging, faults, and the reading of bodies, without any route. */
export async function server(host: "api" | "storage", world: World): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: MOST_BODY_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
    http: { maxHeaderSize: LONGEST_HEADERS },
  });
  app.decorateRequest("entry");
  app.decorateRequest("fault", undefined);
  app.decorateRequest("input", undefined);
  await app.register(multipart, { limits: { fileSize: MOST_BODY_BYTES, files: 2, parts: 50 } });
  readBodies(app);

  app.addHook("onRequest", async (request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    request.entry = new Entry(host, request.method, path, parsedQuery(request.url), request.headers);
    world.log.add(request.entry);
    watchEnd(request.entry, reply);
    if (host === "api") reply.raw.setHeader("X-Vocu-App-Request-Id", randomUUID());
  });
  app.addHook("preHandler", async (request, reply) => {
    const form = request.isMultipart() && hasBody(request) ? await formFields(request) : undefined;
    request.input = form?.input ?? request.body;
    request.entry.body = form?.description ?? request.body;
    request.entry.changed();
    request.fault = world.faults.take(request.entry);
    return request.fault && inject(request.fault, request, reply, world);
  });
  app.addHook("onSend", async (request, reply, payload) => {
    countPayload(request, reply, payload);
    return payload;
  });
  return app;
}
