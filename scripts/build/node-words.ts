/** Resolves all words of one node in one language. */
import type { PaletteDescription, Setting } from "../../lib/schema/description";
import type { ConfigSource, NodeSource, Source } from "./sources";
import { Finder, type Language } from "./words";

/** A field of the dialog. */
export interface FieldWords {
  readonly label: string;
  readonly help: string;
  /** The words of its choices, by value. */
  readonly choices: Readonly<Record<string, string>>;
}

/** One output: its name, and the properties of its messages as `property (type)` -> explanation. */
interface OutputWords {
  readonly label: string;
  readonly properties: Readonly<Record<string, string>>;
}

export interface NodeWords {
  readonly code: string;
  /** The palette label. */
  readonly label: string;
  /** The label after the voice's name on the canvas, if the label is long; undefined if it is short enough. */
  readonly short?: string;
  /** Search terms of the palette, separated by spaces. */
  readonly keywords: string;
  /** The first paragraph of the help. */
  readonly summary: string;
  /** Longer prose (Markdown), may be empty. */
  readonly details: string;
  readonly category?: string;
  readonly inputs: Readonly<Record<string, FieldWords>>;
  readonly settings: Readonly<Record<string, FieldWords>>;
  readonly references: Readonly<Record<string, FieldWords>>;
  readonly credentials: Readonly<Record<string, FieldWords>>;
  /** Message properties besides the inputs, as `property (type)` -> explanation. */
  readonly properties: Readonly<Record<string, string>>;
  readonly outputs: readonly OutputWords[];
  /** Headings and phrases of the help panel. */
  readonly phrases: Readonly<Record<Phrase, string>>;
}

const PHRASES = [
  "inputs",
  "outputs",
  "settings",
  "details",
  "references",
  "sources",
  "oneOf",
  "meaning",
  "comma",
  "semicolon",
  "range",
  "length",
  "default",
  "open",
  "legacy",
  "docs",
  "console",
] as const;

type Phrase = (typeof PHRASES)[number];

/** Resolves the words; `complaints` names each missing and each unused one by file and key. */
export function wordsOfNode(source: Source, language: Language): { words: NodeWords; complaints: string[] } {
  const finder = new Finder(language, source.name);
  const resolved = source.kind === "config" ? configWords(source, finder) : paletteWords(source, finder);
  const words: NodeWords = {
    code: language.code,
    label: finder.need("label"),
    ...shortOf(finder),
    keywords: finder.find("keywords") ?? "",
    summary: finder.need("summary"),
    details: language.own[source.name]?.details ?? "",
    ...resolved,
    phrases: Object.fromEntries(PHRASES.map((key) => [key, finder.need("help", key)])) as Record<
      Phrase,
      string
    >,
  };
  return { words, complaints: [...finder.complaints, ...finder.unused()] };
}

function shortOf(finder: Finder): { short?: string } {
  const short = finder.find("short");
  return short === undefined ? {} : { short };
}

type Resolved = Omit<NodeWords, "code" | "label" | "short" | "keywords" | "summary" | "details" | "phrases">;

function paletteWords({ description }: NodeSource, finder: Finder): Resolved {
  return {
    category: finder.need("family", description.family),
    inputs: fields(finder, "inputs", description.inputs, (input) => input.choices ?? []),
    settings: settingWords(finder, description.settings ?? {}),
    references: {},
    credentials: {},
    properties: { ...commonProperties(finder, description), ...finder.branch("properties") },
    outputs: outputWords(finder, description.outputs),
  };
}

function configWords({ description }: ConfigSource, finder: Finder): Resolved {
  const secrets = Object.fromEntries(description.credentials.map((name) => [name, name]));
  return {
    inputs: {},
    settings: settingWords(finder, description.settings),
    references: fields(finder, "settings", description.references, () => []),
    credentials: fields(finder, "settings", secrets, () => []),
    properties: {},
    outputs: [],
  };
}

const settingWords = (
  finder: Finder,
  settings: Readonly<Record<string, Setting>>,
): Record<string, FieldWords> =>
  fields(finder, "settings", settings, (setting) => (setting.kind === "select" ? setting.choices : []));

function fields<T>(
  finder: Finder,
  place: "inputs" | "settings",
  described: Readonly<Record<string, T>>,
  choicesOf: (field: T) => readonly string[],
): Record<string, FieldWords> {
  const entries = Object.entries(described).map(([name, field]): [string, FieldWords] => {
    const choices = choicesOf(field).map((value): [string, string] => [
      value,
      finder.need(place, name, "choices", value),
    ]);
    const label = finder.need(place, name, "label");
    return [name, { label, help: finder.need(place, name, "help"), choices: Object.fromEntries(choices) }];
  });
  return Object.fromEntries(entries);
}

/** The message properties of every node, or of every node with a queue, besides its inputs. */
function commonProperties(finder: Finder, description: PaletteDescription): Record<string, string> {
  const names = ["reset (any)", ...(description.account === false ? [] : ["requestTimeout (number)"])];
  if (Object.values(description.settings ?? {}).some((spec) => spec.kind === "select" && spec.ordersMessages))
    names.push("priority (number)", "expires (number)");
  return Object.fromEntries(names.map((name) => [name, finder.need("properties", name)]));
}

function outputWords(finder: Finder, count: number): OutputWords[] {
  return Array.from({ length: count }, (_, index) => {
    const port = String(index + 1);
    const own = finder.branch("outputs", port, "properties");
    const usual = ["payload (object)", "vocu (object)"].filter((name) => !describes(own, name));
    const shared = Object.fromEntries(usual.map((name) => [name, finder.need("outputs", name)]));
    return { label: finder.need("outputs", port, "label"), properties: { ...own, ...shared } };
  });
}

/** Whether the words already describe a property, with any type. */
const describes = (words: Readonly<Record<string, string>>, name: string): boolean =>
  Object.keys(words).some((key) => key.split(" ")[0] === name.split(" ")[0]);
