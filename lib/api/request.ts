/** What an operation looks like to its caller, and the request it makes. */
import type { FormData } from "undici";
import { VocuError } from "./errors";
import { undici } from "./on-demand";

/** One operation of the API, as its caller sees it. */
export interface ApiRequest {
  /** Name of the operation, for errors. */
  operation: string;
  method: "GET" | "POST" | "DELETE";
  /** Path with `{name}` places, e.g. `/api/voice/{id}`. */
  path: string;
  /** What goes into the places of `path`; encoded here. */
  pathParams?: Record<string, string>;
  /** undefined, null and "" are left out; booleans become `true` and `false`. */
  query?: Record<string, unknown>;
  /** JSON body of a POST, sent with its JSON types. */
  json?: unknown;
  /** multipart/form-data body of a POST. */
  form?: FormData;
  /** True for a write that does the same when it is sent twice, so that it is repeated like a read. */
  repeatable?: boolean;
  /** True for a request that Vocu charges for: it is repeated only when it certainly was not accepted. */
  costsCredits?: boolean;
}

/** An empty form, for `ApiRequest.form`. */
export function newForm(): FormData {
  const { FormData } = undici();
  return new FormData();
}

/** A request ready for the wire. */
export interface BuiltRequest {
  url: URL;
  method: ApiRequest["method"];
  headers: Record<string, string>;
  body?: Buffer | FormData;
}

/** Whether a parameter's value stands for "not given". */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Adds the given ones of `query` to `url`, spaces as `%20`, which every server understands. */
export function addQuery(url: URL, query: Record<string, unknown>): void {
  const pairs = Object.entries(query)
    .filter(([, value]) => !isBlank(value))
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? (value as unknown[]) : [value]).map((item) => [name, asText(item)]),
    );
  url.search = new URLSearchParams(pairs).toString().replaceAll("+", "%20");
}

/**
 * The URL of `path` under `base` (which may have a path of its own).
 * @throws VocuError `BAD_PARAMETER` where a place stays empty or cannot be encoded, or the path would leave the base.
 */
export function apiUrl(base: string, path: string, pathParams: Record<string, string> = {}): URL {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = pathParams[name] ?? "";
    // "." and ".." would be resolved away, encoded or not; half of a character cannot be encoded.
    if (/^\.{0,2}$|\p{Surrogate}/u.test(value))
      throw new VocuError("BAD_PARAMETER", { retryable: false, field: name });
    return encodeURIComponent(value);
  });
  const url = new URL(base + (filled.startsWith("/") ? filled : `/${filled}`));
  if (!url.href.startsWith(`${base}/`))
    throw new VocuError("BAD_PARAMETER", { retryable: false, field: "path" });
  return url;
}

/** The request on the wire for an operation, still without credentials. GET and DELETE have no body. */
export function buildRequest(base: string, request: ApiRequest): BuiltRequest {
  const url = apiUrl(base, request.path, request.pathParams);
  addQuery(url, request.query ?? {});
  const headers: Record<string, string> = { accept: "application/json" };
  const built: BuiltRequest = { url, method: request.method, headers };
  if (request.method !== "POST") return built;
  if (request.form !== undefined) built.body = request.form;
  else if (request.json !== undefined) {
    headers["content-type"] = "application/json";
    built.body = Buffer.from(JSON.stringify(request.json));
  }
  return built;
}
