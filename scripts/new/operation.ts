/** Reads an operation of the OpenAPI document, as far as a new node needs it. */
import { parse } from "yaml";

/** The functions of `lib/flow` that describe an input. */
type Kind = "text" | "number" | "integer" | "toggle" | "choice" | "object" | "list";

export interface Parameter {
  readonly name: string;
  readonly kind: Kind;
  readonly required: boolean;
  readonly choices: readonly string[];
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
}

interface RawParameter {
  readonly $ref?: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface RawOperation {
  readonly operationId?: string;
  readonly parameters?: readonly RawParameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> };
}

type PathItem = Readonly<Record<string, RawOperation | undefined>> & {
  readonly parameters?: readonly RawParameter[];
};

/**
 * Reads one operation.
 * @param text the document, YAML.
 * @throws Error with file, key and remedy when the document does not describe it.
 */
export function describedOperation(text: string, method: string, path: string): DescribedOperation {
  const document = parse(text) as { readonly paths: Readonly<Record<string, PathItem | undefined>> };
  const item = document.paths[path];
  const raw = item?.[method.toLowerCase()];
  const key = `sandbox/openapi.yaml: paths."${path}".${method.toLowerCase()}`;
  if (!raw)
    throw new Error(`${key} is missing: describe the operation there first, as its documentation has it`);
  if (!raw.operationId) throw new Error(`${key}.operationId is missing: give the operation a name`);
  const follow = <T extends { readonly $ref?: string }>(value: T): T => resolve(document, value, key);
  const beside = [...(item.parameters ?? []), ...(raw.parameters ?? [])].map((given) => {
    const { name, required = false, schema } = follow(given);
    return parameter(name, required, follow(schema));
  });
  const content = raw.requestBody?.content ?? {};
  const schema = (content["application/json"] ?? content["multipart/form-data"])?.schema;
  return {
    operationId: raw.operationId,
    method,
    path,
    parameters: [...beside, ...(schema ? properties(schema, follow) : [])],
  };
}

function properties(given: Schema, follow: (schema: Schema) => Schema): Parameter[] {
  const schema = follow(given);
  const own = Object.entries(schema.properties ?? {}).map(([name, property]) =>
    parameter(name, schema.required?.includes(name) ?? false, follow(property)),
  );
  return [...(schema.allOf ?? []).flatMap((part) => properties(part, follow)), ...own];
}

const KINDS: Readonly<Record<string, Kind>> = {
  number: "number",
  integer: "integer",
  boolean: "toggle",
  object: "object",
  array: "list",
};

function parameter(name: string, required: boolean, schema: Schema): Parameter {
  const choices = (schema.enum ?? []).map(String);
  const kind = choices.length > 0 ? "choice" : (KINDS[schema.type ?? ""] ?? "text");
  return { name, kind, required, choices };
}

/** @throws Error that names a `$ref` without a target. */
function resolve<T extends { readonly $ref?: string }>(document: object, value: T, key: string): T {
  if (value.$ref === undefined) return value;
  let found: unknown = document;
  for (const step of value.$ref.replace("#/", "").split("/")) {
    found = (found as Record<string, unknown> | undefined)?.[step];
  }
  if (found === undefined) throw new Error(`${key}: $ref ${value.$ref} does not exist: correct it`);
  return resolve(document, found as T, key);
}
