import assert from "node:assert/strict";
import type { Fault } from "../../sandbox";
import { useFlows } from "./support/flows";
import { factsOf, type Message } from "./support/message";
import { nodeFlow } from "./support/node-flow";
import { Bench, prepare } from "./support/one-node";
import { useSandbox } from "./support/sandbox";
import { keyed } from "./support/speech-flow";

/** The items of a page, by hand: nothing else shows what happens between pages. */
const page = (...ids: string[]): Fault => ({
  on: { method: "GET", path: "/api/template" },
  reply: { status: 200, json: { status: 200, data: ids.map((id) => ({ id, name: id })) } },
});

const idsOf = (messages: readonly Message[]): unknown[] =>
  messages.map(({ payload }) => (payload as { id: string }).id);

const names = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `t${from + i}`);

describe("a node that lists", () => {
  const sandbox = useSandbox();
  const flows = useFlows();
  const list = new Bench(sandbox, flows, "vocu-template-list");

  it("gives one page as a list and sends only what is asked for", async () => {
    sandbox().fail(page("a", "b"));
    const { sent, requests } = await list.run({ limit: "2", offset: 4, from: "self" });
    assert.deepEqual(requests[0]?.query, { limit: "2", offset: "4", from: "self" });
    assert.equal(sent.length, 1);
    assert.deepEqual(sent[0]?.payload, [
      { id: "a", name: "a" },
      { id: "b", name: "b" },
    ]);
    assert.equal(sent[0].parts, undefined);
  });

  it("asks for the service's own page when nothing is said", async () => {
    const { requests } = await list.run({});
    assert.deepEqual(requests[0]?.query, {});
  });

  it("gives an empty page as an empty list", async () => {
    sandbox().fail(page());
    assert.deepEqual((await list.result({})).payload, []);
  });

  for (const json of [{ status: 200 }, { status: 200, data: null }]) {
    it(`gives ${JSON.stringify(json)} as an empty list`, async () => {
      sandbox().fail({ on: { path: "/api/template" }, reply: { status: 200, json } });
      assert.deepEqual((await list.result({}, { payload: "what came in" })).payload, []);
    });
  }

  it("reports that the server does not offer the operation, because it has no ID", async () => {
    const reply = { status: 404, json: { status: 404, message: "Not Found" } };
    for (const pages of ["one", "all"]) {
      sandbox().fail({ on: { path: "/api/template" }, reply });
      assert.equal((await list.run({ pages })).error?.code, "OPERATION_NOT_OFFERED");
    }
  });

  for (const [field, value] of [
    ["limit", "0"],
    ["offset", "-1"],
  ] as const) {
    it(`refuses ${field} ${value} before anything is sent`, async () => {
      assert.equal((await list.refusal({ [field]: value })).code, "INPUT_OUT_OF_RANGE");
    });
  }

  describe("everything", () => {
    it("is a message for each thing of every page, numbered as one sequence", async () => {
      sandbox().fail(page(...names(20)));
      sandbox().fail(page(...names(3, 20)));
      const { sent, requests } = await list.run({ pages: "all" });
      assert.deepEqual(idsOf(sent), names(23));
      assert.deepEqual(
        requests.map(({ query }) => query),
        [
          { limit: "20", offset: "0" },
          { limit: "20", offset: "20" },
        ],
      );
      assert.deepEqual(
        sent.map(({ parts }) => parts?.index),
        names(23).map((_, index) => index),
      );
      assert.equal(new Set(sent.map(({ parts }) => parts?.id)).size, 1);
      assert.deepEqual(
        sent.map(({ parts }) => parts?.count),
        [...names(22).map(() => undefined), 23],
      );
    });

    it("starts where it is told to", async () => {
      sandbox().fail(page("a"));
      const { requests } = await list.run({ pages: "all", offset: "7" });
      assert.equal(requests[0]?.query.offset, "7");
    });

    for (const [what, things] of [
      ["things with ids", names(20).map((id) => ({ id }))],
      ["things without ids", names(20).map((name) => ({ name }))],
    ] as const) {
      it(`ends with the first page that has nothing new: a server that ignores the offset (${what})`, async () => {
        const reply = { status: 200, json: { status: 200, data: things } };
        sandbox().fail({ on: { method: "GET", path: "/api/template" }, reply, times: Infinity });
        const { sent, requests } = await list.run({ pages: "all" });
        assert.deepEqual(
          sent.map(({ payload }) => payload),
          things,
        );
        assert.equal(requests.length, 2);
        assert.equal(sent.at(-1)?.parts?.count, 20);
      });
    }

    it("ends with a full page when the next one is empty", async () => {
      sandbox().fail(page(...names(20)));
      sandbox().fail(page());
      const { sent } = await list.run({ pages: "all" });
      assert.equal(sent.length, 20);
      assert.equal(sent[19]?.parts?.count, 20);
    });

    it("asks for pages of the size that is set", async () => {
      sandbox().fail(page("a"));
      const { requests } = await list.run({ pages: "all", limit: "5" });
      assert.equal(requests[0]?.query.limit, "5");
    });

    it("does not take a page for the last one because the server gives fewer than a large limit", async () => {
      sandbox().fail(page(...names(50)));
      sandbox().fail(page(...names(3, 50)));
      const { sent, requests } = await list.run({ pages: "all", limit: 100 });
      assert.equal(sent.length, 53);
      assert.equal(requests[1]?.query.offset, "50");
    });

    it("gives a thing once that slid onto the next page because a new one came in", async () => {
      sandbox().fail(page(...names(20)));
      sandbox().fail(page("t19", "t20"));
      assert.deepEqual(idsOf((await list.run({ pages: "all" })).sent), names(21));
    });

    it("sends nothing for an empty list, and is done", async () => {
      sandbox().fail(page());
      const { sent, error, flow } = await list.run({ pages: "all" });
      assert.deepEqual(sent, []);
      assert.equal(error, undefined);
      assert.match(flow.at("status").last?.status?.text ?? "", /empty/);
    });

    it("keeps the other properties and the incoming sequence", async () => {
      sandbox().fail(page("a"));
      const parts = { id: "outer", index: 2, count: 5 };
      const { sent } = await list.run({ pages: "all" }, { payload: "", topic: "x", parts });
      assert.equal(sent[0]?.topic, "x");
      assert.deepEqual(sent[0].parts?.parts, parts);
    });

    it("gives every message its own copy", async () => {
      sandbox().fail(page("a", "b"));
      const { sent } = await list.run({ pages: "all" }, { payload: "", more: { deep: true } });
      assert.notEqual(sent[0]?.more, sent[1]?.more);
    });

    it("takes back what a half-filled join has when a later page fails", async () => {
      sandbox().fail(page(...names(20)));
      sandbox().fail({
        on: { method: "GET", path: "/api/template" },
        error: { status: 500, code: "SYSTEM_INTERNAL_ERROR" },
      });
      const { sent, error } = await list.run({ pages: "all" });
      assert.equal(error?.code, "SYSTEM_INTERNAL_ERROR");
      const { reset, parts } = sent.at(-1) as Message & { reset?: boolean };
      assert.deepEqual([reset, parts], [true, { id: sent[0]?.parts?.id }]);
    });

    it("stops on reset, and retracts what it sent", async () => {
      sandbox().fail(page(...names(20)));
      sandbox().fail({ on: { method: "GET", path: "/api/template" }, hangBeforeHeaders: true });
      const flow = await list.deploy({ pages: "all" });
      const message = flow.input({ payload: "" }, "node");
      await flow.at("out").reach(19);
      const second = await sandbox().waitForRequest(({ query }) => query.offset === "20");
      flow.input({ reset: true }, "node");
      assert.equal((await flow.ended(message)).error, undefined);
      await second.ended;
      assert.equal(second.aborted, true);
      assert.equal((await flow.at("out").nth(19)).reset, true);
    });

    it("becomes one list again in a Join node", async () => {
      sandbox().fail(page(...names(20)));
      sandbox().fail(page(...names(3, 20)));
      const [tab, account, node, out, second, ...observers] = nodeFlow(sandbox().url, "vocu-template-list", {
        node: { pages: "all", name: undefined, wires: [["collect"]] },
      });
      const join = { id: "collect", z: "tab", type: "join", mode: "auto", build: "object", wires: [["out"]] };
      const all = [tab, account, node, join, out, second, ...observers].filter((each) => each !== undefined);
      const flow = await flows.load(all, keyed());
      flow.input({ payload: "" }, "node");
      const { payload } = await flow.at("out").nth(0);
      assert.deepEqual(
        (payload as { id: string }[]).map(({ id }) => id),
        names(23),
      );
    });
  });

  describe("splitters", () => {
    const splitters = new Bench(sandbox, flows, "vocu-splitter-list");

    it("reports how many there are", async () => {
      await prepare(sandbox(), "POST", "/api/splitter", { name: "Play", config: {} });
      const { payload, ...message } = await splitters.result({});
      assert.equal((payload as unknown[]).length, factsOf(message).total);
    });

    it("needs no empty page to know that it has everything", async () => {
      const json = { status: 200, data: names(20).map((id) => ({ id })), total: 20 };
      sandbox().fail({ on: { method: "GET", path: "/api/splitter" }, reply: { status: 200, json } });
      const { sent, requests } = await splitters.run({ pages: "all" });
      assert.equal(sent.length, 20);
      assert.equal(requests.length, 1);
    });

    it("has pages of 50 at most", async () => {
      assert.equal((await splitters.refusal({ limit: 51 })).code, "INPUT_OUT_OF_RANGE");
    });
  });
});
