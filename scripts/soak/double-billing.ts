/** Checks that nothing was requested again that may have been paid for already. */
import type { RecordedRequest } from "../../sandbox";

/** The facts of a message for this check. */
export interface Billed {
  readonly tag: string;
  readonly cached: boolean;
}

/** Statuses that mean that the service has not started. */
const REFUSED = [429, 503];

/**
 * The accepted requests for one tag must not exceed the messages that had to be paid for (API reference 5). Returns one
 * line for each tag that was requested too often.
 */
export function paidTwice(requests: readonly RecordedRequest[], messages: readonly Billed[]): string[] {
  const asked = new Map<string, number>();
  for (const request of requests) {
    const tag = tagOf(request);
    // The token is tried if the header was not accepted: nothing was generated for that request.
    if (tag === undefined || REFUSED.includes(request.status ?? 0) || request.status === 401) continue;
    asked.set(tag, (asked.get(tag) ?? 0) + 1);
  }
  const paying = new Map<string, number>();
  for (const { tag, cached } of messages) paying.set(tag, (paying.get(tag) ?? 0) + (cached ? 0 : 1));
  return [...asked]
    .filter(([tag, count]) => count > (paying.get(tag) ?? 0))
    .map(([tag, count]) => `${tag} was asked for ${count} times by ${paying.get(tag) ?? 0} messages`);
}

function tagOf({ host, path, query, body }: RecordedRequest): string | undefined {
  if (host !== "api" || !path.includes("simple-generate")) return undefined;
  const posted = (body ?? {}) as { post_processing?: unknown };
  return (
    query.post_processing ?? (typeof posted.post_processing === "string" ? posted.post_processing : undefined)
  );
}
