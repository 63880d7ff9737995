/** The sources that an input offers: its literal, in a form that suits its kind, and Node-RED's own ones. */
import { literalTypeOf, type Input } from "../schema/description";
import { completing, type Offer } from "./completions";
import { freshValue, storedValue } from "./fields";
import { manyLines } from "./lines";
import type { EditorNode, TypedInputType, TypedInputWidget } from "./red";
import { isBlank, literalFault } from "./rules";
import { choiceWord, word } from "./words";

const ELSEWHERE = ["msg", "flow", "global", "env", "jsonata"];

/** What a picker offers, for the kinds whose values come from the account. */
export type Offers = () => Promise<readonly Offer[]>;

/** The types of an input's TypedInput; a stored one that is none of them stays available. */
export function sourcesOf(
  node: EditorNode,
  name: string,
  input: Input,
  offers?: Offers,
): (string | TypedInputType)[] {
  const stored = node[`${name}Type`];
  const known = [literalTypeOf(input.kind), ...ELSEWHERE];
  const foreign = typeof stored === "string" && stored !== "" && !known.includes(stored) ? [stored] : [];
  return [literalOf(node, name, input, offers), ...ELSEWHERE, ...foreign];
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

function literalOf(node: EditorNode, name: string, input: Input, offers?: Offers): TypedInputType {
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
      return choiceLiteral(node, name, input);
    case "voice":
    case "style": {
      const symbol = input.kind === "voice" ? "fa fa-microphone" : "fa fa-smile-o";
      return {
        value,
        label: word(`dialog.literal.${input.kind}`),
        icon: symbol,
        ...(offers ? completing(offers) : {}),
      };
    }
    default: {
      const text = { value, label: word("dialog.literal.text"), icon: icon("az") };
      return input.multiline === true ? { ...text, ...manyLines } : text;
    }
  }
}

function choiceLiteral(node: EditorNode, name: string, input: Input): TypedInputType {
  const literal = {
    value: literalTypeOf(input.kind),
    label: word("dialog.literal.choice"),
    icon: "fa fa-list-ul",
  };
  if (input.open !== true) return { ...literal, options: options(node, name, input) };
  const offers = (input.choices ?? []).map((value) => ({ value, name: choiceWord(node, name, value) }));
  return { ...literal, ...completing(() => Promise.resolve(offers)) };
}

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
