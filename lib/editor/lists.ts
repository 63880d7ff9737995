/** What an account has to pick from, asked for once and remembered for a while. */
import type { Lists } from "../schema/admin-replies";
import { accountPosted, ask } from "./admin-api";

/** Cache lifetime: pickers open quickly, and new voices are visible within a minute. */
const REMEMBERED_MS = 60_000;

const remembered = new Map<string, { readonly at: number; readonly entries: Promise<readonly unknown[]> }>();

/**
 * What the account has, as it stands in the editor.
 * @throws Refusal with the reason
 */
export function entriesOf<L extends keyof Lists>(
  list: L,
  accountId: string,
  fresh = false,
): Promise<readonly Lists[L][]> {
  const node = RED.nodes.node(accountId);
  if (!node) return Promise.resolve([]);
  const account = accountPosted(node);
  const key = JSON.stringify([list, account]);
  const known = remembered.get(key);
  if (known && !fresh && Date.now() - known.at < REMEMBERED_MS) {
    return known.entries as Promise<readonly Lists[L][]>;
  }
  const entries = ask<Record<string, readonly Lists[L][]>>(list, account).then(
    (answer) => answer[list] ?? [],
  );
  remembered.set(key, { at: Date.now(), entries });
  entries.catch(() => remembered.delete(key));
  return entries;
}
