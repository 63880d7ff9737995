/** A slider beside each number that has a range a hand can set. */
import type { Input, Setting } from "../schema/description";
import { currentValue, elementOf, isLiteral } from "./fields";
import { labelIdOf } from "./labels";
import { typedInput, type EditorNode } from "./red-types";
import { isBlank } from "./rules";
import { specOf } from "./spec";

/** A wider range is typed: one pixel of the slider would be several steps. */
const WIDEST = 200;

/** Steps of a range that is narrower than this are fractions. */
const NARROW = 10;

interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Adds the sliders of a dialog. */
export function addSliders(node: EditorNode): void {
  const { inputs, settings } = specOf(node.type);
  for (const [name, input] of Object.entries(inputs)) {
    const range = rangeOf(input);
    if (range) addToInput(node, name, input, range);
  }
  for (const [name, setting] of Object.entries(settings)) {
    const range = rangeOf(setting);
    if (range) addToSetting(node, name, range);
  }
}

/** The range of a slider; undefined without a range, or with one that is too wide. */
function rangeOf(field: Input | Setting): Range | undefined {
  if (field.kind !== "number" && field.kind !== "integer" && field.kind !== "count") return undefined;
  const { min, max } = field;
  if (min === undefined || max === undefined || max - min > WIDEST) return undefined;
  return { min, max, step: field.kind === "number" && max - min < NARROW ? 0.05 : 1 };
}

function addToInput(node: EditorNode, name: string, input: Input, range: Range): void {
  const element = elementOf(node, name);
  const row = element.closest(".form-row");
  const slider = sliderFor(node, name, range, (value) => typedInput(element).typedInput("value", value));
  const standard = typeof input.default === "number" ? input.default : range.min;
  const update = (): void => {
    const literal = isLiteral(node, name, input);
    row.toggleClass("vocu-has-slider", literal);
    slider.hidden = !literal;
    follow(slider, currentValue(node, name), standard);
  };
  row.find(".red-ui-typedInput-container").after(slider);
  element.on("change keyup", update);
  update();
}

function addToSetting(node: EditorNode, name: string, range: Range): void {
  const element = elementOf(node, name);
  const slider = sliderFor(node, name, range, (value) => void element.val(value).trigger("change"));
  const update = (): void => follow(slider, currentValue(node, name), range.min);
  element.after(slider).on("change keyup", update);
  update();
}

function sliderFor(
  node: EditorNode,
  name: string,
  { min, max, step }: Range,
  moved: (value: string) => void,
): HTMLInputElement {
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", className: "vocu-slider", min, max, step });
  slider.setAttribute("aria-labelledby", labelIdOf(node, name));
  slider.addEventListener("input", () => moved(slider.value));
  return slider;
}

/** A blank or invalid value leaves the slider where the service's own default is. */
function follow(
  slider: HTMLInputElement,
  value: string | number | boolean | undefined,
  standard: number,
): void {
  const number = Number(value);
  const at = String(isBlank(value) || !Number.isFinite(number) ? standard : number);
  if (slider.value !== at) slider.value = at;
}
