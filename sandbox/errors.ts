/** The documented errors, and their form in each edition. */
import type { Edition } from "./options";

/** A documented refusal, API reference 4. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly extra: { headers?: Record<string, string>; detail?: { field: string } } = {},
  ) {
    super(message);
  }
}

/** For each status the codes that the documentation lists, the most frequent first. */
const USUAL_CODES: Record<number, string[]> = {
  400: ["VALIDATION_BAD_PARAMS", "VALIDATION_INVALID_VALUE"],
  401: ["AUTH_UNAUTHORIZED"],
  403: ["AUTH_FORBIDDEN", "BILLING_INSUFFICIENT_CREDIT"],
  404: ["RESOURCE_NOT_FOUND", "VOICE_NOT_FOUND"],
  409: ["VOICE_CREATING"],
  413: ["UPLOAD_TOO_LARGE"],
  429: ["RATE_LIMIT_EXCEEDED"],
  500: ["SYSTEM_INTERNAL_ERROR", "TTS_GENERATE_FAILED"],
  503: ["NO_WORKER_AVAILABLE"],
};

/** The usual code of a status; where an operation lists its codes, one of those. API reference 4. */
export function usualCode(status: number, listed?: readonly string[]): string {
  const usual = USUAL_CODES[status] ?? ["SYSTEM_INTERNAL_ERROR"];
  const [first = "SYSTEM_INTERNAL_ERROR"] = usual;
  return listed ? (usual.find((code) => listed.includes(code)) ?? listed[0] ?? first) : first;
}

/** The error envelope of an edition: 2026 has a code and ids, 2025 only status and message. API reference 4. */
export function errorBody(
  edition: Edition,
  error: Pick<ApiError, "status" | "code" | "message" | "extra">,
  requestId: string,
): Record<string, unknown> {
  const { status, code, message } = error;
  if (edition === "2025") return { status, message };
  return { status, code, message, requestId, ...(error.extra.detail && { detail: error.extra.detail }) };
}

/** 400: a field is missing; `detail.field` names it where the reference says so. */
export const missingField = (field: string): ApiError =>
  new ApiError(400, "VALIDATION_MISSING_FIELD", `${field} is missing`, { detail: { field } });

/** 400 with any of the codes of API reference 4. */
export const badRequest = (code: string, message: string): ApiError => new ApiError(400, code, message);

/** 404 with one of the `…_NOT_FOUND` codes. */
export const notFound = (code: string, message: string): ApiError => new ApiError(404, code, message);
