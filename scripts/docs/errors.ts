/** The errors of a node, from its description and the OpenAPI document. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Input, PaletteDescription } from "../../lib/schema/description";
import { ROOT } from "../build/paths";
import { wordAt, type Language } from "../build/words";

/** One call of the API, from the OpenAPI document. */
export interface Operation {
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  /** The statuses of its replies. */
  readonly statuses: readonly number[];
  /** The service's error codes, where they are documented. */
  readonly codes: readonly string[];
}

/** The operations by their `operationId`. */
export type Operations = ReadonlyMap<string, Operation>;

interface Documented {
  readonly operationId?: string;
  readonly responses?: Readonly<Record<string, unknown>>;
  readonly "x-error-codes"?: Readonly<Record<string, readonly string[]>>;
}

/** Reads the OpenAPI document. */
export function readOperations(): Operations {
  const { paths } = parse(readFileSync(join(ROOT, "sandbox", "openapi.yaml"), "utf8")) as {
    paths: Readonly<Record<string, Readonly<Record<string, Documented | undefined>>>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, documented]): [string, Operation][] =>
      documented?.operationId === undefined
        ? []
        : [[documented.operationId, operationOf(method, path, documented)]],
    ),
  );
  return new Map(operations);
}

const operationOf = (method: string, path: string, documented: Documented): Operation => ({
  method: method.toUpperCase(),
  path,
  statuses: Object.keys(documented.responses ?? {}).map(Number),
  codes: Object.values(documented["x-error-codes"] ?? {}).flat(),
});

/** The statuses with their own texts. */
const STATUSES = [401, 403, 404, 409, 413, 429];

/** The codes that a node's errors can have, without those of the network, in the order in which they can happen. */
export function codesOf(description: PaletteDescription, operation: Operation | undefined): string[] {
  const { account, inputs, settings = {} } = description;
  const queues = Object.values(settings).some(
    (spec) => spec.kind === "select" && spec.ordersMessages === true,
  );
  const statuses = STATUSES.filter((status) => operation?.statuses.includes(status));
  return [
    ...new Set([
      ...(account === false ? [] : ["NO_ACCOUNT", "NO_API_KEY"]),
      ...Object.values(inputs).flatMap(codesOfInput),
      ...(queues ? ["QUEUE_FULL", "EXPIRED"] : []),
      ...(operation?.codes.length ? operation.codes : statuses.map((status) => `HTTP_${status}`)),
    ]),
  ];
}

function codesOfInput(input: Input): string[] {
  const { kind, required, requiredUnless, min, max, choices, open, length, maxLength, file } = input;
  return [
    ...(required === true || requiredUnless !== undefined ? ["INPUT_MISSING"] : []),
    ...(kind === "file" ? ["INPUT_FILE_MISSING", "INPUT_FILE_UNREADABLE"] : ["INPUT_INVALID"]),
    ...(min !== undefined || max !== undefined ? ["INPUT_OUT_OF_RANGE"] : []),
    ...(choices !== undefined && open !== true ? ["INPUT_NOT_A_CHOICE"] : []),
    ...(length === undefined ? [] : ["INPUT_WRONG_LENGTH"]),
    ...(maxLength === undefined ? [] : ["INPUT_TEXT_TOO_LONG"]),
    ...(file?.maxBytes === undefined ? [] : ["INPUT_TOO_LARGE"]),
  ];
}

/** The sentence of a code, with dots where a value is filled in; nothing if the words have none. */
export function sentenceOf(code: string, { shared, own }: Language, node: string): string {
  const path = ["errors", code];
  const found = wordAt(own[node]?.words ?? {}, path) ?? wordAt(shared, path) ?? "";
  return found
    .replace(/\$t\([^)]*\)/g, "…")
    .replace(/__\w+__/g, "…")
    .replace(/…\.$/, "…");
}
