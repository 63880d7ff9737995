/** The sources that an input offers: its literal, in a form that suits its kind, and Node-RED's own ones. */
import { literalTypeOf, type Input } from "../schema/description";
import type { Combobox } from "./combobox";
import { freshValue, storedValue } from "./fields";
import { manyLines } from "./multiline";
import type { Offer } from "./offers";
import type { EditorNode, TypedInputType, TypedInputWidget } from "./red-types";
import { isBlank, literalFault } from "./rules";
import { choiceWord, word } from "./words";

const ELSEWHERE = ["msg", "flow", "global", "env", "jsonata"];

/** The types of an input's TypedInput; a stored one that is not among them stays available. */
export function sourcesOf(
  node: EditorNode,
  name: string,
  input: Input,
  combobox?: Combobox,
): (string | TypedInputType)[] {
  const stored = node[`${name}Type`];
  const known = [literalTypeOf(input.kind), ...ELSEWHERE];
  const foreign = typeof stored === "string" && stored !== "" && !known.includes(stored) ? [stored] : [];
  return [literalOf(node, name, input, combobox), ...ELSEWHERE, ...foreign];
}

/** What a blank field stands for. */
export function blankWord(node: EditorNode, name: string, input: Input): string {
  if (input.default === undefined || input.kind === "style") return word("dialog.standard");
  return word("dialog.default", { value: valueWord(node, name, input, String(input.default)) });
}

function valueWord(node: EditorNode, name: string, input: Input, value: string): string {
  if (input.kind === "toggle") return word(value === "true" ? "dialog.yes" : "dialog.no");
  return input.choices?.includes(value) === true ? choiceWord(node, name, value) : value;
}

function literalOf(node: EditorNode, name: string, input: Input, combobox?: Combobox): TypedInputType {
  const value = literalTypeOf(input.kind);
  const validate = (typed: string): boolean => isBlank(typed) || literalFault(input, typed) === undefined;
  switch (input.kind) {
    case "number":
    case "integer":
      return { value, label: word("dialog.literal.number"), icon: icon("09"), validate };
    case "toggle":
      return {
        value,
        label: word("dialog.literal.toggle"),
        icon: icon("bool"),
        options: options(node, name, input),
      };
    case "object":
    case "list":
      return { value, label: word("dialog.literal.json"), icon: icon("json"), validate, expand: editJson };
    case "choice":
      return combobox
        ? { value, label: word("dialog.literal.choice"), icon: "fa fa-list-ul", ...combobox.members() }
        : {
            value,
            label: word("dialog.literal.choice"),
            icon: "fa fa-list-ul",
            options: options(node, name, input),
          };
    case "voice":
    case "style": {
      const symbol = input.kind === "voice" ? "fa fa-microphone" : "fa fa-smile-o";
      return { value, label: word(`dialog.literal.${input.kind}`), icon: symbol, ...combobox?.members() };
    }
    default: {
      const text = { value, label: word("dialog.literal.text"), icon: icon("az") };
      if (combobox) return { ...text, ...combobox.members() };
      return input.multiline === true ? { ...text, ...manyLines } : text;
    }
  }
}

/** The documented values of an open choice, by their words. */
export const choiceOffers = (node: EditorNode, name: string, input: Input): readonly Offer[] =>
  (input.choices ?? []).map((value) => ({ value, name: choiceWord(node, name, value) }));

/** A list to choose from: blank first, and a stored value that is not on the list last, so that nothing is lost. */
function options(node: EditorNode, name: string, input: Input): { value: string; label: string }[] {
  const values = input.kind === "toggle" ? ["true", "false"] : (input.choices ?? []);
  const stored = String(storedValue(node, name) ?? freshValue(node, name) ?? "");
  const foreign = stored !== "" && !values.includes(stored) && isStoredLiteral(node, name, input);
  return [
    { value: "", label: input.required === true ? "–" : blankWord(node, name, input) },
    ...values.map((value) => ({ value, label: valueWord(node, name, input, value) })),
    ...(foreign ? [{ value: stored, label: word("dialog.stored", { value: stored }) }] : []),
  ];
}

const isStoredLiteral = (node: EditorNode, name: string, input: Input): boolean =>
  (node[`${name}Type`] ?? literalTypeOf(input.kind)) === literalTypeOf(input.kind);

const icon = (name: string): string => `red/images/typedInput/${name}.svg`;

function editJson(this: TypedInputWidget): void {
  RED.editor.editJSON({
    value: pretty(this.value()),
    focus: true,
    complete: (json) => this.value(compact(json)),
  });
}

const pretty = (json: string): string => reformat(json, 4);
const compact = (json: string): string => reformat(json, 0);

function reformat(json: string, indent: number): string {
  try {
    return JSON.stringify(JSON.parse(json), null, indent);
  } catch {
    return json;
  }
}
