/** Reading the headers of a reply. */
import type { Answer } from "./exchange";

/** The first value of a header that may be sent several times. */
export function headerOf(answer: Pick<Answer, "headers">, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Whether the end of a body can be distinguished from a broken connection: by its length or by chunked coding. Without
 * either, the body ends with the connection (RFC 9112, 6.3).
 */
export function statesItsEnd(answer: Pick<Answer, "headers">): boolean {
  if (/\bchunked\s*$/i.test(headerOf(answer, "transfer-encoding") ?? "")) return true;
  return headerOf(answer, "content-length") !== undefined;
}
