/** The page of one node in the node reference. */
import { sourceOf, type Input, type PaletteDescription, type Setting } from "../../lib/schema/description";
import { typeOf } from "../build/help";
import type { FieldWords, NodeWords } from "../build/node-words";
import type { Source } from "../build/sources";
import type { Language } from "../build/words";
import { codesOf, sentenceOf, type Operations } from "./errors";
import { anchor, code, section, table } from "./markdown";

/** The sources of a page. */
export interface Page {
  readonly source: Source;
  readonly words: NodeWords;
  /** Names of the examples that show the node. */
  readonly examples: readonly string[];
  readonly operations: Operations;
  readonly language: Language;
}

/** The page as Markdown. */
export function nodePage(page: Page): string {
  const { source, words } = page;
  const parts = [
    `# ${words.label}`,
    words.summary,
    facts(page),
    ...(source.kind === "node" ? inputs(source.description, words) : []),
    ...section("Message properties", properties(words.properties)),
    ...settings(source, words),
    ...section("Outputs", ...outputs(words)),
    ...section("Details", words.details),
    ...(source.kind === "node" ? errors(source.description, page) : []),
    ...section("Examples", examples(page)),
    "[All nodes](README.md)",
  ];
  return `${parts.join("\n\n")}\n`;
}

function facts({ source, words, operations }: Page): string {
  const { type } = source.description;
  if (source.kind === "config") return `Node type: ${code(type)}, a config node.`;
  const { reference, operationId = "", legacy } = source.description;
  const operation = operations.get(operationId);
  const call = operation === undefined ? "" : ` (${code(`${operation.method} ${operation.path}`)})`;
  const documented =
    reference === undefined
      ? "It calls no API."
      : `[API reference](../api-reference.md) ${reference}${call}.`;
  const old = legacy === true ? ` ${words.phrases.legacy}` : "";
  return `Node type: ${code(type)}. ${documented}${old}`;
}

function inputs(description: PaletteDescription, words: NodeWords): string[] {
  const rows = Object.entries(description.inputs).map(([name, input]) => [
    `**${words.inputs[name]?.label ?? name}**<br>${code(name)}`,
    typeOf(input),
    defaultOf(input),
    limits(input, words.inputs[name]),
    messageProperty(name, input),
    [needed(input, words), words.inputs[name]?.help ?? ""].filter(Boolean).join(" "),
  ]);
  if (rows.length === 0) return [];
  const headings = ["Input", "Type", "Default", "Range", "Message property", "What it is"];
  return section("Inputs", words.phrases.sources, table(headings, rows));
}

const defaultOf = (input: Input): string => (input.default === undefined ? "" : code(input.default));

/** The property that a new node reads, or the one that takes precedence over the dialog. */
function messageProperty(name: string, input: Input): string {
  if (input.messageWins === true) return `${code(`msg.${name}`)}, before the dialog's value`;
  const { type, value } = sourceOf(input);
  return type === "msg" ? code(`msg.${value}`) : "";
}

function needed(input: Input, words: NodeWords): string {
  const label = (name: string): string => words.inputs[name]?.label ?? words.settings[name]?.label ?? name;
  const conditions = Object.entries(input.when ?? {}).map(([name, values]) => {
    const choices = [values].flat().map((value) => words.settings[name]?.choices[value] ?? value);
    return `_${label(name)}_ is ${choices.map((choice) => `“${choice}”`).join(" or ")}`;
  });
  const others = [input.requiredUnless ?? []].flat().map((name) => `_${label(name)}_`);
  return [
    ...(input.required === true ? ["Required."] : []),
    ...(others.length === 0 ? [] : [`Required unless ${others.join(" or ")} is given.`]),
    ...(conditions.length === 0 ? [] : [`Only while ${conditions.join(" and ")}.`]),
  ].join(" ");
}

/** Bounds, choices, lengths and sizes, each a short phrase. */
function limits(input: Input, field: FieldWords | undefined): string {
  const { min, max, length, maxLength, choices, open, file } = input;
  return [
    ...(choices === undefined
      ? []
      : [choices.map((value) => choiceOf(value, field)).join(", ") + (open === true ? ", others" : "")]),
    ...(min === undefined && max === undefined ? [] : [bounds(min, max)]),
    ...(length === undefined ? [] : [`${length} items`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(file?.maxBytes === undefined ? [] : [`at most ${megabytes(file.maxBytes)} MB`]),
    ...(file !== undefined && "maxSeconds" in file && file.maxSeconds !== undefined
      ? [`${file.minSeconds ?? 0} to ${file.maxSeconds} s`]
      : []),
  ].join("; ");
}

/** In the units of the texts and errors, which say MB for 1024 × 1024 bytes. */
const megabytes = (bytes: number): number => Math.round(bytes / (1024 * 1024));

function bounds(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
}

const choiceOf = (value: string, field: FieldWords | undefined): string => {
  const word = field?.choices[value];
  return word === undefined || word.toLowerCase() === value.toLowerCase()
    ? code(value)
    : `${code(value)} (${word})`;
};

function settings({ description }: Source, words: NodeWords): string[] {
  const described = Object.entries(description.settings ?? {}).map(([name, setting]) => {
    const field = words.settings[name];
    return [`**${field?.label ?? name}**<br>${code(name)}`, ...valuesOf(setting, field), field?.help ?? ""];
  });
  const others = Object.values({ ...words.references, ...words.credentials }).map(({ label, help }) => [
    `**${label}**`,
    "",
    "",
    help,
  ]);
  const rows = [...others, ...described];
  return section(
    "Settings",
    rows.length === 0 ? "" : table(["Setting", "Values", "Default", "What it does"], rows),
  );
}

/** The values that a setting can have, and its default, with the labels of the dialog. */
function valuesOf(setting: Setting, field: FieldWords | undefined): [values: string, standard: string] {
  const word = (value: string): string => field?.choices[value] ?? value;
  switch (setting.kind) {
    case "select":
      return [setting.choices.map((value) => `“${word(value)}”`).join(", "), `“${word(setting.default)}”`];
    case "count":
      return [`${setting.min} to ${setting.max}`, code(setting.default)];
    case "check":
      return ["yes, no", setting.default ? "yes" : "no"];
    case "line":
      return ["text", setting.default === "" ? "" : code(setting.default)];
  }
}

/** `payload (object)` -> explanation, as a table; nothing if none exists. */
function properties(described: Readonly<Record<string, string>>): string {
  const rows = Object.entries(described).map(([key, text]) => {
    const [, name = key, type = ""] = /^(\S+) \((.+)\)$/.exec(key) ?? [];
    return [code(`msg.${name}`), type, text];
  });
  return rows.length === 0 ? "" : table(["Property", "Type", "What it is"], rows);
}

const outputs = (words: NodeWords): string[] =>
  words.outputs.flatMap(({ label, properties: described }, index) => [
    words.outputs.length === 1 ? "" : `### ${index + 1}. ${label}`,
    properties(described),
  ]);

function errors(description: PaletteDescription, { source, operations, language }: Page): string[] {
  const codes = codesOf(description, operations.get(description.operationId ?? ""));
  const rows = codes.map((name) => [code(name), sentenceOf(name, language, source.name)]);
  const guide = "[Errors and what to do](../guides/errors.md)";
  const others = description.account === false ? "" : ", such as those of the network";
  return section(
    "Errors",
    `A _catch_ node gets them as ${code("msg.error")}. There are others${others}: see ${guide}.`,
    rows.length === 0 ? "" : table([code("error.code"), "What it says"], rows),
  );
}

const examples = ({ examples: names }: Page): string =>
  names.map((name) => `- [${name}](../examples.md#${anchor(name)})`).join("\n");
