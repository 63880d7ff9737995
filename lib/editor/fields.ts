/** The current values of a node's fields: those of its open dialog, else those it was saved with. */
import { sourceOf, type Input, type When } from "../schema/description";
import type { EditorNode } from "./red-types";
import { specOf } from "./spec";

/** What a field can hold; undefined where a flow left it out and there is no default. */
export type FieldValue = string | number | boolean | undefined;

/** Where the inputs of a dialog are found. */
export const prefixOf = (node: EditorNode): string =>
  node.type === "vocu-account" ? "node-config-input-" : "node-input-";

/** The form element of a property. */
export const elementOf = (node: EditorNode, property: string): JQuery => $(`#${prefixOf(node)}${property}`);

/** The value of a property; one that a flow left out has the value of a fresh node. */
export function currentValue(node: EditorNode, property: string): FieldValue {
  const element = RED.editor.getEditStack().includes(node) ? elementOf(node, property) : $();
  if (element.length === 0) return storedValue(node, property) ?? freshValue(node, property);
  return element.attr("type") === "checkbox" ? element.is(":checked") : plain(element.val());
}

/** What a node was saved with. */
export const storedValue = (node: EditorNode, property: string): FieldValue => plain(node[property]);

/** Hand-written flows may hold lists and objects, which the runtime reads as their JSON. */
export function plain(value: unknown): FieldValue {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return JSON.stringify(value);
}

/** What a fresh node has in a property of an input or a setting. */
export function freshValue(node: EditorNode, property: string): FieldValue {
  const { inputs, settings } = specOf(node.type);
  const input = inputs[property];
  if (input) return sourceOf(input).value;
  const typed = property.endsWith("Type") ? inputs[property.slice(0, -"Type".length)] : undefined;
  return typed ? sourceOf(typed).type : settings[property]?.default;
}

/** Whether the settings have the values that an input or a setting waits for. */
export function isShown(node: EditorNode, when: When | undefined): boolean {
  return Object.entries(when ?? {}).every(([setting, wanted]) => {
    const value = String(currentValue(node, setting));
    const shown = typeof wanted === "string" ? value === wanted : wanted.includes(value);
    return shown && isShown(node, specOf(node.type).settings[setting]?.when);
  });
}

/** The input's literal type is chosen, and not a message property or another source. */
export const isLiteral = (node: EditorNode, name: string, input: Input): boolean =>
  currentValue(node, `${name}Type`) === sourceOf({ ...input, from: "" }).type;
