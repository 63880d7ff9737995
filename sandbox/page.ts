/** Pages of lists. */
import { fields, number } from "./read";

/**
 * Cuts a page out of a list by the query's `limit` (default 20) and `offset` (default 0), clamped to their ranges. API
 * reference D.5, G.3, H.
 */
export function page<Item>(items: Item[], query: unknown, most = Infinity): Item[] {
  const limit = Math.min(most, Math.max(1, number(fields(query), "limit") ?? 20));
  const offset = Math.max(0, number(fields(query), "offset") ?? 0);
  return items.slice(offset, offset + limit);
}
