/**
 * `npm run new -- voice-usage GET /api/voice/usage/{id}`: lays out the files of a node for an operation of
 * `sandbox/openapi.yaml`, with its inputs as they are documented there, and enters it in package.json.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describedOperation, type DescribedOperation, type Parameter } from "./operation";

const ROOT = join(__dirname, "..", "..");

const USAGE = `npm run new -- <node> <method> <path>

  npm run new -- voice-usage GET /api/voice/usage/{id}`;

/**
 * Writes the files of a new node. Nothing is overwritten.
 * @returns what was written, and what is left to do.
 * @throws Error that says what is wrong with the arguments, or what the document lacks.
 */
export function layOut(args: readonly string[], root = ROOT): string {
  const [name = "", method = "", path = ""] = args;
  if (!/^[a-z]+(-[a-z]+)+$/.test(name) || !/^[A-Z]+$/.test(method) || !path.startsWith("/"))
    throw new Error(USAGE);
  const document = readFileSync(join(root, "sandbox", "openapi.yaml"), "utf8");
  const files = filesOf(name, describedOperation(document, method, path), languagesOf(root));
  const present = Object.keys(files).filter((file) => existsSync(join(root, file)));
  if (present.length > 0) throw new Error(`${present.join(", ")}: there already`);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
  enter(name, root);
  return [...Object.keys(files), "package.json"]
    .map((file) => `wrote ${file}`)
    .concat(LEFT)
    .join("\n");
}

const LEFT = [
  "",
  'Left to do, in order (CONTRIBUTING, "A new operation"): the words of every language, the icon, the sandbox\'s answer,',
  "values for the contract test, a place in an example. npm run build names what is missing.",
];

function languagesOf(root: string): string[] {
  const entries = readdirSync(join(root, "locales"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function filesOf(
  name: string,
  operation: DescribedOperation,
  languages: readonly string[],
): Record<string, string> {
  return {
    [`nodes/${name}.ts`]: nodeOf(name, operation),
    [`icons/${name}.svg`]: iconOf(name),
    ...Object.fromEntries(
      languages.map((language) => [`locales/${language}/${name}.json`, wordsOf(name, operation)]),
    ),
  };
}

const FAMILIES: Readonly<Record<string, string>> = { voice: "voices", style: "voices", speech: "speech" };

function nodeOf(name: string, { operationId, method, path, parameters }: DescribedOperation): string {
  const family = FAMILIES[name.split("-")[0] ?? ""] ?? "library";
  const kinds = [...new Set(parameters.map(({ kind }) => kind))].sort();
  return `import { ${["operation", ...kinds].sort().join(", ")} } from "../lib/flow";

export = operation({
  type: "vocu-${name}",
  family: "${family}",
  reference: "",
  operationId: "${operationId}",
  request: { method: "${method}", path: "${path}" },
  inputs: {
${parameters.map((parameter) => `    ${inputOf(parameter)},\n`).join("")}  },
});
`;
}

function inputOf({ name, kind, required, choices }: Parameter): string {
  const given = required ? "{ required: true }" : "";
  if (kind !== "choice") return `${name}: ${kind}(${given})`;
  return `${name}: choice(${[JSON.stringify(choices), given].filter(Boolean).join(", ")})`;
}

/** Nothing to see: the build asks for a drawing. */
const iconOf = (
  name: string,
): string => `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="60" viewBox="0 0 40 60">
  <!-- draw ${name} here -->
</svg>
`;

function wordsOf(name: string, { parameters }: DescribedOperation): string {
  const inputs = Object.fromEntries(parameters.map((parameter) => [parameter.name, { label: "", help: "" }]));
  const words = {
    label: name.split("-").reverse().join(" "),
    summary: "",
    inputs,
    outputs: { 1: { properties: { "payload (object)": "" } } },
  };
  return `${JSON.stringify(words, null, 2)}\n`;
}

/** Enters the node in package.json, in the order of the names; the account stays first. */
function enter(name: string, root: string): void {
  const file = join(root, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as {
    "node-red": { nodes: Record<string, string> };
  };
  const { account = "", ...others } = manifest["node-red"].nodes;
  const entries = Object.entries({ ...others, [name]: `dist/nodes/${name}.js` });
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  manifest["node-red"].nodes = { account, ...Object.fromEntries(entries) };
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
