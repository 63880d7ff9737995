/** Turns failures of the network into a VocuError. */
import { VocuError, type ErrorFacts } from "./errors";
import type { Redactor } from "./redact";

/** The phase of a request in which the network failed. */
export type Phase = "connecting" | "waiting" | "receiving";

/** Where a request was going. */
export interface Destination {
  host: string;
  /** Whether the request goes through a proxy. */
  proxied: boolean;
  connectTimeoutMs: number;
}

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|ERR_CRYPTO|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|EPROTO)/;

/** Failures before anything was sent to the server. */
const NEVER_SENT = new Set([
  "HOST_NOT_FOUND",
  "CONNECTION_REFUSED",
  "CONNECT_TIMEOUT",
  "CONNECT_FAILED",
  "TLS_FAILED",
  "PROXY_FAILED",
]);

/** Whether `code` means that the request never reached the server. */
export function neverSent(code: string): boolean {
  return NEVER_SENT.has(code);
}

/** The {@link VocuError} for what undici or Node reported; keeps only a cleaned message of theirs. */
export function networkError(error: Error, phase: Phase, to: Destination, redactor: Redactor): VocuError {
  if (error instanceof VocuError) return error;
  const nodeCode = (error as NodeJS.ErrnoException).code ?? "";
  const detail = redactor.clean(error.message) ?? redactor.clean(nodeCode);
  const facts: ErrorFacts = { retryable: true, host: to.host, detail };
  if (nodeCode === "UND_ERR_DESTROYED" || nodeCode === "UND_ERR_CLOSED") {
    return new VocuError("ABORTED", { retryable: false });
  }
  if (phase === "receiving") return new VocuError("STREAM_CUT", facts);
  const refusedByProxy =
    /\((\d{3})\) !== 200 when HTTP Tunneling|Proxy Authentication Required \((407)\)/.exec(error.message);
  if (refusedByProxy) {
    const statusCode = Number(refusedByProxy[1] ?? refusedByProxy[2]);
    return new VocuError("PROXY_FAILED", { ...facts, statusCode, retryable: statusCode >= 500 });
  }
  if (phase === "connecting") return connectError(nodeCode, facts, to);
  const senseless = error.name === "HTTPParserError" || /HEADERS_OVERFLOW|CONTENT_LENGTH/.test(nodeCode);
  return senseless
    ? new VocuError("BAD_REPLY", { ...facts, retryable: false })
    : new VocuError("CONNECTION_LOST", facts);
}

function connectError(nodeCode: string, facts: ErrorFacts, to: Destination): VocuError {
  if (nodeCode === "UND_ERR_CONNECT_TIMEOUT" || nodeCode === "ETIMEDOUT") {
    return new VocuError("CONNECT_TIMEOUT", { ...facts, detail: undefined, timeoutMs: to.connectTimeoutMs });
  }
  if (TLS_CODE.test(nodeCode)) return new VocuError("TLS_FAILED", { ...facts, retryable: false });
  if (to.proxied) return new VocuError("PROXY_FAILED", facts);
  if (nodeCode === "ENOTFOUND" || nodeCode.startsWith("EAI_")) return new VocuError("HOST_NOT_FOUND", facts);
  if (nodeCode === "ECONNREFUSED") return new VocuError("CONNECTION_REFUSED", facts);
  return new VocuError("CONNECT_FAILED", facts);
}
