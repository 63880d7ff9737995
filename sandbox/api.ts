/** The API's server: checks requests and replies against the OpenAPI document and registers every route. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { authorise } from "./auth";
import { ApiError, errorBody, usualCode } from "./errors";
import { spoiltJson } from "./json-reply";
import type { OpenApi } from "./openapi";
import { accountRoutes } from "./routes/account";
import { generateRoutes } from "./routes/generate";
import { conversionRoutes } from "./routes/conversion";
import { liveRoutes } from "./routes/live";
import { presetRoutes } from "./routes/presets";
import { splitterRoutes } from "./routes/splitters";
import { taskRoutes } from "./routes/tasks";
import { templateRoutes } from "./routes/templates";
import { uploadRoutes } from "./routes/uploads";
import { voiceRoutes } from "./routes/voices";
import { server } from "./server";
import type { World } from "./world";

class NoSuchPath extends ApiError {
  constructor() {
    super(404, "RESOURCE_NOT_FOUND", "No such path");
  }
}

const NOT_JSON_404 = "<html><body><h1>404 Not Found</h1></body></html>";

/** The error reply for any failure of a request; `codesOf` returns the operation's codes for a status. */
function asApiError(
  error: FastifyError | ApiError,
  codesOf: (status: number) => string[] | undefined,
): ApiError {
  if (error instanceof ApiError) return error;
  const status = error.statusCode ?? 500;
  const listed = codesOf(status);
  const code = status === 400 && !listed ? "VALIDATION_INVALID_FORMAT" : usualCode(status, listed);
  return new ApiError(status, code, status === 500 ? "Internal error" : error.message);
}

function sendError(
  error: FastifyError | ApiError,
  { entry }: FastifyRequest,
  reply: FastifyReply,
  world: World,
): void {
  const { openApi } = world;
  const operation = openApi.find(entry.method, entry.path);
  const apiError = asApiError(error, (status) => openApi.errorCodes(operation, status));
  if (apiError instanceof NoSuchPath && world.settings.edition === "2025") {
    reply.code(404).type("text/html").send(NOT_JSON_404);
    return;
  }
  if (apiError.status === 500) world.log.violations.push(`sandbox failure: ${error.stack ?? error.message}`);
  const requestId = String(reply.raw.getHeader("X-Vocu-App-Request-Id"));
  reply
    .code(apiError.status)
    .headers(apiError.extra.headers ?? {})
    .send(errorBody(world.settings.edition, apiError, requestId));
}

function checkRequest(request: FastifyRequest, openApi: OpenApi, world: World): void {
  const { method, path, query, headers, body } = request.entry;
  const operation = openApi.find(method, path);
  if (!operation) return;
  const sent = request.isMultipart() && body !== undefined ? filesAsText(body) : body;
  const problems = openApi.checkRequest(operation, query, sent, headers["content-type"] ?? "");
  for (const problem of problems) world.log.violations.push(`${method} ${path}: ${problem}`);
}

function filesAsText(form: unknown): unknown {
  const entries = Object.entries(form as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "string" ? value : "file"]),
  );
}

/** Violations of a JSON reply; replies that a fault replaced are not checked. */
function replyProblems(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  openApi: OpenApi,
): string[] {
  const { method, path } = request.entry;
  const operation = openApi.find(method, path);
  const invented = request.fault?.reply ?? request.fault?.redirect ?? request.fault?.error;
  const isJson = String(reply.getHeader("content-type")).startsWith("application/json");
  if (!operation || invented || !isJson || typeof payload !== "string") return [];
  return openApi.checkReply(operation, reply.statusCode, JSON.parse(payload));
}

/** The 2025 edition has none of the operations of API reference H. */
function refuseUnknownToEdition(request: FastifyRequest, { openApi, settings }: World): void {
  const operation = openApi.find(request.entry.method, request.entry.path);
  if (settings.edition === "2025" && operation?.tag === "extra") throw new NoSuchPath();
}

/** The API's server, API reference 2 to 4 and A to H. */
export async function apiServer(world: World): Promise<FastifyInstance> {
  const app = await server("api", world);
  const { openApi } = world;
  app.addHook("preHandler", (request, _reply, done) => {
    checkRequest(request, openApi, world);
    refuseUnknownToEdition(request, world);
    authorise(request, world.settings);
    done();
  });
  app.addHook("onSend", async (request, reply, payload) => {
    if (!world.settings.validateReplies) return spoiltJson(request, reply, payload);
    const problems = replyProblems(request, reply, payload, openApi);
    if (problems.length === 0) return spoiltJson(request, reply, payload);
    const { method, path } = request.entry;
    world.log.violations.push(...problems.map((problem) => `reply to ${method} ${path}: ${problem}`));
    reply.code(500);
    return JSON.stringify({ status: 500, code: "SYSTEM_INTERNAL_ERROR", message: problems.join("; ") });
  });
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    sendError(error, request, reply, world);
  });
  app.setNotFoundHandler(() => {
    throw new NoSuchPath();
  });
  accountRoutes(app, world);
  voiceRoutes(app, world);
  generateRoutes(app, world);
  taskRoutes(app, world);
  presetRoutes(app);
  conversionRoutes(app, world);
  templateRoutes(app, world);
  splitterRoutes(app, world);
  uploadRoutes(app, world);
  liveRoutes(app, world);
  return app;
}
