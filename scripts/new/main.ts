/**
 * `npm run new -- voice-usage GET /api/voice/usage/{id}`: lays out the files of a node for an operation of
 * `sandbox/openapi.yaml`, with its documented inputs, and adds it to package.json.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RESERVED_PROPERTIES } from "../build/description-faults";
import { describedOperation, type DescribedOperation, type Parameter } from "./operation";

const ROOT = join(__dirname, "..", "..");

const USAGE = `npm run new -- <node> <method> <path>

  node    two or more lower-case words with hyphens, the object first: voice-usage
  method  in capitals: GET
  path    as in sandbox/openapi.yaml: /api/voice/usage/{id}

  npm run new -- voice-usage GET /api/voice/usage/{id}`;

/**
 * Writes the files of a new node. Nothing is overwritten.
 * @returns the files written and the next steps, as text.
 * @throws Error that names the wrong argument, or what is missing from the document.
 */
export function layOut(args: readonly string[], root = ROOT): string {
  const [name = "", method = "", path = ""] = args;
  if (!/^[a-z]+(-[a-z]+)+$/.test(name) || !/^[A-Z]+$/.test(method) || !path.startsWith("/"))
    throw new Error(USAGE);
  const document = readFileSync(join(root, "sandbox", "openapi.yaml"), "utf8");
  const files = filesOf(name, describedOperation(document, method, path), root);
  const present = Object.keys(files).filter((file) => existsSync(join(root, file)));
  if (present.length > 0) throw new Error(`${present.join(", ")} exists: remove it or choose another name`);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
  enter(name, root);
  return [...Object.keys(files), "package.json"]
    .map((file) => `wrote ${file}`)
    .concat(LEFT)
    .join("\n");
}

const LEFT = [
  "",
  'Next steps (CONTRIBUTING, "A new operation", from step 4): the description, the icon, the words of every language,',
  "values for the contract test, tests, an example and the documents. npm run build names what is missing.",
];

function languagesOf(root: string): string[] {
  const entries = readdirSync(join(root, "locales"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function filesOf(name: string, operation: DescribedOperation, root: string): Record<string, string> {
  return {
    [`nodes/${name}.ts`]: nodeOf(name, operation),
    [`icons/${name}.svg`]: iconOf(name),
    ...Object.fromEntries(
      languagesOf(root).map((language) => [
        `locales/${language}/${name}.json`,
        wordsOf(name, operation, sharedWords(root, language)),
      ]),
    ),
  };
}

const FAMILIES: Readonly<Record<string, string>> = { voice: "voices", style: "voices", speech: "speech" };

function nodeOf(name: string, { operationId, method, path, parameters }: DescribedOperation): string {
  const family = FAMILIES[familyWordOf(name)] ?? "library";
  const inputs = parameters.map((parameter) => inputOf(name, parameter));
  const kinds = [...new Set(inputs.map(({ kind }) => kind))];
  return `import { ${["operation", ...kinds].sort().join(", ")} } from "../lib/flow";

export = operation({
  type: "vocu-${name}",
  family: "${family}",
  reference: "",
  operationId: "${operationId}",
  request: { method: "${method}", path: "${path}" },
  inputs: {
${inputs.map(({ property, kind, given }) => `    ${property}: ${kind}(${given}),\n`).join("")}  },
});
`;
}

const familyWordOf = (name: string): string => name.split("-")[0] ?? "";

/** The node's property for a parameter: Node-RED uses some names itself, e.g. `id` becomes `voiceId`. */
const propertyOf = (name: string, parameter: string): string =>
  RESERVED_PROPERTIES.has(parameter)
    ? `${familyWordOf(name)}${parameter.charAt(0).toUpperCase()}${parameter.slice(1)}`
    : parameter;

/** Inputs that pick one of the account's voices or styles, by the node's property. */
const PICKERS: Readonly<Record<string, "voice" | "style">> = { voiceId: "voice", promptId: "style" };

interface LaidOutInput {
  readonly property: string;
  /** The function of `lib/flow` that describes it. */
  readonly kind: string;
  /** Its arguments, as source text. */
  readonly given: string;
}

function inputOf(node: string, { name, kind, required, choices }: Parameter): LaidOutInput {
  const property = propertyOf(node, name);
  const picker = PICKERS[property];
  const options = [
    ...(required ? ["required: true"] : []),
    ...(property === name ? [] : [`as: "${name}"`]),
    ...(picker === "style" ? ['of: "voiceId"'] : []),
  ].join(", ");
  const listed = choices.map((choice) => JSON.stringify(choice)).join(", ");
  const given = [...(kind === "choice" ? [`[${listed}]`] : []), ...(options ? [`{ ${options} }`] : [])];
  return { property, kind: picker ?? kind, given: given.join(", ") };
}

/** Without a shape, so that the build asks for one. */
const iconOf = (
  name: string,
): string => `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="60" viewBox="0 0 40 60">
  <!-- draw ${name} here -->
</svg>
`;

/** Empty words, which the build asks for; words in `shared.json` are left out. */
function wordsOf(name: string, { parameters }: DescribedOperation, shared: SharedWords): string {
  const inputs = parameters.flatMap((parameter): [string, object][] => {
    const property = propertyOf(name, parameter.name);
    if (shared.inputs && property in shared.inputs) return [];
    const choices = Object.fromEntries(parameter.choices.map((choice) => [choice, ""]));
    return [[property, { label: "", help: "", ...(parameter.choices.length > 0 && { choices }) }]];
  });
  const words = {
    label: "",
    summary: "",
    ...(inputs.length > 0 && { inputs: Object.fromEntries(inputs) }),
    outputs: { 1: { properties: { "payload (object)": "" } } },
  };
  return `${JSON.stringify(words, null, 2)}\n`;
}

interface SharedWords {
  readonly inputs?: Readonly<Record<string, unknown>>;
}

const sharedWords = (root: string, language: string): SharedWords =>
  JSON.parse(readFileSync(join(root, "locales", language, "shared.json"), "utf8")) as SharedWords;

/** Adds the node to package.json after the last node with the same first word; keeps the order of the others. */
function enter(name: string, root: string): void {
  const file = join(root, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as {
    "node-red": { nodes: Record<string, string> };
  };
  const entries = Object.entries(manifest["node-red"].nodes);
  const last = entries.findLastIndex(([other]) => familyWordOf(other) === familyWordOf(name));
  entries.splice(last < 0 ? entries.length : last + 1, 0, [name, `dist/nodes/${name}.js`]);
  manifest["node-red"].nodes = Object.fromEntries(entries);
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
