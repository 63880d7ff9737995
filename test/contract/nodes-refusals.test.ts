import assert from "node:assert/strict";
import { literalTypeOf, type Input } from "../../lib/schema/description";
import { useFlows } from "../nodes/support/flows";
import { Bench } from "../nodes/support/one-node";
import { useSandbox } from "../nodes/support/sandbox";
import { operations, responsesOf } from "./document";
import { handIn } from "./hand-in";
import { nodes, sentBy } from "./palette";
import { callsOf, type Call } from "./requests";

/** Values that an input cannot mean, and the code that says so. */
function nonsenseFor({ kind, open, min, max, length, maxLength }: Input): [unknown, string][] {
  switch (kind) {
    case "toggle":
      return [["perhaps", "INPUT_INVALID"]];
    case "choice":
      return open === true ? [] : [["nonsense", "INPUT_NOT_A_CHOICE"]];
    case "integer":
    case "number":
      return [
        ["many", "INPUT_INVALID"],
        ...(kind === "integer" ? ([["1.5", "INPUT_INVALID"]] as [unknown, string][]) : []),
        ...(min === undefined ? [] : ([[min - 1, "INPUT_OUT_OF_RANGE"]] as [unknown, string][])),
        ...(max === undefined ? [] : ([[max + 1, "INPUT_OUT_OF_RANGE"]] as [unknown, string][])),
      ];
    case "object":
      return [
        ["{", "INPUT_INVALID"],
        [[1], "INPUT_INVALID"],
      ];
    case "list":
      return [
        ["[", "INPUT_INVALID"],
        ...(length === undefined ? [] : ([[[], "INPUT_WRONG_LENGTH"]] as [unknown, string][])),
      ];
    case "file":
      return [
        [{ no: "file" }, "INPUT_INVALID"],
        ["/nowhere/at/all", "INPUT_FILE_MISSING"],
      ];
    default:
      return [
        [{ no: "text" }, "INPUT_INVALID"],
        ...(maxLength === undefined
          ? []
          : ([["x".repeat(maxLength + 1), "INPUT_TEXT_TOO_LONG"]] as [unknown, string][])),
      ];
  }
}

/** One of the service's codes for each status (API reference 4). */
const CODES: Readonly<Record<string, string>> = {
  "400": "VALIDATION_BAD_PARAMS",
  "401": "AUTH_UNAUTHORIZED",
  "403": "AUTH_FORBIDDEN",
  "404": "RESOURCE_NOT_FOUND",
  "409": "VOICE_CREATING",
  "413": "UPLOAD_TOO_LARGE",
  "429": "RATE_LIMIT_EXCEEDED",
  "500": "SYSTEM_INTERNAL_ERROR",
  "503": "STORAGE_UNAVAILABLE",
};

/** The call that gives this parameter a value. */
const using = (calls: readonly Call[], name: string): Call | undefined =>
  calls.find(({ given }) => name in given);

describe("what nodes refuse", () => {
  const sandbox = useSandbox();
  const flows = useFlows();

  for (const node of nodes) {
    const operation = operations.find(({ id }) => id === node.operationId);
    if (!operation) continue;
    const bench = new Bench(sandbox, flows, node.type);

    it(`is a missing value, before anything is sent: ${node.type}`, async () => {
      const calls = await callsOf(operation.id, sandbox());
      for (const { property, name, spec } of sentBy(node, operation)) {
        const call = using(calls, name);
        if (spec.required !== true || !call) continue;
        const { config, message } = handIn(node, operation, call);
        const blank = { ...config, [property]: "", [`${property}Type`]: literalTypeOf(spec.kind) };
        const error = await bench.refusal(blank, message);
        assert.equal(error.code, "INPUT_MISSING");
        assert.equal(error.cause.field, property);
      }
    });

    it(`is a value that is invalid, before anything is sent: ${node.type}`, async () => {
      const calls = await callsOf(operation.id, sandbox());
      for (const { property, name, spec } of sentBy(node, operation)) {
        const call = using(calls, name);
        if (!call) continue;
        for (const [value, code] of nonsenseFor(spec)) {
          const { config, message } = handIn(node, operation, call);
          const wrong = { ...config, [property]: "wrong", [`${property}Type`]: "msg" };
          const error = await bench.refusal(wrong, { ...message, wrong: value });
          assert.equal(error.code, code, `${property}: ${JSON.stringify(value)}`);
          assert.equal(error.cause.field, property);
        }
      }
    });

    it(`by the service is an error with its code: ${node.type}`, async () => {
      const [call] = await callsOf(operation.id, sandbox());
      assert.ok(call);
      const { config, message } = handIn(node, operation, call);
      const statuses = responsesOf(operation.id).filter((status) => status in CODES);
      assert.ok(statuses.length > 0);
      for (const status of statuses) {
        const code = CODES[status];
        const path = new RegExp(`^${operation.path.replace(/\{\w+\}/g, "[^/]+")}$`);
        const error = { status: Number(status), code };
        sandbox().fail({ on: { method: operation.method, path }, error, times: Infinity });
        const run = await bench.run(config, { ...message });
        sandbox().clearFaults();
        assert.ok(run.error, `${status} was no error`);
        assert.equal(run.error.code, code);
        assert.equal(run.error.cause.statusCode, Number(status));
        assert.equal(typeof run.error.cause.requestId, "string");
        assert.equal(run.error.cause.operation, node.type.slice("vocu-".length));
        assert.deepEqual(run.sent, []);
      }
    });
  }
});
