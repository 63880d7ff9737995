/** Prepares JSON schemas of the OpenAPI document for checking. */
import { fields, text, type Fields } from "./read";

type Resolve = (ref: string) => Fields;

/**
 * A copy of a JSON schema with its references filled in. With `exact`, objects that list properties refuse others
 * (an exact client sends nothing unknown), unless the schema says `additionalProperties` itself.
 */
export function closed(schema: Fields, resolve: Resolve, exact: boolean): Fields {
  return walk(schema, resolve, exact, true);
}

function walk(schema: Fields, resolve: Resolve, exact: boolean, outermost: boolean): Fields {
  const ref = text(schema, "$ref");
  if (ref !== undefined) {
    const beside = Object.entries(schema).filter(([key]) => key !== "$ref");
    return walk({ ...resolve(ref), ...Object.fromEntries(beside) }, resolve, exact, outermost);
  }
  const copy: Fields = { ...schema };
  const properties = fields(schema["properties"]);
  if ("properties" in schema) {
    copy["properties"] = Object.fromEntries(
      Object.entries(properties).map(([name, each]) => [name, walk(fields(each), resolve, exact, true)]),
    );
  }
  for (const one of ["items", "additionalProperties"]) {
    if (typeof schema[one] === "object") copy[one] = walk(fields(schema[one]), resolve, exact, true);
  }
  for (const many of ["allOf", "oneOf", "anyOf"]) {
    const list = schema[many];
    if (Array.isArray(list)) {
      copy[many] = list.map((each) => walk(fields(each), resolve, exact, many !== "allOf"));
    }
  }
  const listsProperties = "properties" in schema || "allOf" in schema;
  if (exact && outermost && listsProperties && !("additionalProperties" in schema)) {
    copy["unevaluatedProperties"] = false;
  }
  return copy;
}
