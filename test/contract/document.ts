/** The OpenAPI document as a list of operations with flat parameters, for comparing it with the nodes. */
import { readDocument } from "../../sandbox/openapi";

/** Where a parameter travels. */
export type Where = "path" | "query" | "body" | "form";

/** A JSON schema, as far as it is looked at here. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
  readonly $ref?: string;
  readonly contentMediaType?: string;
}

/** One parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: Where;
  readonly required: boolean;
  readonly schema: Schema;
}

/** One operation. */
export interface DocumentOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
}

interface RawParameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: Where;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface RawOperation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
  readonly parameters?: readonly RawParameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> };
}

type PathItem = Readonly<Record<string, RawOperation>> & { readonly parameters?: readonly RawParameter[] };

const document = readDocument() as {
  readonly paths: Readonly<Record<string, PathItem>>;
};

/** Follows a `$ref` inside the document; what stands beside it is added. */
function resolve<T extends { readonly $ref?: string }>(value: T): T {
  if (value.$ref === undefined) return value;
  const { $ref, ...beside } = value;
  const steps = $ref.replace("#/", "").split("/");
  const found = steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document);
  return { ...resolve(found as T), ...beside };
}

/** An object's properties, those of its `allOf` parts included. */
function propertiesOf(given: Schema): { properties: Record<string, Schema>; required: string[] } {
  const schema = resolve(given);
  const parts = (schema.allOf ?? []).map(propertiesOf);
  return {
    properties: Object.assign({}, ...parts.map(({ properties }) => properties), schema.properties) as Record<
      string,
      Schema
    >,
    required: [...parts.flatMap(({ required }) => required), ...(schema.required ?? [])],
  };
}

function bodyParameters({ requestBody }: RawOperation): Parameter[] {
  const content = requestBody?.content ?? {};
  const json = content["application/json"];
  const chosen = json ?? content["multipart/form-data"];
  if (!chosen) return [];
  const { properties, required } = propertiesOf(chosen.schema);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: json ? "body" : "form",
    required: required.includes(name),
    schema: resolve(schema),
  }));
}

const METHODS = ["get", "post", "delete"] as const;

/** Every operation of the document; JSON bodies where an operation takes several kinds. */
export const operations: readonly DocumentOperation[] = Object.entries(document.paths).flatMap(
  ([path, item]) =>
    METHODS.flatMap((method) => {
      const raw = item[method];
      if (!raw) return [];
      const parameters = [...(item.parameters ?? []), ...(raw.parameters ?? [])].map((given) => {
        const { name, in: where, required = false, schema } = resolve(given);
        return { name, in: where, required, schema: resolve(schema) };
      });
      return [
        {
          id: raw.operationId,
          method: method.toUpperCase(),
          path,
          parameters: [...parameters, ...bodyParameters(raw)],
        },
      ];
    }),
);

/** The properties of one of the document's schemas. */
export const schemaKeys = (name: string): string[] =>
  Object.keys(propertiesOf({ $ref: `#/components/schemas/${name}` }).properties);

/** The statuses that an operation is documented to answer with. */
export const responsesOf = (operationId: string): string[] =>
  Object.values(document.paths)
    .flatMap((item) => METHODS.flatMap((method) => item[method] ?? []))
    .filter((operation) => operation.operationId === operationId)
    .flatMap(({ responses }) => Object.keys(responses));
