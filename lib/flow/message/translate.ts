/** Looks up the texts of `locales/` at run time. */
import type { NodeAPI } from "node-red";
import type { Translate } from "./problem";

/** The catalog all nodes share is delivered with the account node (see `scripts/build.mjs`). */
const SHARED = "@vocu-community/node-red-vocu/account:";

/** Words in the runtime's language; plain keys are the node's own catalog, `shared:key` the common one. */
export function translator(RED: NodeAPI): Translate {
  const lookUp = RED._ as (key: string, params?: object) => string;
  return (key, params) =>
    lookUp(key.startsWith("shared:") ? SHARED + key.slice("shared:".length) : key, params ?? {});
}
