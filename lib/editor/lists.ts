/** What an account has to pick from, asked for once and remembered for a while. */
import { accountPosted, ask } from "./admin-api";

/** A voice as the runtime tells it. */
export interface Voice {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly language?: string;
  readonly avatar?: string;
  /** Bought on the market, and not made by the account. */
  readonly market: boolean;
  /** Why it cannot speak: `creating`, `training`, `awaiting` or `failed`; undefined where it can. */
  readonly unusable?: string;
  /** The default one first. */
  readonly styles: readonly Style[];
}

export interface Style {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** A recording of it can be played. */
  readonly hasSample: boolean;
}

/** A template, a splitter or a task as the runtime tells it. */
export interface Entry {
  readonly id: string;
  /** Its name, or the first words of a task. */
  readonly name: string;
  /** ISO 8601. */
  readonly date?: string;
  /** Of a task. */
  readonly status?: string;
}

interface Lists {
  readonly voices: Voice;
  readonly templates: Entry;
  readonly splitters: Entry;
  readonly tasks: Entry;
}

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
