/** The validators of every property, with a sentence for the user. */
import type { Input } from "../schema/description";
import { currentValue, isLiteral, isShown, plain, type FieldValue } from "./fields";
import type { EditorNode } from "./red-types";
import { isBlank, literalFault, settingFault, type Fault } from "./rules";
import { specOf } from "./spec";
import { labelOf, word } from "./words";

/**
 * Node-RED's validator: true, or what is wrong. `options` is only there where the answer may be a sentence.
 */
export function validate(
  node: EditorNode,
  property: string,
  value: unknown,
  options?: object,
): true | string | false {
  const { inputs, settings } = specOf(node.type);
  const input = inputs[property];
  const setting = settings[property];
  const given = plain(value) ?? currentValue(node, property);
  let wrong: string | undefined;
  if (input) wrong = isShown(node, input.when) ? inputFault(node, property, input, given) : undefined;
  else if (setting && isShown(node, setting.when)) {
    wrong = sentence(labelOf(node, "settings", property), settingFault(property, setting, given));
  }
  if (wrong === undefined) return true;
  return options ? wrong : false;
}

function inputFault(node: EditorNode, name: string, input: Input, value: FieldValue): string | undefined {
  const label = labelOf(node, "inputs", name);
  if (isBlank(value)) return isWanted(node, input) ? sentence(label, { code: "INPUT_MISSING" }) : undefined;
  if (isLiteral(node, name, input)) return sentence(label, literalFault(input, String(value)));
  const checked = RED.utils.validateTypedProperty(
    String(value),
    String(currentValue(node, `${name}Type`)),
    {},
  );
  return checked === true ? undefined : word("errors.INPUT_UNREADABLE", { label, detail: checked });
}

/** Whether a blank value would be an error. */
function isWanted(node: EditorNode, input: Input): boolean {
  if (input.requiredUnless !== undefined) {
    return [input.requiredUnless].flat().every((other) => isBlank(currentValue(node, other)));
  }
  return input.required === true;
}

const sentence = (label: string, fault: Fault | undefined): string | undefined =>
  fault && word(`errors.${fault.code}`, { label, ...fault.params });
