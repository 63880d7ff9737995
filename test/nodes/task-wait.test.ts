import assert from "node:assert/strict";
import { failMarker, startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { useFlows, type Flow } from "./support/flows";
import { bytesOf, type Message } from "./support/message";
import { nodeFlow } from "./support/node-flow";
import { prepare } from "./support/one-node";
import { useSandbox } from "./support/sandbox";
import { keyed } from "./support/speech-flow";

const TEXT = "The train to the coast leaves in ten minutes. Mind the gap.";
const voiceId = voiceIds.english;

/** Creates a task without any node, and answers with its id. */
async function created(sandbox: Sandbox, ...texts: string[]): Promise<string> {
  const contents = texts.map((text) => ({ type: "text", voiceId, text }));
  const task = await prepare(sandbox, "POST", "/api/tts/generate", { contents });
  return (task as { id: string }).id;
}

const looksIn = ({ requests }: Sandbox): number => requests.filter(({ method }) => method === "GET").length;
const isLook = ({ method }: { method: string }): boolean => method === "GET";

describe("task-wait", () => {
  const sandbox = useSandbox();
  const flows = useFlows();

  const load = (node: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(nodeFlow(sandbox().url, "vocu-task-wait", { node }), keyed());

  /** What a generated task leads to. */
  async function waited(
    node: Record<string, unknown>,
    texts: string[] = [TEXT],
    message: Message = {},
  ): Promise<{ id: string; flow: Flow }> {
    const id = await created(sandbox(), ...texts);
    const flow = await load(node);
    const { error } = await flow.ended(flow.input({ ...message, payload: { id } }, "node"));
    assert.equal(error, undefined);
    await flow.at("second").nth(0);
    return { id, flow };
  }

  it("passes on the audio as one Buffer by itself", async () => {
    const { flow } = await waited({});
    const out = await flow.at("out").nth(0);
    assert.deepEqual(bytesOf([out]), await sandbox().speech({ voiceId, text: TEXT }));
  });

  it("passes on the audio as a chunk sequence that Join understands", async () => {
    const { flow } = await waited({ output: "chunks", chunkBytes: "3000" });
    const { entries } = flow.at("out");
    assert.ok(entries.length > 1);
    assert.deepEqual(bytesOf(entries), await sandbox().speech({ voiceId, text: TEXT }));
    assert.deepEqual(
      entries.map(({ parts }) => [parts?.index, parts?.count]),
      entries.map((_, index) => [index, index === entries.length - 1 ? entries.length : undefined]),
    );
  });

  it("tells how many characters the task has", async () => {
    const { flow } = await waited({ output: "url" });
    const { vocu } = await flow.at("out").nth(0);
    assert.equal(vocu?.characters, TEXT.length);
  });

  it("passes on the address of the audio", async () => {
    const { id, flow } = await waited({ output: "url" });
    const { payload, vocu } = await flow.at("out").nth(0);
    assert.ok(String(payload).startsWith(sandbox().storageUrl));
    assert.deepEqual([vocu?.taskId, vocu?.audioUrl], [id, payload]);
  });

  it("passes on the task itself", async () => {
    const { id, flow } = await waited({ output: "task" });
    const task = (await flow.at("out").nth(0)).payload as Record<string, unknown>;
    assert.deepEqual([task.id, task.status], [id, "generated"]);
  });

  it("takes the merged audio of several blocks", async () => {
    const texts = ["First.", "Second."];
    const { flow } = await waited({}, texts);
    const parts = await Promise.all(texts.map((text) => sandbox().speech({ voiceId, text })));
    assert.deepEqual(bytesOf([await flow.at("out").nth(0)]), Buffer.concat(parts));
  });

  for (const output of ["buffer", "chunks", "url", "task"]) {
    it(`ends with one summary that has the task's id when it passes on: ${output}`, async () => {
      const { id, flow } = await waited({ output });
      const { entries } = flow.at("second");
      assert.equal(entries.length, 1);
      const summary = entries[0]?.payload as Record<string, unknown>;
      assert.deepEqual([summary.operation, summary.taskId], ["task-wait", id]);
    });
  }

  it("keeps the other properties of the message", async () => {
    const { flow } = await waited({}, [TEXT], { topic: "station" });
    assert.equal((await flow.at("out").nth(0)).topic, "station");
    assert.equal((await flow.at("second").nth(0)).topic, "station");
  });

  it("never shows the key to the host of the audio", async () => {
    await waited({});
    const download = sandbox().requests.find(({ host }) => host === "storage");
    assert.ok(download);
    assert.equal(download.headers.authorization, undefined);
  });

  it("takes a broken download up again", async () => {
    sandbox().fail({ on: { host: "storage" }, cutAfter: 2000 });
    const { flow } = await waited({});
    assert.deepEqual(bytesOf([await flow.at("out").nth(0)]), await sandbox().speech({ voiceId, text: TEXT }));
  });

  it("retracts the chunks of a download that could not be finished, and names the task", async () => {
    const id = await created(sandbox(), TEXT);
    const flow = await load({ output: "chunks" });
    sandbox().fail({ on: { host: "storage" }, cutAfter: 2000 });
    sandbox().fail({ on: { host: "storage" }, times: Infinity, error: { status: 404 } });
    flow.input({ payload: { id } }, "node");
    const { code, cause } = await flow.caught();
    assert.equal(code, "STREAM_CUT");
    assert.equal(cause?.taskId, id);
    const retraction = await flow.at("out").find(({ reset }) => reset === true);
    assert.deepEqual(retraction.parts, { id: (await flow.at("out").nth(0)).parts?.id });
  });

  it("does not pass on a page that the storage shows in place of the audio", async () => {
    const id = await created(sandbox(), TEXT);
    const flow = await load();
    const page = { status: 200, text: "<html>login</html>", contentType: "text/html" };
    sandbox().fail({ on: { host: "storage" }, reply: page });
    flow.input({ payload: { id } }, "node");
    assert.equal((await flow.caught()).code, "NOT_AUDIO");
    assert.deepEqual(flow.at("out").entries, []);
  });

  it("reports a failed task as an error with its id", async () => {
    const id = await created(sandbox(), failMarker);
    const flow = await load();
    flow.input({ payload: { id } }, "node");
    const { code, cause } = await flow.caught();
    assert.equal(code, "TASK_FAILED");
    assert.deepEqual([cause?.taskId, cause?.retryable, cause?.operation], [id, false, "task-wait"]);
  });

  it("names the request that told of the failure, by which the service finds it", async () => {
    const id = await created(sandbox(), failMarker);
    const flow = await load();
    flow.input({ payload: { id } }, "node");
    const { cause } = await flow.caught();
    assert.equal(typeof cause?.requestId, "string");
  });

  it("reports a task that is not there", async () => {
    const flow = await load();
    flow.input({ payload: { id: "gone" } }, "node");
    const { code, cause } = await flow.caught();
    assert.deepEqual([code, cause?.taskId], ["GENERATE_NOT_FOUND", "gone"]);
  });

  it("reports it when a generated task has no audio", async () => {
    const flow = await load();
    const data = { id: "silent", status: "generated", metadata: { contents: [] } };
    sandbox().fail({
      on: { method: "GET", path: /generate/ },
      reply: { status: 200, json: { status: 200, data } },
    });
    flow.input({ payload: { id: "silent" } }, "node");
    assert.equal((await flow.caught()).code, "TASK_NO_AUDIO");
  });

  it("continues polling after transient faults", async () => {
    const id = await created(sandbox(), TEXT);
    const flow = await load();
    sandbox().fail({
      on: { method: "GET", path: /generate/ },
      error: { status: 503, code: "STORAGE_UNAVAILABLE" },
    });
    const { error } = await flow.ended(flow.input({ payload: { id } }, "node"));
    assert.equal(error, undefined);
    assert.equal(
      sandbox()
        .requests.filter(isLook)
        .filter(({ host }) => host === "api").length,
      2,
    );
  });

  it("refuses a message without a task before anything is sent", async () => {
    const flow = await load();
    flow.input({ payload: "no object" }, "node");
    assert.equal((await flow.caught()).code, "INPUT_MISSING");
    assert.deepEqual(sandbox().requests, []);
  });
});

describe("task-wait while a task is on its way", () => {
  const flows = useFlows();
  let sandbox: Sandbox;
  const start = async (taskMs: number): Promise<void> => {
    sandbox = await startSandbox({ taskMs });
  };
  afterEach(() => sandbox.close());

  const load = (node: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(nodeFlow(sandbox.url, "vocu-task-wait", { node }), keyed());

  it("shows that the task waits, then how many of its parts are done, and looks again after a second", async () => {
    await start(600_000);
    const id = await created(sandbox, TEXT);
    const flow = await load({ output: "task" });
    const begun = performance.now();
    const message = flow.input({ payload: { id } }, "node");
    await flow.at("status").find(({ status }) => status?.text?.includes("taskPending") === true);
    sandbox.advance(300_000);
    await flow.at("status").find(({ status }) => status?.text?.includes("taskProcessing") === true);
    sandbox.advance(300_000);
    await flow.ended(message);
    assert.ok(performance.now() - begun >= 2400);
    assert.equal(looksIn(sandbox), 3);
  });

  it("follows several tasks at once, each message its own", async () => {
    await start(300);
    const texts = ["One.", "Two.", "Three."];
    const ids = await Promise.all(texts.map((text) => created(sandbox, text)));
    const flow = await load({ output: "task" });
    const messages = ids.map((id) => flow.input({ payload: { id }, topic: id }, "node"));
    await Promise.all(messages.map((message) => flow.ended(message)));
    const entries = await flow.at("out").reach(ids.length);
    assert.deepEqual(entries.map(({ topic }) => topic).sort(), [...ids].sort());
    for (const { topic, payload } of entries) assert.equal((payload as { id: string }).id, topic);
  });

  it("gives up after its timeout, with the task's id so that it can be found again", async () => {
    await start(600_000);
    const id = await created(sandbox, TEXT);
    const flow = await load({ timeout: "1" });
    flow.input({ payload: { id } }, "node");
    const { code, cause } = await flow.caught();
    assert.equal(code, "TASK_TIMEOUT");
    assert.deepEqual([cause?.taskId, cause?.timeoutMs, cause?.retryable], [id, 1000, true]);
  });

  it("stops polling on reset, without an error", async () => {
    await start(600_000);
    const id = await created(sandbox, TEXT);
    const flow = await load();
    const message = flow.input({ payload: { id } }, "node");
    await sandbox.waitForRequest(isLook);
    flow.input({ reset: true }, "node");
    const { error } = await flow.ended(message);
    assert.equal(error, undefined);
    assert.deepEqual(flow.at("out").entries, []);
  });

  it("ends with the flow", async () => {
    await start(600_000);
    const id = await created(sandbox, TEXT);
    const flow = await load();
    const message = flow.input({ payload: { id } }, "node");
    await sandbox.waitForRequest(isLook);
    await flow.stop();
    const { error } = await flow.ended(message);
    assert.equal(error, undefined);
  });

  it("aborts a poll that hangs when the time is up", async () => {
    await start(0);
    sandbox.fail({ on: { method: "GET" }, hangBeforeHeaders: true });
    const flow = await load({ timeout: "1" });
    flow.input({ payload: { id: "any" } }, "node");
    assert.equal((await flow.caught()).code, "TASK_TIMEOUT");
  });
});
