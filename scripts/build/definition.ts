/** The editor half of a node: `registerType` with everything literal, as the Flow Library and the scorecard read it. */
import { sourceOf, type Description, type Setting } from "../../lib/schema/description";
import { listOf, nameProperty } from "../../lib/editor/picked";
import { FAMILIES } from "./families";
import type { ConfigSource, NodeSource, Source } from "./sources";

/** Facts for the editor that are not in the description. */
export interface About {
  /** Search words of all languages. */
  readonly keywords: string;
}

/** The property with the version of a node's stored settings, and the current version (docs/adr/0007). */
const VERSION_PROPERTY = "settingsVersion";
const VERSION = 1;

/** The script of a node's html: passes the node's definition to lib/editor, and registers it. */
export function definitionOf(source: Source, about: About): string {
  const body = source.kind === "config" ? configDefinition(source) : nodeDefinition(source);
  const { type } = source.description;
  return [
    `vocuEditor.describe("${type}", ${JSON.stringify(specOf(source, about))});`,
    `RED.nodes.registerType("${type}", ${literal(body, "")});`,
  ].join("\n");
}

/** Code that is inserted into the definition unchanged. */
class Code {
  constructor(readonly text: string) {}
}

/** Settings that were saved in the current dialog have the current version. */
const SAVED = new Code(`function () { this.${VERSION_PROPERTY} = ${VERSION}; }`);

interface Literal {
  readonly [key: string]: string | number | boolean | Code | Literal;
}

/** The property that holds the node's own label: `name`, or `label` where an input is called `name`. */
export const labelProperty = ({ inputs }: Pick<Description, "inputs">): "name" | "label" =>
  "name" in inputs ? "label" : "name";

/** The part of a description that the dialog and its validation use. */
function specOf(source: Source, { keywords }: About): object {
  const { settings = {} } = source.description;
  if (source.kind === "config") return { inputs: {}, settings };
  const { inputs, account = true } = source.description;
  return { inputs, settings, account, keywords };
}

function nodeDefinition({ name, description }: NodeSource): Literal {
  const { category, color } = FAMILIES[description.family];
  const label = labelProperty(description);
  const inputs = Object.entries(description.inputs).flatMap(([input, spec]): [string, Literal][] => {
    const fresh = sourceOf(spec);
    return [
      [input, { value: fresh.value, validate: validator(input) }],
      [`${input}Type`, { value: fresh.type }],
      ...(listOf(input, spec) === undefined
        ? []
        : [[nameProperty(input), { value: "" }] satisfies [string, Literal]]),
    ];
  });
  return {
    category,
    color,
    defaults: {
      [label]: { value: "" },
      ...(description.account === false
        ? {}
        : { account: { value: "", type: "vocu-account", required: true } }),
      ...Object.fromEntries(inputs),
      ...settingDefaults(description.settings ?? {}),
      [VERSION_PROPERTY]: { value: VERSION },
    },
    inputs: 1,
    outputs: description.outputs,
    icon: `${name}.svg`,
    paletteLabel: new Code('function () { return this._("label"); }'),
    label: new Code(`function () { return this.${label} || vocuEditor.labelOf(this); }`),
    labelStyle: new Code(`function () { return this.${label} ? "node_label_italic" : ""; }`),
    outputLabels: new Code('function (index) { return this._("outputs." + (index + 1)); }'),
    oneditprepare: new Code("function () { vocuEditor.prepare(this); }"),
    oneditsave: SAVED,
  };
}

function configDefinition({ name, description }: ConfigSource): Literal {
  const references = Object.entries(description.references).map(([property, type]): [string, Literal] => [
    property,
    { value: "", type, required: false },
  ]);
  return {
    category: "config",
    color: FAMILIES.library.color,
    defaults: {
      name: { value: "" },
      ...settingDefaults(description.settings),
      ...Object.fromEntries(references),
      // It has no field of its own, so faults of the account as a whole are shown with it.
      [VERSION_PROPERTY]: {
        value: VERSION,
        validate: new Code("function (value, options) { return vocuEditor.validateKey(this); }"),
      },
    },
    credentials: Object.fromEntries(description.credentials.map((secret) => [secret, { type: "password" }])),
    icon: `${name}.svg`,
    paletteLabel: new Code('function () { return this._("label"); }'),
    label: new Code('function () { return this.name || this._("label"); }'),
    labelStyle: new Code('function () { return this.name ? "node_label_italic" : ""; }'),
    oneditprepare: new Code("function () { vocuEditor.prepareAccount(this); }"),
    oneditsave: SAVED,
  };
}

function settingDefaults(settings: Readonly<Record<string, Setting>>): Record<string, Literal> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [
      name,
      { value: setting.default, validate: validator(name) },
    ]),
  );
}

/** Two declared parameters: only then may a validator answer with a sentence. */
const validator = (property: string): Code =>
  new Code(`function (value, options) { return vocuEditor.validate(this, "${property}", value, options); }`);

function literal(value: Literal[string], indent: string): string {
  if (value instanceof Code) return value.text;
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(
    ([key, member]) => `${inner}${keyOf(key)}: ${literal(member, inner)},`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}

const keyOf = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));
