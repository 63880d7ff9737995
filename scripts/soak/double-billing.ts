/** Whether anything was asked for again that may have been paid for already. */
import type { RecordedRequest } from "../../sandbox";

/** A message, as far as its bill goes. */
export interface Billed {
  readonly tag: string;
  readonly cached: boolean;
}

/** Statuses by which the service says that it has not begun. */
const REFUSED = [429, 503];

/**
 * Of all requests for one tag, those that were not refused may be no more than the messages that had to pay for
 * themselves (API reference 5). Answers with one line for each tag that was asked for too often.
 */
export function paidTwice(requests: readonly RecordedRequest[], messages: readonly Billed[]): string[] {
  const asked = new Map<string, number>();
  for (const request of requests) {
    const tag = tagOf(request);
    // The token is tried where the header was not accepted: nothing was generated for the former.
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
