/** How a list is stopped between two items of a page. */
import assert from "node:assert/strict";
import type { Reply } from "../../lib/api";
import type { Message } from "../../lib/flow/message/sequence";
import templateList from "../../nodes/template-list";

type Context = Parameters<(typeof templateList)["description"]["run"]>[0];

describe("a list that is sent item by item", () => {
  it("ends at the item at which it is stopped, and takes back what it sent", async () => {
    // With Node-RED's `runtimeSyncDelivery`, a flow can reset the node while an item is being sent.
    const stopping = new AbortController();
    const { signal } = stopping;
    const data = ["a", "b", "c"].map((id) => ({ id }));
    const reply = { data, body: { data }, statusCode: 200, durationMs: 1, attempts: 1 } as unknown as Reply;
    const sent: Message[] = [];
    const retracted: Message[] = [];
    const context = {
      RED: { util: { cloneMessage: structuredClone, generateId: () => "s1" } },
      operation: "template-list",
      msg: { _msgid: "m" },
      inputs: {},
      settings: { pages: "all" },
      account: { client: { call: () => Promise.resolve(reply) } },
      signal,
      status: { working: () => undefined },
      send: (message: Message) => {
        sent.push(message);
        stopping.abort();
      },
      retract: (message: Message) => retracted.push(message),
    } as unknown as Context;
    await assert.rejects(templateList.description.run(context), { name: "AbortError" });
    assert.deepEqual(
      sent.map(({ payload }) => payload),
      [{ id: "a" }],
    );
    assert.deepEqual(
      retracted.map(({ reset, parts }) => [reset, parts]),
      [[true, { id: "s1" }]],
    );
  });
});
