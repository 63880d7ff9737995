/** The rows of a dialog: explanations, rows that come and go, and the ones that are folded away. */
import { currentValue, elementOf, freshValue, isShown } from "./fields";
import type { EditorNode } from "./red-types";
import { specOf } from "./spec";
import { helpOf } from "./words";

/** The rows that belong to inputs and settings, by property. */
function rowsOf(form: JQuery): [string, JQuery][] {
  return form
    .find("[data-vocu]")
    .toArray()
    .map((row) => [row.dataset.vocu ?? "", $(row)]);
}

/** Explains each field when its label is pointed at. */
export function explain(node: EditorNode, form: JQuery): void {
  const { inputs } = specOf(node.type);
  for (const [name, row] of rowsOf(form)) {
    RED.popover.tooltip(row.children("label"), helpOf(node, name in inputs ? "inputs" : "settings", name));
  }
}

/** Shows rows only while the settings they depend on have the right values. */
export function followSettings(node: EditorNode, form: JQuery): void {
  const { inputs, settings } = specOf(node.type);
  const dependent = rowsOf(form).flatMap(([name, row]) => {
    const when = inputs[name]?.when ?? settings[name]?.when;
    return when ? [{ row, when }] : [];
  });
  const update = (): void => {
    for (const { row, when } of dependent) row.toggle(isShown(node, when));
    hideEmptyGroups(form);
  };
  const watched = new Set(dependent.flatMap(({ when }) => Object.keys(when)));
  for (const setting of watched) elementOf(node, setting).on("change", update);
  update();
}

/** A heading without a row below it says nothing. */
export function hideEmptyGroups(form: JQuery): void {
  for (const group of form.find(".vocu-group").toArray()) {
    const rows = $(group).children(".form-row").toArray();
    $(group).toggle(rows.some((row) => row.style.display !== "none"));
  }
}

/** Folds rows away; they lie open where one of them has been set. */
export function foldAdvanced(node: EditorNode, form: JQuery): void {
  for (const title of form.find(".vocu-fold").toArray())
    fold(node, $(title), $(title).next(".vocu-advanced"));
}

function fold(node: EditorNode, title: JQuery, folded: JQuery): void {
  let open = rowsOf(folded).some(
    ([name]) => String(currentValue(node, name)) !== String(freshValue(node, name)),
  );
  const update = (): void => {
    folded.toggle(open);
    title.attr("aria-expanded", String(open)).find("i").toggleClass("fa-rotate-90", open);
  };
  title.on("click", (event) => {
    event.preventDefault();
    open = !open;
    update();
  });
  update();
}
