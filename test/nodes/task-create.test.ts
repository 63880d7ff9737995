import assert from "node:assert/strict";
import { failMarker, projectId, voiceIds } from "../../sandbox";
import { useFlows, type Flow } from "./support/flows";
import { bytesOf, factsOf, type Message } from "./support/message";
import { nodeFlow } from "./support/node-flow";
import { useSandbox } from "./support/sandbox";
import { keyed } from "./support/speech-flow";

const TEXT = "It is dinner time.";
const voiceId = voiceIds.english;

describe("task-create", () => {
  const sandbox = useSandbox();
  const flows = useFlows();

  const load = (node: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(nodeFlow(sandbox().url, "vocu-task-create", { node }), keyed());

  /** What one message leads to: the request's body and what the node sends. */
  async function create(
    node: Record<string, unknown>,
    message: Message = { payload: TEXT },
  ): Promise<{ body: unknown; out: Message }> {
    const flow = await load(node);
    flow.input(message, "node");
    const out = await flow.at("out").nth(0);
    return { body: sandbox().requests[0]?.body, out };
  }

  /** The error of a message that must not lead to a request. */
  async function refused(
    node: Record<string, unknown>,
    message: Message = { payload: TEXT },
  ): Promise<Error> {
    const flow = await load(node);
    const { error } = await flow.ended(flow.input(message, "node"));
    assert.ok(error);
    assert.deepEqual(sandbox().requests, []);
    return error;
  }

  it("makes one text a single block", async () => {
    const { body } = await create({ voiceId });
    assert.deepEqual(body, { contents: [{ type: "text", text: TEXT, voiceId }] });
  });

  it("puts the speech parameters into the block and the others beside it, with their JSON types", async () => {
    const speech = { promptId: "default", preset: "stable", speechRate: 1.2, language: "en-us", seed: 7 };
    const more = { break_clone: false, vivid: true, emo_switch: [0, 1, 0, 0, 0], infinite_mode: true };
    const node = Object.fromEntries(
      Object.entries({ voiceId, ...speech, ...more, srt: true, sync: true, projectId }).map(
        ([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)],
      ),
    );
    const { body } = await create(node);
    const block = { type: "text", text: TEXT, voiceId, ...speech, ...more };
    assert.deepEqual(body, { contents: [block], srt: true, sync: true, projectId });
  });

  it("sends blocks as they are given", async () => {
    const contents = [
      { type: "text", voiceId, text: "First." },
      { type: "sfx", text: "rain", sfx_length: 1 },
      { type: "scene", text: "A market." },
    ];
    const { body } = await create({ shape: "contents" }, { payload: contents });
    assert.deepEqual(body, { contents });
  });

  it("takes a single block for a list of one", async () => {
    const block = { type: "text", voiceId, text: "First." };
    const { body } = await create({ shape: "contents" }, { payload: block });
    assert.deepEqual(body, { contents: [block] });
  });

  it("ignores the inputs of other shapes", async () => {
    const contents = [{ type: "text", voiceId, text: "First." }];
    const { body } = await create({ shape: "contents", voiceId, splitterId: "x" }, { payload: contents });
    assert.deepEqual(body, { contents });
  });

  it("sends a text with the splitter that cuts it up", async () => {
    const splitter = { splitterMarks: ["[]"], fallbackConfig: { voiceId } };
    const { body } = await create({ shape: "splitter", splitter: JSON.stringify(splitter), voiceId });
    assert.deepEqual(body, { text: TEXT, splitter });
  });

  it("sends a text with the id of a stored splitter", async () => {
    const flow = await load({ shape: "splitterId", splitterId: "unknown" });
    flow.input({ payload: TEXT }, "node");
    assert.equal((await flow.caught()).code, "SPLITTER_NOT_FOUND");
    assert.deepEqual(sandbox().requests[0]?.body, { text: TEXT, splitterId: "unknown" });
  });

  it("gives the task and its id", async () => {
    const { out } = await create({ voiceId }, { payload: TEXT, topic: "kitchen" });
    const { id, status } = out.payload as { id: string; status: string };
    assert.equal(status, "pending");
    assert.equal(out.topic, "kitchen");
    const { taskId, operation } = factsOf(out);
    assert.deepEqual([operation, taskId], ["task-create", id]);
  });

  it("gives its words to the status when it waits: the audio, then a summary with the task's id", async () => {
    const flow = await load({ voiceId, wait: true });
    flow.input({ payload: TEXT }, "node");
    const audio = await flow.at("out").nth(0);
    const summary = await flow.at("second").nth(0);
    assert.deepEqual(bytesOf([audio]), await sandbox().speech({ voiceId, text: TEXT }));
    assert.equal(typeof factsOf(summary).taskId, "string");
    assert.equal(factsOf(summary).operation, "task-create");
  });

  it("is billed once, also when it waits", async () => {
    const { spent } = sandbox().account;
    const flow = await load({ voiceId, wait: true });
    await flow.ended(flow.input({ payload: TEXT }, "node"));
    assert.equal(sandbox().account.spent - spent, TEXT.length);
  });

  it("names the task that failed", async () => {
    const flow = await load({ voiceId, wait: true });
    flow.input({ payload: failMarker }, "node");
    const { code, cause } = await flow.caught();
    assert.equal(code, "TASK_FAILED");
    assert.match(String(cause?.taskId), /^[0-9a-f-]{36}$/);
  });

  for (const [what, node, message, code] of [
    ["no voice", {}, undefined, "INPUT_MISSING"],
    ["no text", { voiceId }, { payload: "" }, "INPUT_MISSING"],
    ["no blocks", { shape: "contents" }, { payload: [] }, "INPUT_MISSING"],
    ["text in place of blocks", { shape: "contents" }, { payload: "[" }, "INPUT_INVALID"],
    ["no splitter", { shape: "splitter" }, undefined, "INPUT_MISSING"],
    ["no splitter's id", { shape: "splitterId" }, undefined, "INPUT_MISSING"],
    ["an unknown shape", { shape: "song", voiceId }, undefined, "INPUT_NOT_A_CHOICE"],
    [
      "a key that the block's type does not honour",
      { shape: "contents" },
      { payload: [{ type: "sfx", text: "rain", voiceId }] },
      "INPUT_UNKNOWN_KEY",
    ],
  ] as const) {
    it(`refuses ${what} before anything is sent`, async () => {
      const error = await refused(node, message && { ...message });
      assert.equal((error as Error & { code: string }).code, code);
    });
  }

  for (const [code, node] of [
    ["PROJECT_NOT_FOUND", { projectId: projectId.replace("9", "8") }],
    ["VOICE_NOT_FOUND", { voiceId: "nobody" }],
    ["VOICE_INSTRUCT_PATH_ONLY", { voiceId: voiceIds.controllable }],
  ] as const) {
    it(`passes the service's ${code} on`, async () => {
      const flow = await load({ voiceId, ...node });
      flow.input({ payload: TEXT }, "node");
      assert.equal((await flow.caught()).code, code);
    });
  }

  it("does not send it again when the connection broke: it may have been accepted", async () => {
    sandbox().fail({ on: { path: "/api/tts/generate" }, resetBeforeHeaders: true });
    const flow = await flows.load(
      nodeFlow(sandbox().url, "vocu-task-create", { node: { voiceId }, account: { retries: 3 } }),
      keyed(),
    );
    flow.input({ payload: TEXT }, "node");
    assert.equal((await flow.caught()).code, "CONNECTION_LOST");
    assert.equal(sandbox().requests.length, 1);
  });
});
