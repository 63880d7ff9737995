/** Names for what Node-RED draws: `<label for>` points at an input that a TypedInput hides, and its buttons have icons only. */
import { elementOf, prefixOf } from "./fields";
import { widgetOf, type EditorNode, type TypedInputWidget } from "./red-types";
import { specOf } from "./spec";
import { labelOf, word } from "./words";

/** The id of a field's label. */
export const labelIdOf = (node: EditorNode, name: string): string => `${prefixOf(node)}${name}-caption`;

/** What a person types into or presses for a property: the part of its TypedInput that is shown, else the field itself. */
export function controlsOf(node: EditorNode, name: string): JQuery {
  const element = elementOf(node, name);
  if (!(name in specOf(node.type).inputs)) return element;
  const { input, uiSelect, optionSelectTrigger } = widgetOf(element);
  return input.add(optionSelectTrigger).add(uiSelect.find(".vocu-combo input"));
}

/** Names the fields of all inputs, whatever source is chosen. */
export function nameFields(node: EditorNode, form: JQuery): void {
  for (const name of Object.keys(specOf(node.type).inputs)) {
    const element = elementOf(node, name);
    const label = form.find(`#${labelIdOf(node, name)}`);
    // Node-RED fills in the label's words only after the dialog is prepared.
    const words = labelOf(node, "inputs", name);
    const naming = (): void => nameField(widgetOf(element), label.attr("id") ?? "", words);
    element.on("change typedinputtypechange", naming);
    naming();
    label.on("click", () => {
      controlsOf(node, name).filter(":visible").first().trigger("focus");
    });
  }
}

function nameField(widget: TypedInputWidget, label: string, words: string): void {
  const source = widget.selectTrigger.attr("title") ?? "";
  widget.input.add(widget.uiSelect.find(".vocu-combo input")).attr("aria-labelledby", label);
  widget.selectTrigger.attr("aria-label", word("dialog.source", { label: words, source }));
  widget.optionSelectTrigger.attr("aria-label", `${words}: ${widget.optionSelectTrigger.text().trim()}`);
  widget.optionExpandButton.attr("aria-label", word("dialog.list.open", { label: words }));
}
