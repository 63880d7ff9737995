/** Words of the catalogs (`locales/`), in the language of the editor. */
import type { EditorNode } from "./red-types";

/** The catalog that all nodes share is delivered with the account node. */
const SHARED = "@vocu-community/node-red-vocu/account:";

type Params = Readonly<Record<string, string | number | undefined>>;

/** A word of the shared catalog, e.g. `dialog.advanced`. */
export const word = (key: string, params: Params = {}): string => RED._(SHARED + key, params);

/** A word of the shared catalog, or undefined where it has none. */
export function knownWord(key: string, params: Params = {}): string | undefined {
  const found = word(key, params);
  return found.endsWith(key) ? undefined : found;
}

/** The label of an input or a setting. */
export const labelOf = (node: EditorNode, place: "inputs" | "settings", name: string): string =>
  node._(`${place}.${name}.label`);

/** The explanation of an input or a setting. */
export const helpOf = (node: EditorNode, place: "inputs" | "settings", name: string): string =>
  node._(`${place}.${name}.help`);

/** The word for a value of a choice; catalog keys cannot hold the dots that some values do. */
export const choiceWord = (node: EditorNode, name: string, value: string): string =>
  node._(`inputs.${name}.choices.${value.replace(/[.:]/g, "_")}`);

/** What a language is called in the language of the editor; an unknown code is returned unchanged. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([RED.i18n.lang()], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
