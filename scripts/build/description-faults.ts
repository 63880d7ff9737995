/** What a node's description names that does not exist: checked at build time, said with file, key and remedy. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Inputs, PaletteDescription, Settings, When } from "../../lib/schema/description";
import { ROOT } from "./paths";

/** What the documents offer: section numbers of the API reference, operation ids of the OpenAPI document. */
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

/** Reads what the documents offer. */
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
          `${name} is a property that every node has: name it otherwise, with as: "${name}" for an input`,
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
      // A node without a request of its own uses the names for the requests that it makes itself.
      ...(description.request && setting.kind === "line" && typeof setting.replaces === "object"
        ? fieldFaults(`settings.${name}.replaces.field`, setting.replaces.field, description.inputs)
        : []),
    ]),
  ].map((fault) => `${file}: ${fault}`);
}

function documentFaults({ reference, operationId }: Described, documented: Documented): string[] {
  const sections = reference?.split(",").map((section) => section.trim()) ?? [];
  return [
    ...sections
      .filter((section) => !documented.sections.has(section))
      .map(
        (section) =>
          `reference names ${section}, which is no section of docs/api-reference.md: name one that is`,
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
        `request.path has {${place}}, but there is no such input: add it, or one with as: "${place}"`,
    );
}

function fieldFaults(key: string, name: string | undefined, fields: Inputs): string[] {
  return name === undefined || name in fields
    ? []
    : [`${key} names ${name}, which is no input: name one that is`];
}

function whenFaults(key: string, when: When | undefined, settings: Settings): string[] {
  return Object.entries(when ?? {}).flatMap(([name, wanted]) => {
    const setting = settings[name];
    if (!setting) return [`${key} names ${name}, which is no setting: name one that is`];
    const values =
      setting.kind === "select" ? setting.choices : setting.kind === "check" ? ["true", "false"] : undefined;
    return [wanted]
      .flat()
      .filter((value) => values?.includes(value) === false)
      .map(
        (value) =>
          `${key} requires ${name} to be ${value}, which it never is: use one of ${values?.join(", ") ?? ""}`,
      );
  });
}
