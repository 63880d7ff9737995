/** The rows of a node's edit dialog; `lib/editor` adds their behaviour. */
import type { Input, Setting } from "../../lib/schema/description";
import { listOf, nameProperty } from "../../lib/editor/picked";
import { labelProperty } from "./definition";
import { groupOf, GROUPS, type Group } from "./groups";
import { SHARED_NAMESPACE } from "./paths";
import type { ConfigSource, NodeSource, Source } from "./sources";

/** The template of a node's dialog. */
export function dialogOf(source: Source): string {
  const rows = source.kind === "config" ? configRows(source) : nodeRows(source);
  return [
    `<script type="text/html" data-template-name="${source.description.type}">`,
    '<div class="vocu-form">',
    ...rows,
    "</div>",
    "</script>",
  ].join("\n");
}

function nodeRows({ description }: NodeSource): string[] {
  const inputs = Object.entries(description.inputs);
  const settings = Object.entries(description.settings ?? {});
  const deciding = new Set(inputs.flatMap(([, { when }]) => Object.keys(when ?? {})));
  const fieldsOf = (advanced: boolean): Field[] => [
    ...inputs
      .filter(([, input]) => (input.advanced ?? false) === advanced)
      .map(([name, input]) => ({ name, html: inputRow(name, input) })),
    ...settings
      .filter(([name, setting]) => (setting.advanced ?? false) === advanced && !deciding.has(name))
      .map(([name, setting]) => ({ name, html: settingRow("node-input", name, setting) })),
  ];
  return [
    nameRow("node-input", labelProperty(description)),
    ...(description.account === false ? [] : [accountRow()]),
    // Settings that select the inputs come before them.
    ...settings
      .filter(([name]) => deciding.has(name))
      .map(([name, setting]) => settingRow("node-input", name, setting)),
    ...fieldsOf(false).map(({ html }) => html),
    ...advanced("node-input", fieldsOf(true)),
  ];
}

function configRows({ description }: ConfigSource): string[] {
  const prefix = "node-config-input";
  const fieldsOf = (folded: boolean): Field[] =>
    Object.entries(description.settings)
      .filter(([, setting]) => (setting.advanced === true) === folded)
      .map(([name, setting]) => ({ name, html: settingRow(prefix, name, setting) }));
  const plain = (name: string, icon: string, control: (id: string) => string): string =>
    row({ id: `${prefix}-${name}`, icon, label: `settings.${name}.label`, field: name }, control);
  const secrets = description.credentials.map((name) => plain(name, "key", passwordField));
  const references = Object.entries(description.references).map(([name, type]) => ({
    name,
    html: plain(name, REFERENCE_ICONS[type] ?? "cog", textField),
  }));
  return [
    nameRow(prefix, "name"),
    ...fieldsOf(false).map(({ html }) => html),
    ...secrets,
    '<div class="form-row vocu-test"></div>',
    ...advanced(prefix, [
      ...references,
      ...fieldsOf(true),
      { name: "keptPhrases", html: '<div class="form-row vocu-kept"></div>' },
      { name: "clearCache", html: '<div class="form-row vocu-clear-cache"></div>' },
    ]),
  ];
}

const accountRow = (): string =>
  row({ id: "node-input-account", icon: "user-circle-o", label: shared("dialog.account") }, textField);

const nameRow = (prefix: string, property: string): string =>
  row({ id: `${prefix}-${property}`, icon: "tag", label: "node-red:common.label.name" }, (id) =>
    textField(id, "[placeholder]node-red:common.label.name"),
  );

function inputRow(name: string, input: Input): string {
  const id = `node-input-${name}`;
  const head = { id, icon: inputIcon(input), label: `inputs.${name}.label`, field: name };
  const names =
    listOf(name, input) === undefined ? "" : `<input type="hidden" id="node-input-${nameProperty(name)}">`;
  return row(head, () => `${textField(id)}<input type="hidden" id="${id}Type">${names}`);
}

function settingRow(prefix: string, name: string, setting: Setting): string {
  const head = {
    id: `${prefix}-${name}`,
    icon: setting.icon ?? "cog",
    label: `settings.${name}.label`,
    field: name,
  };
  switch (setting.kind) {
    case "select":
      return row(
        head,
        (id) =>
          `<select id="${id}" style="width: calc(100% - 175px)">${options(name, setting.choices)}</select>`,
      );
    case "count":
      return row(head, (id) => `<input type="text" id="${id}" style="width: 120px">`);
    case "check":
      return row(head, (id) => `<input type="checkbox" id="${id}" style="width: auto">`);
    default:
      return row(head, textField);
  }
}

const options = (name: string, choices: readonly string[]): string =>
  choices
    .map(
      (value) =>
        `<option value="${value}" data-i18n="settings.${name}.choices.${value.replace(/[.:]/g, "_")}"></option>`,
    )
    .join("");

/** A row, and the input or setting that it is for. */
interface Field {
  readonly name: string;
  readonly html: string;
}

/** Rows that are collapsed initially, under their sub-headings. */
function advanced(prefix: string, fields: readonly Field[]): string[] {
  if (fields.length === 0) return [];
  const of = (group: Group | undefined): string[] =>
    fields.filter(({ name }) => groupOf(name) === group).map(({ html }) => html);
  const groups = (Object.keys(GROUPS) as Group[]).filter((group) => group !== "rare" && of(group).length > 0);
  return fold("dialog.advanced", [
    ...of(undefined),
    ...groups.flatMap((group) => [
      `<div class="vocu-group" role="group" aria-labelledby="${prefix}-group-${group}">`,
      `<div class="vocu-heading" id="${prefix}-group-${group}" data-i18n="${shared(`dialog.groups.${group}`)}"></div>`,
      ...of(group),
      "</div>",
    ]),
    ...(of("rare").length > 0 ? fold("dialog.groups.rare", of("rare")) : []),
  ]);
}

/** The button that expands the collapsed rows; a button, so that Space and Enter work. */
const fold = (title: string, rows: readonly string[]): string[] => [
  `<button type="button" class="vocu-fold"><i class="fa fa-caret-right"></i> <span data-i18n="${shared(title)}"></span></button>`,
  '<div class="vocu-advanced">',
  ...rows,
  "</div>",
];

interface Row {
  readonly id: string;
  readonly icon: string;
  /** Key of its label. */
  readonly label: string;
  /** The input or setting that lib/editor handles. */
  readonly field?: string;
}

function row({ id, icon, label, field }: Row, control: (id: string) => string): string {
  const data = field === undefined ? "" : ` data-vocu="${field}"`;
  const caption = `<label for="${id}" id="${id}-caption"><i class="fa fa-fw fa-${icon}"></i> <span data-i18n="${label}"></span></label>`;
  return `<div class="form-row"${data}>${caption} ${control(id)}</div>`;
}

const textField = (id: string, words?: string): string => {
  const data = words === undefined ? "" : ` data-i18n="${words}"`;
  return `<input type="text" id="${id}" style="width: calc(100% - 175px)"${data}>`;
};
const passwordField = (id: string): string =>
  `<input type="password" id="${id}" placeholder="sk-…" autocomplete="off" style="width: calc(100% - 175px)">`;
const shared = (key: string): string => `${SHARED_NAMESPACE}:${key}`;

const INPUT_ICONS: Readonly<Record<Input["kind"], string>> = {
  text: "align-left",
  number: "sliders",
  integer: "sliders",
  toggle: "toggle-on",
  choice: "list-ul",
  object: "code",
  list: "code",
  voice: "microphone",
  style: "smile-o",
  file: "file-audio-o",
};

const inputIcon = ({ kind, file }: Input): string =>
  file?.media === "image" ? "picture-o" : INPUT_ICONS[kind];

/** By the type of the config node that is referred to. */
const REFERENCE_ICONS: Readonly<Record<string, string>> = { "http proxy": "random", "tls-config": "lock" };
