import assert from "node:assert/strict";
import { accountIn, idInReply, readTask, readVoice } from "../../lib/api";

const task = (status: string, metadata: object = {}, more: object = {}): object => ({
  id: "task",
  status,
  metadata,
  ...more,
});

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
    const { done, total, audioUrl, characters, reason } = readTask({ id: "task", status: "pending" });
    assert.deepEqual([done, total, audioUrl, characters, reason], [0, 0, undefined, undefined, undefined]);
  });

  for (const [what, data] of [
    ["nothing", undefined],
    ["a list", []],
    ["a text", "task"],
  ] as const) {
    it(`makes an empty task of ${what}`, () => {
      const { id, status, state, total } = readTask(data);
      assert.deepEqual([id, status, state, total], [undefined, undefined, "running", 0]);
    });
  }

  for (const [status, metadata, state] of [
    ["pending", {}, "running"],
    ["processing", { audio: "https://a" }, "running"],
    ["generated", {}, "generated"],
    ["succeeded", {}, "generated"],
    ["failed", { audio: "https://a" }, "failed"],
    ["canceled", {}, "failed"],
    ["merging", {}, "running"],
    ["merging", { audio: "https://a" }, "generated"],
    [undefined, { audio: "https://a" }, "generated"],
  ] as const) {
    it(`takes the status ${status ?? "nothing"}${"audio" in metadata ? " with audio" : ""} for ${state}`, () => {
      assert.equal(readTask({ id: "task", status, metadata }).state, state);
    });
  }
});

describe("Reading a voice", () => {
  it("sends what the service says is for generating, else the id", () => {
    assert.equal(readVoice({ id: "a", idForGenerate: "b" }).voiceId, "b");
    assert.equal(readVoice({ id: "a", idForGenerate: null }).voiceId, "a");
  });

  for (const [given, voiceId] of [
    [{ id: "a", type: "market" }, "market:a"],
    [{ id: "market:a", type: "market" }, "market:a"],
    [{ id: "a", type: "" }, "a"],
    [{ id: "a", type: "market", idForGenerate: "b" }, "b"],
  ] as const) {
    it(`sends ${voiceId} for ${JSON.stringify(given)}`, () =>
      assert.equal(readVoice(given).voiceId, voiceId));
  }

  it("accepts a voice that says nothing about its status, and one that cannot speak", () => {
    assert.equal(readVoice({ id: "a" }).usable, true);
    assert.equal(readVoice({ id: "a", status: "lora-failed" }).usable, false);
  });

  it("leaves out styles without an id", () => {
    const prompts = [{ id: "default" }, { name: "none" }, "odd", null];
    assert.deepEqual(
      readVoice({ metadata: { prompts } }).styles.map(({ id }) => id),
      ["default"],
    );
  });
});

describe("Reading an id", () => {
  for (const [what, body, id] of [
    ["by its name in data", { data: { voiceId: "a", id: "b" } }, "a"],
    ["by its name beside data", { voiceId: "a", data: { id: "b" } }, "a"],
    ["in data that is a text", { data: "a" }, "a"],
    ["as data.id", { data: { id: "a", name: "b" } }, "a"],
    ["as a number", { data: { voiceId: 7 } }, "7"],
    ["in data that is a number", { data: 7 }, "7"],
    ["as the only text of data", { data: { token: "a", uses: 1 } }, "a"],
    ["as the only text beside the envelope", { status: 200, message: "OK", requestId: "r", link: "a" }, "a"],
    ["nowhere among several texts", { data: { one: "a", two: "b" } }, undefined],
    ["nowhere in an envelope alone", { status: 200, message: "OK" }, undefined],
    ["nowhere in blank texts", { data: { voiceId: " " } }, undefined],
  ] as const) {
    it(`finds it ${what}`, () => assert.equal(idInReply(body, ["voiceId"]), id));
  }
});

describe("Reading an account", () => {
  for (const [where, body, account] of [
    ["under user", { status: 200, user: { name: "Ada" }, data: { other: 1 } }, { name: "Ada" }],
    ["under data", { status: 200, data: { name: "Ada" } }, { name: "Ada" }],
    ["at top level", { status: 200, name: "Ada" }, { status: 200, name: "Ada" }],
  ] as const) {
    it(`finds it ${where}`, () => assert.deepEqual(accountIn(body), account));
  }
});
