/** The help panel of a node, in the form of Node-RED's style guide. */
import type { Description, Input, Setting } from "../../lib/schema/description";
import type { FieldWords, NodeWords } from "./node-words";
import type { Source } from "./sources";

/** The file `locales/<lang>/<name>.html`. Prose is Markdown; property lists are HTML, which may hold colons. */
export function helpOf(source: Source, words: NodeWords): string {
  const sections = [
    words.summary,
    ...(source.kind === "node" ? inputsSection(source.description, words) : []),
    ...settingsSection(source, words),
    ...outputsSection(words),
    ...detailsSection(source, words),
    referencesSection(words),
  ];
  const { type } = source.description;
  return `<script type="text/markdown" data-help-name="${type}">\n${sections.join("\n\n")}\n</script>\n`;
}

function inputsSection({ inputs }: Description, words: NodeWords): string[] {
  const fields = Object.entries(inputs).map(([name, input]) =>
    entry({
      name: words.inputs[name]?.label ?? name,
      type: `${name}: ${typeOf(input)}`,
      text: sentenceOf(words, words.inputs[name], notesOf(input, words)),
      // Fields that depend on a setting are not marked as required.
      optional: input.when !== undefined || (input.required !== true && input.requiredUnless === undefined),
    }),
  );
  const others = Object.entries(words.properties).map(([key, text]) => propertyEntry(key, text, true));
  const sources = fields.length === 0 ? [] : [words.phrases.sources];
  return [`### ${words.phrases.inputs}`, ...sources, list([...fields, ...others])];
}

function settingsSection(source: Source, words: NodeWords): string[] {
  const { settings = {} } = source.description;
  const described = Object.entries(settings).map(([name, setting]) =>
    entry({
      name: words.settings[name]?.label ?? name,
      text: settingText(setting, words.settings[name], words.phrases),
    }),
  );
  const others = Object.values({ ...words.credentials, ...words.references }).map(({ label, help }) =>
    entry({ name: label, text: help }),
  );
  const entries = [...others, ...described];
  return entries.length === 0 ? [] : [`### ${words.phrases.settings}`, list(entries)];
}

function outputsSection({ outputs, phrases }: NodeWords): string[] {
  if (outputs.length === 0) return [];
  const properties = outputs.map((output) =>
    list(Object.entries(output.properties).map(([key, text]) => propertyEntry(key, text, false))),
  );
  const ports = outputs.map(({ label }, index) => `<li>${inline(label)}\n${properties[index] ?? ""}\n</li>`);
  const body =
    outputs.length === 1 ? properties.join("") : `<ol class="node-ports">\n${ports.join("\n")}\n</ol>`;
  return [`### ${phrases.outputs}`, body];
}

function detailsSection(source: Source, { details, phrases }: NodeWords): string[] {
  const legacy = source.kind === "node" && source.description.legacy === true ? [phrases.legacy] : [];
  const prose = [...legacy, ...(details === "" ? [] : [details])];
  return prose.length === 0 ? [] : [`### ${phrases.details}`, ...prose];
}

function referencesSection({ phrases }: NodeWords): string {
  return [
    `### ${phrases.references}`,
    "",
    `- [${phrases.docs}](https://dev.vocu.ai)`,
    `- [${phrases.console}](https://app.vocu.ai/apiKey)`,
  ].join("\n");
}

/** The JavaScript type of a message property. */
export function typeOf(input: Input): string {
  switch (input.kind) {
    case "number":
    case "integer":
      return "number";
    case "toggle":
      return "boolean";
    case "object":
      return "object";
    case "list":
      return "array";
    case "file":
      return "buffer | string";
    default:
      return "string";
  }
}

/** Bounds, default and other limits, each a short phrase. */
function notesOf(input: Input, { phrases }: NodeWords): string[] {
  const { min, max, length } = input;
  return [
    ...(min !== undefined && max !== undefined ? [range(phrases.range, min, max)] : []),
    ...(length === undefined ? [] : [fill(phrases.length, String(length))]),
    ...(input.default === undefined ? [] : [fill(phrases.default, code(input.default))]),
    ...(input.open === true ? [phrases.open] : []),
  ];
}

/** Help shows labels, not stored values. */
function settingText(setting: Setting, field: FieldWords | undefined, phrases: NodeWords["phrases"]): string {
  const help = field?.help ?? "";
  switch (setting.kind) {
    case "select": {
      const words = setting.choices.map((value) => field?.choices[value] ?? value).join(phrases.semicolon);
      const standard = field?.choices[setting.default] ?? setting.default;
      return `${help} ${fill(phrases.oneOf, words)} ${fill(phrases.default, standard)}`;
    }
    case "count":
      return `${help} ${range(phrases.range, setting.min, setting.max)} ${fill(phrases.default, code(setting.default))}`;
    default:
      return help;
  }
}

function sentenceOf({ phrases }: NodeWords, field: FieldWords | undefined, notes: readonly string[]): string {
  const choices = Object.entries(field?.choices ?? {}).map(([value, word]) =>
    word.toLowerCase() === value.toLowerCase()
      ? code(value)
      : fill(phrases.meaning, word).replace("__code__", code(value)),
  );
  const oneOf = choices.length === 0 ? [] : [fill(phrases.oneOf, choices.join(phrases.comma))];
  return [field?.help ?? "", ...oneOf, ...notes].join(" ");
}

const code = (value: string | number | boolean): string => `\`${value}\``;
const fill = (phrase: string, value: string): string => phrase.replace("__value__", () => value);
const range = (phrase: string, min: number, max: number): string =>
  phrase.replace("__min__", () => String(min)).replace("__max__", () => String(max));

const list = (entries: readonly string[]): string =>
  `<dl class="message-properties">\n${entries.join("\n")}\n</dl>`;

/** `payload (string)` -> an entry of a property list. */
function propertyEntry(key: string, text: string, optional: boolean): string {
  const parts = /^(\S+) \((.+)\)$/.exec(key);
  return entry({ name: parts?.[1] ?? key, type: parts?.[2], text, optional });
}

interface Entry {
  readonly name: string;
  readonly type?: string;
  readonly text: string;
  readonly optional?: boolean;
}

function entry({ name, type, text, optional }: Entry): string {
  const span = type === undefined ? "" : ` <span class="property-type">${inline(type)}</span>`;
  return `<dt${optional === true ? ' class="optional"' : ""}>${inline(name)}${span}</dt><dd>${inline(text)}</dd>`;
}

/** Plain text with `code` as HTML. */
function inline(text: string): string {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return escaped.replace(/`([^`]+)`/g, "<code>$1</code>");
}
