import assert from "node:assert/strict";
import type { Reply } from "../../lib/api";
import { readTask } from "../../lib/flow/tasks/task";

/** A reply with this task. */
const reply = (data: unknown): Reply => ({
  data,
  body: { status: 200, data },
  statusCode: 200,
  requestId: "request",
  durationMs: 1,
  attempts: 1,
});

const task = (status: string, metadata: object = {}, more: object = {}): Reply =>
  reply({ id: "task", status, metadata, ...more });

describe("Reading a task", () => {
  it("counts the blocks that have audio", () => {
    const { done, total } = readTask(task("processing", { contents: [{ audio: "https://a" }, {}, {}] }));
    assert.deepEqual([done, total], [1, 3]);
  });

  it("prefers the merged audio", () => {
    const metadata = { audio: "https://merged", contents: [{ audio: "https://single" }] };
    assert.equal(readTask(task("generated", metadata)).audioUrl, "https://merged");
  });

  it("takes the audio of a single block for the whole", () => {
    const metadata = { contents: [{ audio: "https://single" }] };
    assert.equal(readTask(task("generated", metadata)).audioUrl, "https://single");
  });

  it("does not take the audio of one of several blocks for the whole", () => {
    const metadata = { contents: [{ audio: "https://first" }, { audio: "https://second" }] };
    assert.equal(readTask(task("generated", metadata)).audioUrl, undefined);
  });

  for (const [place, read] of [
    ["the task", task("failed", {}, { message: "no luck" })],
    ["its metadata", task("failed", { error: "no luck" })],
    ["one of its blocks", task("failed", { contents: [{}, { reason: "no luck" }] })],
  ] as const) {
    it(`finds the reason of a failure in ${place}`, () => {
      assert.equal(readTask(read).reason, "no luck");
    });
  }

  it("copes with a task that has nothing but id and status", () => {
    const { done, total, audioUrl, characters, reason } = readTask(reply({ id: "task", status: "pending" }));
    assert.deepEqual([done, total, audioUrl, characters, reason], [0, 0, undefined, undefined, undefined]);
  });

  for (const [what, data] of [
    ["nothing", undefined],
    ["a list", []],
    ["an object without status", { id: "task" }],
    ["an object without id", { status: "pending" }],
  ] as const) {
    it(`refuses ${what} in place of a task`, () => {
      assert.throws(() => readTask(reply(data)), { code: "BAD_REPLY" });
    });
  }
});
