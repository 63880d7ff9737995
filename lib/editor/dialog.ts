/** Brings a node's edit dialog to life. */
import { literalTypeOf, sourceOf, type Input } from "../schema/description";
import { voiceName } from "./choices";
import { Combobox } from "./combobox";
import { watchConflicts } from "./conflicts";
import { elementOf, isLiteral, prefixOf, storedValue } from "./fields";
import { explain, foldAdvanced, followSettings } from "./form-rows";
import { nameFields } from "./labels";
import { addListening } from "./listen";
import { deviceBox, tellAboutMachine } from "./machine";
import { restoreText } from "./multiline";
import { listOf } from "./picked";
import { Picker } from "./picker";
import { watchProblems } from "./problems";
import { typedInput, type EditorNode } from "./red-types";
import { addSliders } from "./sliders";
import { blankWord, choiceOffers, sourcesOf } from "./sources";
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
    const picker = pickerOf(node, name, input);
    const placeholder = placeholderOf(node, name, input);
    const box = picker?.combobox ?? choiceBox(node, name, input) ?? deviceBox(node, name, placeholder);
    makeTypedInput(node, name, input, box);
    if (picker) pickers.push(picker);
  }
  followSettings(node, form);
  foldAdvanced(node, form);
  explain(node, form);
  nameFields(node, form);
  for (const picker of pickers) picker.watch();
  addSliders(node);
  watchConflicts(node, form);
  watchProblems(node, form);
  addListening(node, form);
  tellAboutMachine(node);
}

/** A flow that leaves a setting out means its default. */
export function restoreSetting(element: JQuery, standard: string | number | boolean): void {
  if (typeof standard === "boolean") element.prop("checked", standard);
  else element.val(standard);
}

function pickerOf(node: EditorNode, name: string, input: Input): Picker | undefined {
  if (listOf(name, input) === undefined) return undefined;
  const chosen = (): void => {
    if (input.kind === "voice") forgetStyles(node, name);
  };
  return new Picker(node, name, input, placeholderOf(node, name, input), chosen);
}

/** Another voice has other styles. */
function forgetStyles(node: EditorNode, voice: string): void {
  for (const [name, input] of Object.entries(specOf(node.type).inputs)) {
    const belongs = input.kind === "style" && voiceName(input) === voice;
    if (belongs && isLiteral(node, name, input)) typedInput(elementOf(node, name)).typedInput("value", "");
  }
}

function choiceBox(node: EditorNode, name: string, input: Input): Combobox | undefined {
  if (input.kind !== "choice" || input.open !== true) return undefined;
  const offers = choiceOffers(node, name, input);
  const box = new Combobox({
    id: `${prefixOf(node)}${name}`,
    placeholder: placeholderOf(node, name, input),
    offers: () => Promise.resolve(offers),
    knownName: () => "",
  });
  box.renew(offers);
  return box;
}

function makeTypedInput(node: EditorNode, name: string, input: Input, combobox?: Combobox): void {
  const element = elementOf(node, name);
  const fresh = sourceOf(input);
  const stored = node[`${name}Type`];
  const type = typeof stored === "string" && stored !== "" ? stored : fresh.type;
  element.val(String(storedValue(node, name) ?? fresh.value));
  elementOf(node, `${name}Type`).val(type);
  element.attr("placeholder", placeholderOf(node, name, input));
  typedInput(element).typedInput({
    types: sourcesOf(node, name, input, combobox),
    typeField: `#${elementOf(node, `${name}Type`).attr("id") ?? ""}`,
    default: type,
  });
  if (type === literalTypeOf("text")) restoreText(element, node[name]);
}

/** A blank field says what the service takes then, where that is known. */
const placeholderOf = (node: EditorNode, name: string, input: Input): string =>
  input.required === true || input.default === undefined ? "" : blankWord(node, name, input);
