/** What a node without a name is called on the canvas: what it does. */
import { sourceOf } from "../schema/description";
import { storedValue } from "./fields";
import { listOf, nameProperty } from "./picked";
import type { EditorNode } from "./red-types";
import { specOf } from "./spec";

/** How many characters of a text are shown. */
const TEXT_LENGTH = 24;

/** `Ruby: The washing…` where a text is typed in, `Ruby · stream` where it comes with the message, else the palette's label. */
export function labelOf(node: EditorNode): string {
  const name = pickedName(node);
  const text = typedText(node);
  if (name === "") return text === "" ? node._("label") : text;
  return text === "" ? `${name} · ${shortLabel(node)}` : `${name}: ${text}`;
}

/** The name of the voice, template, splitter or task; blank where none was picked. */
function pickedName(node: EditorNode): string {
  for (const [input, spec] of Object.entries(specOf(node.type).inputs)) {
    if (spec.kind === "style" || listOf(input, spec) === undefined) continue;
    const name = storedValue(node, nameProperty(input));
    const isLiteral = (node[`${input}Type`] ?? sourceOf(spec).type) === "str";
    if (typeof name === "string" && name !== "" && isLiteral) return name;
  }
  return "";
}

function typedText(node: EditorNode): string {
  const text = node.textType === "str" ? storedValue(node, "text") : undefined;
  const words = typeof text === "string" ? text.replace(/\s+/g, " ").trim() : "";
  const characters = Array.from(words);
  return characters.length <= TEXT_LENGTH ? words : `${characters.slice(0, TEXT_LENGTH).join("").trim()}…`;
}

/** The node's own short word, where it has one. */
function shortLabel(node: EditorNode): string {
  const short = node._("short");
  return short.endsWith("short") ? node._("label") : short;
}
