/** Finds names in a node's description that do not exist; each fault names the file, the key and the remedy. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Inputs, PaletteDescription, Settings, When } from "../../lib/schema/description";
import { ROOT } from "./paths";

/** What the documents describe: section numbers of the API reference, operation ids of the OpenAPI document. */
export interface Documented {
  readonly sections: ReadonlySet<string>;
  readonly operationIds: ReadonlySet<string>;
}

/** Properties of a node that Node-RED itself uses (`name` is not one: then the node's own label is `label`). */
export const RESERVED_PROPERTIES: ReadonlySet<string> = new Set(
  "id type z x y g d l wires info users credentials inputs outputs icon account settingsVersion".split(" "),
);

/** A description with the request of an operation, where it has one. */
type Described = PaletteDescription & { readonly request?: { readonly path: string } };

/** Reads the section numbers and the operation ids. */
export function readDocumented(): Documented {
  const reference = readFileSync(join(ROOT, "docs", "api-reference.md"), "utf8");
  const headings = reference.matchAll(/^#{2,3} ([A-H](?:\.\d+)?|\d+(?:\.\d+)?)\.? /gm);
  const openapi = parse(readFileSync(join(ROOT, "sandbox", "openapi.yaml"), "utf8")) as {
    paths: Readonly<Record<string, Readonly<Record<string, { operationId?: string } | undefined>>>>;
  };
  const operations = Object.values(openapi.paths).flatMap((methods) => Object.values(methods));
  return {
    sections: new Set([...headings].map(([, section = ""]) => section)),
    operationIds: new Set(operations.flatMap((operation) => operation?.operationId ?? [])),
  };
}

/** One line for each fault of a description. */
export function descriptionFaults(description: Described, documented: Documented): string[] {
  const file = `nodes/${description.type.slice("vocu-".length)}.ts`;
  const settings = description.settings ?? {};
  return [
    ...documentFaults(description, documented),
    ...pathFaults(description),
    ...[...Object.keys(description.inputs), ...Object.keys(settings)]
      .filter((name) => RESERVED_PROPERTIES.has(name))
      .map(
        (name) =>
          `${name} is a property that Node-RED uses itself: choose another name, with as: "${name}" for an input`,
      ),
    ...Object.entries(description.inputs).flatMap(([name, { when, of, requiredUnless }]) => [
      ...whenFaults(`inputs.${name}.when`, when, settings),
      ...fieldFaults(`inputs.${name}.of`, of, description.inputs),
      ...[requiredUnless]
        .flat()
        .flatMap((other) => fieldFaults(`inputs.${name}.requiredUnless`, other, description.inputs)),
    ]),
    ...fieldFaults("silentInput", description.silentInput, description.inputs),
    ...Object.entries(settings).flatMap(([name, setting]) => [
      ...whenFaults(`settings.${name}.when`, setting.when, settings),
      // A node without `request` sends its own requests and uses these names for them.
      ...(description.request && setting.kind === "line" && typeof setting.replaces === "object"
        ? fieldFaults(`settings.${name}.replaces.field`, setting.replaces.field, description.inputs)
        : []),
    ]),
  ].map((fault) => `${file}: ${fault}`);
}

function documentFaults({ reference, operationId }: Described, documented: Documented): string[] {
  const sections = reference?.split(",").map((section) => section.trim()) ?? [];
  if (reference === "") return ["reference is empty: enter the section of docs/api-reference.md"];
  return [
    ...sections
      .filter((section) => !documented.sections.has(section))
      .map(
        (section) =>
          `reference names ${section}, which is not a section of docs/api-reference.md: write it there or correct the number`,
      ),
    ...(operationId === undefined || documented.operationIds.has(operationId)
      ? []
      : [`operationId ${operationId} is not in sandbox/openapi.yaml: describe the operation there`]),
  ];
}

function pathFaults({ request, inputs }: Described): string[] {
  const names = Object.entries(inputs).map(([name, { as }]) => as ?? name);
  return [...(request?.path.matchAll(/\{([^}]*)\}/g) ?? [])]
    .filter(([, place = ""]) => !names.includes(place))
    .map(
      ([, place]) =>
        `request.path contains {${place}}, which is not an input: add it, or an input with as: "${place}"`,
    );
}

function fieldFaults(key: string, name: string | undefined, fields: Inputs): string[] {
  return name === undefined || name in fields
    ? []
    : [`${key} names ${name}, which is not an input: correct the name or add the input`];
}

function whenFaults(key: string, when: When | undefined, settings: Settings): string[] {
  return Object.entries(when ?? {}).flatMap(([name, wanted]) => {
    const setting = settings[name];
    if (!setting)
      return [`${key} names ${name}, which is not a setting: correct the name or add the setting`];
    const values =
      setting.kind === "select" ? setting.choices : setting.kind === "check" ? ["true", "false"] : undefined;
    return [wanted]
      .flat()
      .filter((value) => values?.includes(value) === false)
      .map(
        (value) =>
          `${key} requires ${name} to be ${value}, which is not one of its values: use one of ${values?.join(", ") ?? ""}`,
      );
  });
}
