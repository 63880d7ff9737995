/** The voices of an account, asked for once and remembered for a while. */
import { accountPosted, ask } from "./ask";

/** A voice as the runtime tells it. */
export interface Voice {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  readonly usable: boolean;
  /** The default one first. */
  readonly styles: readonly { readonly id: string; readonly name: string }[];
}

/** Long enough for an evening's editing to feel quick, short enough to notice a voice that was just created. */
const REMEMBERED_MS = 60_000;

const remembered = new Map<string, { readonly at: number; readonly voices: Promise<readonly Voice[]> }>();

/**
 * The voices of an account as it stands in the editor.
 * @throws Refusal with the reason
 */
export function voicesOf(accountId: string, fresh = false): Promise<readonly Voice[]> {
  const node = RED.nodes.node(accountId);
  if (!node) return Promise.resolve([]);
  const account = accountPosted(node);
  const key = JSON.stringify(account);
  const known = remembered.get(key);
  if (known && !fresh && Date.now() - known.at < REMEMBERED_MS) return known.voices;
  const voices = ask<{ voices: readonly Voice[] }>("voices", account).then((answer) => answer.voices);
  remembered.set(key, { at: Date.now(), voices });
  voices.catch(() => remembered.delete(key));
  return voices;
}
