/** Brings a node's edit dialog to life. */
import { literalTypeOf, sourceOf, type Input } from "../schema/description";
import { elementOf, storedValue } from "./fields";
import { restoreText } from "./lines";
import { Picker } from "./picker";
import { typedInput, type EditorNode } from "./red";
import { explain, foldAdvanced, followSettings } from "./rows";
import { blankWord, sourcesOf } from "./sources";
import { specOf } from "./spec";

/** Node-RED's `oneditprepare` of every palette node. */
export function prepare(node: EditorNode): void {
  const form = elementOf(node, "name").closest("form");
  const { inputs, settings } = specOf(node.type);
  const pickers: Picker[] = [];
  for (const [name, setting] of Object.entries(settings)) {
    if (node[name] === undefined) restoreSetting(elementOf(node, name), setting.default);
  }
  for (const [name, input] of Object.entries(inputs)) {
    const picker =
      input.kind === "voice" || input.kind === "style" ? new Picker(node, name, input) : undefined;
    makeTypedInput(node, name, input, picker);
    if (picker) pickers.push(picker);
  }
  followSettings(node, form);
  foldAdvanced(node, form);
  explain(node, form);
  for (const picker of pickers) picker.watch();
}

/** A flow that leaves a setting out means its default. */
export function restoreSetting(element: JQuery, standard: string | number | boolean): void {
  if (typeof standard === "boolean") element.prop("checked", standard);
  else element.val(standard);
}

function makeTypedInput(node: EditorNode, name: string, input: Input, picker: Picker | undefined): void {
  const element = elementOf(node, name);
  const fresh = sourceOf(input);
  const stored = node[`${name}Type`];
  const type = typeof stored === "string" && stored !== "" ? stored : fresh.type;
  element.val(String(storedValue(node, name) ?? fresh.value));
  elementOf(node, `${name}Type`).val(type);
  element.attr("placeholder", input.required === true ? "" : placeholderOf(node, name, input));
  typedInput(element).typedInput({
    types: sourcesOf(node, name, input, picker?.offers),
    typeField: `#${elementOf(node, `${name}Type`).attr("id") ?? ""}`,
    default: type,
  });
  if (type === literalTypeOf("text")) restoreText(element, node[name]);
}

/** A blank field says what the service takes then, where that is known. */
const placeholderOf = (node: EditorNode, name: string, input: Input): string =>
  input.default === undefined ? "" : blankWord(node, name, input);
