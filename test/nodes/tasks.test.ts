import assert from "node:assert/strict";
import { failMarker, projectId, voiceIds, startSandbox, type Sandbox } from "../../sandbox";
import { useFlows } from "./support/flows";
import type { Message } from "./support/message";
import { Bench, prepare } from "./support/one-node";
import { useSandbox } from "./support/sandbox";

const TASKS = "/api/tts/generate";

/** Creates a task and answers with its id. */
async function created(
  sandbox: Sandbox,
  text = "Hello.",
  more: Record<string, unknown> = {},
): Promise<string> {
  const contents = [{ type: "text", voiceId: voiceIds.english, text }];
  const task = await prepare(sandbox, "POST", TASKS, { contents, ...more });
  return (task as { id: string }).id;
}

interface Task {
  id: string;
  status: string;
  metadata: { audio?: string };
}

describe("tasks", () => {
  const sandbox = useSandbox();
  const flows = useFlows();

  describe("task-get", () => {
    const bench = new Bench(sandbox, flows, "vocu-task-get");

    it("gives the task, and asks without a body", async () => {
      const id = await created(sandbox());
      const { sent, requests } = await bench.run({}, { payload: { id }, topic: "hall" });
      assert.deepEqual([(sent[0]?.payload as Task).id, sent[0]?.topic], [id, "hall"]);
      const [{ method, path, query, body } = assert.fail()] = requests;
      assert.deepEqual([method, path, query], ["GET", `${TASKS}/${id}`, {}]);
      assert.equal(body, undefined);
    });

    it("asks for streaming addresses in words", async () => {
      const id = await created(sandbox());
      const { requests } = await bench.run({ stream: "true" }, { payload: { id } });
      assert.deepEqual(requests[0]?.query, { stream: "true" });
    });

    it("passes on that there is no such task", async () => {
      const { error } = await bench.run({ taskId: "gone", taskIdType: "str" });
      assert.deepEqual([error?.code, error?.cause.statusCode], ["GENERATE_NOT_FOUND", 404]);
    });

    it("refuses a message without a task", async () => {
      assert.equal((await bench.refusal({})).code, "INPUT_MISSING");
    });

    it("waits no longer than msg.requestTimeout allows", async () => {
      sandbox().fail({ on: { method: "GET" }, hangBeforeHeaders: true });
      const { error } = await bench.run({}, { payload: { id: "task" }, requestTimeout: 30 });
      assert.deepEqual([error?.code, error?.cause.timeoutMs], ["FIRST_BYTE_TIMEOUT", 30]);
    });

    it("encodes an id, whatever is in it", async () => {
      const { requests } = await bench.run({ taskId: "../voice?x=1", taskIdType: "str" });
      assert.equal(requests[0]?.path, `${TASKS}/..%2Fvoice%3Fx%3D1`);
    });
  });

  describe("task-delete", () => {
    const bench = new Bench(sandbox, flows, "vocu-task-delete");

    it("deletes a task that is finished", async () => {
      const id = await created(sandbox());
      const { error, requests } = await bench.run({}, { payload: { id } });
      assert.equal(error, undefined);
      assert.deepEqual([requests[0]?.method, requests[0]?.body], ["DELETE", undefined]);
      const { error: second } = await bench.run({}, { payload: { id } });
      assert.equal(second?.code, "GENERATE_NOT_FOUND");
    });
  });

  describe("task-regenerate", () => {
    const bench = new Bench(sandbox, flows, "vocu-task-regenerate");

    it("starts a finished task again, without a body", async () => {
      const id = await created(sandbox());
      const { sent, requests } = await bench.run({}, { payload: { id } });
      assert.equal((sent[0]?.payload as Task).id, id);
      const [{ method, path, body } = assert.fail()] = requests;
      assert.deepEqual([method, path, body], ["POST", `${TASKS}/${id}/regenerate`, undefined]);
    });

    it("is billed, and so is not repeated if it may have been accepted", async () => {
      sandbox().fail({ on: { path: /regenerate/ }, resetBeforeHeaders: true });
      const { error, requests } = await bench.run({}, { payload: { id: "any" } });
      assert.equal(error?.code, "CONNECTION_LOST");
      assert.equal(requests.length, 1);
    });

    for (const [path, expected, body] of [
      ["/api/tts/again/{id}", "/api/tts/again/task-1", undefined],
      ["/api/tts/again", "/api/tts/again", { id: "task-1" }],
    ] as const) {
      it(`goes to the path ${path} if it is set so`, async () => {
        const data = { id: "task-1", status: "pending" };
        sandbox().fail({ on: { path: expected }, reply: { status: 200, json: { status: 200, data } } });
        const { requests } = await bench.run({ path }, { payload: { id: "task-1" } });
        assert.deepEqual([requests[0]?.path, requests[0]?.body], [expected, body]);
        sandbox().violations.length = 0;
      });
    }

    it("reports it if the server does not offer it", async () => {
      const reply = { status: 404, text: "<h1>Not Found</h1>", contentType: "text/html" };
      sandbox().fail({ on: { path: /regenerate/ }, reply });
      const { error } = await bench.run({}, { payload: { id: "any" } });
      assert.equal(error?.code, "OPERATION_NOT_OFFERED");
    });
  });

  describe("task-list", () => {
    const bench = new Bench(sandbox, flows, "vocu-task-list");

    it("gives one page, newest first", async () => {
      const older = await created(sandbox());
      const newer = await created(sandbox());
      const { payload } = await bench.result({ limit: "2" });
      assert.deepEqual(
        (payload as Task[]).map(({ id }) => id),
        [newer, older],
      );
    });

    it("gives every task as a message of one sequence", async () => {
      const ids = [await created(sandbox()), await created(sandbox()), await created(sandbox())];
      const { sent } = await bench.run({ pages: "all", limit: "2" });
      const found = sent.map(({ payload }) => (payload as Task).id);
      assert.deepEqual(found.slice(0, 3), ids.reverse());
      assert.deepEqual(sent.at(-1)?.parts?.count, sent.length);
    });

    it("asks with every filter under its name, switches in words", async () => {
      const filters = { status: "generated", limit: "5", offset: "1", projectId, trackId: "t" };
      const { requests } = await bench.run({ ...filters, stream: "true", includeUntracked: "false" });
      assert.deepEqual(requests[0]?.query, { ...filters, stream: "true", includeUntracked: "false" });
    });

    it("asks with nothing when all is left blank", async () => {
      const { requests } = await bench.run({});
      assert.deepEqual(requests[0]?.query, {});
    });

    it("finds failed tasks only, if asked", async () => {
      const id = await created(sandbox(), failMarker);
      const { payload } = await bench.result({ status: "failed", limit: "1" });
      assert.deepEqual(
        (payload as Task[]).map((task) => [task.id, task.status]),
        [[id, "failed"]],
      );
    });

    for (const [what, node, code] of [
      ["a page size of nothing", { limit: "0" }, "INPUT_OUT_OF_RANGE"],
      ["a negative start", { offset: "-1" }, "INPUT_OUT_OF_RANGE"],
    ] as const) {
      it(`refuses ${what}`, async () => {
        assert.equal((await bench.refusal(node)).code, code);
      });
    }

    it("passes on that a project's id has the wrong form", async () => {
      sandbox().fail({ on: { path: TASKS }, error: { status: 400, code: "VALIDATION_INVALID_FORMAT" } });
      const { error } = await bench.run({ projectId: "kitchen" });
      assert.equal(error?.code, "VALIDATION_INVALID_FORMAT");
      sandbox().violations.length = 0;
    });
  });

  describe("preset-list", () => {
    const bench = new Bench(sandbox, flows, "vocu-preset-list");

    it("gives the presets with their keys", async () => {
      const { payload } = await bench.result({});
      const presets = payload as { key: string; config: object }[];
      assert.ok(presets.length > 0);
      for (const { key, config } of presets)
        assert.deepEqual([typeof key, typeof config], ["string", "object"]);
    });
  });

  describe("account-info", () => {
    const bench = new Bench(sandbox, flows, "vocu-account-info");

    it("gives the account itself", async () => {
      const { payload, topic, vocu }: Message = await bench.result({}, { payload: 1, topic: "daily" });
      const user = payload as { credit: number; quota: object };
      assert.equal(user.credit + (payload as { bonusCredit: number }).bonusCredit, sandbox().account.credits);
      assert.deepEqual([topic, vocu?.operation, vocu?.status], ["daily", "account-info", 200]);
    });
  });
});

describe("task-delete while the task is running", () => {
  const flows = useFlows();
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ taskMs: 600_000 });
  });
  after(() => sandbox.close());
  const bench = new Bench(() => sandbox, flows, "vocu-task-delete");

  it("is refused by the service", async () => {
    const id = await created(sandbox);
    const { error } = await bench.run({}, { payload: { id } });
    assert.deepEqual([error?.code, error?.cause.statusCode], ["GENERATE_DELETE_IN_PROGRESS", 403]);
  });
});
