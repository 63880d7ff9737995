import assert from "node:assert/strict";
import type { RecordedRequest } from "../../sandbox";
import { useFlows } from "../nodes/support/flows";
import { Bench, type Run } from "../nodes/support/one-node";
import { useSandbox } from "../nodes/support/sandbox";
import { DEVIATIONS } from "./deviations";
import { actual, expected, handIn, handInByMessage, type HandedIn } from "./hand-in";
import { operations } from "./document";
import { nodes } from "./palette";
import { callsOf } from "./requests";

const callsTo = (requests: readonly RecordedRequest[], method: string, path: string): RecordedRequest[] =>
  requests.filter((request) => request.method === method && request.path === path);

describe("what nodes send", () => {
  // Each test may make a professional clone, and none depends on those before it.
  const sandbox = useSandbox({ clones: 1000 });
  const flows = useFlows();

  for (const node of nodes) {
    const operation = operations.find(({ id }) => id === node.operationId);
    if (!operation) continue;
    const bench = new Bench(sandbox, flows, node.type);
    const run = ({ config, message }: HandedIn): Promise<Run> => bench.run(config, message);

    it(`is exactly what ${operation.id} takes: ${node.type}`, async () => {
      for (const call of await callsOf(operation.id, sandbox())) {
        const wanted = expected(operation, call);
        const { error, requests, sent } = await run(handIn(node, operation, call));
        const ours = callsTo(requests, operation.method, wanted.path);
        assert.deepEqual(ours.map(actual), [wanted]);
        assert.equal(error, undefined);
        assert.equal(ours[0]?.status, 200);
        assert.ok(sent.length > 0, "no message was sent");
      }
    });

    it(`is the same when the message holds the values as JSON: ${node.type}`, async () => {
      for (const call of await callsOf(operation.id, sandbox())) {
        const wanted = expected(operation, call);
        const { error, requests, sent } = await run(handInByMessage(node, operation, call));
        const ours = callsTo(requests, operation.method, wanted.path);
        assert.equal(error, undefined);
        assert.deepEqual(ours.map(actual), [wanted]);
        assert.equal(ours[0]?.status, 200);
        assert.ok(sent.length > 0, "no message was sent");
      }
    });

    it(`has the key in the header alone, and a body in POST requests only: ${node.type}`, async () => {
      const [call] = await callsOf(operation.id, sandbox());
      assert.ok(call);
      const { requests } = await run(handIn(node, operation, call));
      assert.ok(requests.length > 0);
      for (const { method, headers, path, query, body } of requests) {
        assert.equal(headers.authorization, `Bearer ${sandbox().apiKey}`);
        assert.ok(!JSON.stringify([path, query, body]).includes(sandbox().apiKey));
        if (method === "POST") continue;
        assert.deepEqual([headers["content-type"], headers["transfer-encoding"]], [undefined, undefined]);
        assert.ok(["0", undefined].includes(headers["content-length"]));
      }
    });

    it(`has been tried with every parameter of ${operation.id}: ${node.type}`, async () => {
      const calls = await callsOf(operation.id, sandbox());
      const tried = new Set(calls.flatMap(({ given }) => Object.keys(given)));
      const differences = Object.keys(DEVIATIONS[node.type] ?? {});
      const untried = operation.parameters
        .map(({ name }) => name)
        .filter(
          (name) => !tried.has(name) && !differences.some((each) => each.startsWith(`${name}: missing`)),
        );
      const missing = `test/contract/requests.ts: CALLS.${operation.id} lacks ${untried.join(", ")}: add values`;
      assert.deepEqual(untried, [], missing);
    });
  }
});
