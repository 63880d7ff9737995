/** Looks up the texts of `locales/` at run time. */
import type { NodeAPI } from "node-red";
import type { Translate } from "./problem";

/** The catalog all nodes share is delivered with the account node (see `scripts/build.mjs`). */
const SHARED = "@vocu-community/node-red-vocu/account:";

/** How many texts a translator remembers. */
const MOST_REMEMBERED = 200;
/** Longer ones are told once, as an error with a long detail is. */
const MOST_CHARACTERS = 200;

/**
 * Words in the runtime's language; plain keys are the node's own catalog, `shared:key` the common one. Texts are remembered:
 * a look-up takes longer than all else that a status needs, and many speeches at once show the same ones.
 */
export function translator(RED: NodeAPI): Translate {
  const lookUp = RED._ as (key: string, params?: object) => string;
  const remembered = new Map<string, string>();
  return (key, params = {}) => {
    const call = key + JSON.stringify(params);
    const known = remembered.get(call);
    if (known !== undefined) return known;
    const text = lookUp(key.startsWith("shared:") ? SHARED + key.slice("shared:".length) : key, params);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    if (call.length <= MOST_CHARACTERS) remembered.set(call, text);
    return text;
  };
}
