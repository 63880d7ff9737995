/** Says below each field why it is wrong, in the runtime's words, and ties the sentence to the field. */
import { currentValue, elementOf, prefixOf } from "./fields";
import { element } from "./elements";
import { controlsOf } from "./labels";
import type { EditorNode } from "./red-types";
import { isBlank } from "./rules";
import { specOf } from "./spec";
import { validate } from "./validate";
import { word } from "./words";

/** Further checks of a dialog: property to what is wrong with it. */
export type MoreChecks = Readonly<Record<string, () => string | undefined>>;

/** Keeps the sentences below the fields up to date. */
export function watchProblems(node: EditorNode, form: JQuery, more: MoreChecks = {}): void {
  const { inputs, settings } = specOf(node.type);
  const checks: MoreChecks = {
    ...Object.fromEntries(
      [...Object.keys(inputs), ...Object.keys(settings)].map((name) => [name, checkOf(node, name)]),
    ),
    account: () =>
      isChosen(currentValue(node, "account"))
        ? undefined
        : word("errors.INPUT_MISSING", { label: word("dialog.account") }),
    ...more,
  };
  const lines = Object.entries(checks).flatMap(([name, check]) => {
    const line = lineOf(node, name);
    return line ? [{ name, check, line }] : [];
  });
  let due = false;
  const update = (): void => {
    due = false;
    for (const { name, check, line } of lines) put(node, name, line, check());
  };
  form.on("change keyup paste input", () => {
    // Node-RED and the widgets still pass values on while an event bubbles.
    if (!due) setTimeout(update);
    due = true;
  });
  update();
}

const checkOf = (node: EditorNode, name: string) => (): string | undefined => {
  const checked = validate(node, name, currentValue(node, name), {});
  return typeof checked === "string" ? checked : undefined;
};

const isChosen = (value: string | number | boolean | undefined): boolean =>
  !isBlank(value) && value !== "_ADD_";

function lineOf(node: EditorNode, name: string): HTMLElement | undefined {
  const row = elementOf(node, name).closest(".form-row")[0];
  if (!row) return undefined;
  const line = element("div", "vocu-problem");
  line.id = `${prefixOf(node)}${name}-problem`;
  row.append(line);
  return line;
}

function put(node: EditorNode, name: string, line: HTMLElement, problem: string | undefined): void {
  const controls = controlsOf(node, name);
  controls.attr("aria-invalid", problem === undefined ? null : "true");
  controls.attr("aria-describedby", problem === undefined ? null : line.id);
  if (line.textContent === (problem ?? "")) return;
  line.replaceChildren(
    ...(problem === undefined
      ? []
      : [element("i", "fa fa-exclamation-circle"), element("span", "", problem)]),
  );
  line.style.display = problem === undefined ? "none" : "block";
}
