import assert from "node:assert/strict";
import { BLOCK_KEYS } from "../../lib/flow/tasks/blocks";
import type { Input } from "../../lib/schema/description";
import { TEMPLATE_BLOCK } from "../../lib/flow/voices/templates";
import { DEVIATIONS, WITHOUT_NODE } from "./deviations";
import { operations, schemaKeys, type DocumentOperation, type Parameter, type Schema } from "./document";
import { nodes, sentBy, type PaletteNode } from "./palette";

/** What an input of each kind is in JSON. */
const TYPES: Readonly<Record<Input["kind"], string>> = {
  text: "string",
  voice: "string",
  style: "string",
  choice: "string",
  file: "string",
  number: "number",
  integer: "integer",
  toggle: "boolean",
  object: "object",
  list: "array",
};

/** Booleans in a query are text (API reference D.4). */
const BOOLEAN_TEXT = ["true", "false", "1", "0"];

const isBooleanText = ({ enum: values = [] }: Schema): boolean =>
  BOOLEAN_TEXT.every((word) => values.includes(word));

function typesOf(schema: Schema): readonly string[] {
  return isBooleanText(schema) ? ["boolean"] : [schema.type ?? []].flat();
}

/** Where an input and a parameter of the same name do not say the same. */
function differences(spec: Input, { required, schema }: Parameter): string[] {
  const types = typesOf(schema);
  const type = TYPES[spec.kind];
  const documented = isBooleanText(schema) ? [] : (schema.enum ?? []).map(String);
  const offered = spec.choices ?? [];
  const missing = documented.filter((value) => !offered.includes(value));
  const surplus =
    spec.open === true || !schema.enum ? [] : offered.filter((value) => !documented.includes(value));
  const numbers = schema.items ?? schema;
  const wanted = spec.required === true && !spec.when;
  return [
    ...(types.length > 0 && !types.includes(type) ? [`is ${type}, documented as ${types.join(" or ")}`] : []),
    ...missing.map((value) => `lacks the value ${value}`),
    ...surplus.map((value) => `offers the value ${value}`),
    ...differs("minimum", spec.min, numbers.minimum),
    ...differs("maximum", spec.max, numbers.maximum),
    ...differs("length", spec.length, schema.minItems === schema.maxItems ? schema.minItems : undefined),
    ...differs("most characters", spec.maxLength, schema.maxLength),
    ...(schema.default === undefined ? [] : differs("default", spec.default, schema.default)),
    ...(required && !wanted ? ["is required"] : []),
    ...(!required && wanted ? ["is optional"] : []),
  ];
}

const differs = (what: string, ours: unknown, documented: unknown): string[] =>
  ours === documented ? [] : [`${what} is ${String(ours)}, documented as ${String(documented)}`];

/** Everything in which a node and its operation differ, one line each. */
function complaints(node: PaletteNode, operation: DocumentOperation): string[] {
  const sent = sentBy(node, operation);
  const called = node.request ? [`${node.request.method} ${node.request.path}`] : [];
  return [
    ...called
      .filter((call) => call !== `${operation.method} ${operation.path}`)
      .map((call) => `calls ${call}`),
    ...operation.parameters
      .filter(
        (parameter) => !sent.some((input) => input.name === parameter.name && input.in === parameter.in),
      )
      .map((parameter) => `${parameter.name}: missing in the ${parameter.in}`),
    ...sent.flatMap((input) => {
      const same = operation.parameters.find(
        ({ name, in: where }) => name === input.name && where === input.in,
      );
      if (!same) return [`${input.name}: not documented in the ${input.in}`];
      return differences(input.spec, same).map((difference) => `${input.name}: ${difference}`);
    }),
  ];
}

const operationOf = (id: string): DocumentOperation | undefined => operations.find((each) => each.id === id);

describe("the nodes and the OpenAPI document", () => {
  for (const node of nodes.filter(({ operationId }) => operationId !== undefined)) {
    it(`say the same about ${node.type}`, () => {
      const operation = operationOf(node.operationId ?? "");
      assert.ok(operation, `there is no operation ${String(node.operationId)}`);
      assert.deepEqual(complaints(node, operation).sort(), Object.keys(DEVIATIONS[node.type] ?? {}).sort());
    });
  }

  it("have a node for every operation", () => {
    const covered = new Set(nodes.map(({ operationId }) => operationId));
    const uncovered = operations.filter(({ id }) => !covered.has(id)).map(({ id }) => id);
    assert.deepEqual(uncovered.sort(), Object.keys(WITHOUT_NODE).sort());
  });

  it("have one node for each operation, and an operation for each node that is one call", () => {
    const ids = nodes.flatMap(({ operationId }) => operationId ?? []);
    assert.deepEqual(ids, [...new Set(ids)]);
    const nameless = nodes.filter(({ request, operationId }) => request && operationId === undefined);
    assert.deepEqual(
      nameless.map(({ type }) => type),
      [],
    );
  });

  it("list deviations of existing nodes only, each with its reason", () => {
    const types = nodes.map(({ type }) => type as string);
    assert.deepEqual(
      Object.keys(DEVIATIONS).filter((type) => !types.includes(type)),
      [],
    );
    const reasons = Object.values(DEVIATIONS).flatMap((each) => Object.values(each));
    assert.ok(reasons.every((reason) => reason.length > 0));
  });

  it("know the same keys of a task's blocks", () => {
    const ours = new Set(["type", ...Object.values(BLOCK_KEYS).flatMap((keys) => Object.keys(keys))]);
    assert.deepEqual([...ours].sort(), schemaKeys("Block").sort());
  });

  it("know the same keys of a template's blocks", () => {
    assert.deepEqual(Object.keys(TEMPLATE_BLOCK).sort(), schemaKeys("TemplateBlockInput").sort());
  });
});
