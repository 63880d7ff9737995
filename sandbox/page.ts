import { badRequest } from "./errors";
import { fields, number } from "./read";

/** Cuts a page out of a list by the query's `limit` (default 20) and `offset` (default 0). API reference D.5, G.3, H. */
export function page<Item>(items: Item[], query: unknown, most = Infinity): Item[] {
  const limit = number(fields(query), "limit") ?? 20;
  const offset = number(fields(query), "offset") ?? 0;
  if (limit < 1 || limit > most || offset < 0) {
    throw badRequest("VALIDATION_INVALID_VALUE", "limit or offset is out of range");
  }
  return items.slice(offset, offset + limit);
}
