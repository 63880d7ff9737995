import assert from "node:assert/strict";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "../nodes/support/flows";
import type { Message } from "../nodes/support/message";
import type { CaughtFailure } from "../nodes/support/one-node";
import { useSandbox } from "../nodes/support/sandbox";
import { keyed, onTab, sink, speechFlow, speechNode } from "../nodes/support/speech-flow";
import { useStage, type Call } from "../nodes/support/stage";

const AUDIO = Buffer.concat(framesOf(4));

/** Two stream nodes, `speech` and `other`, and a node `voices` that reads: all of one account. */
const house = (
  url: string,
  account: Record<string, unknown> = {},
  node: Record<string, unknown> = {},
): ReturnType<typeof speechFlow> => [
  ...speechFlow(url, { account: { cacheEnabled: false, ...account }, node }),
  speechNode({ id: "other", wires: [["otherChunks"], []], ...node }),
  sink("otherChunks"),
  { ...onTab, id: "voices", type: "vocu-voice-list", account: "account", wires: [["list"]] },
  sink("list"),
];

const asked = ({ asked: { text } }: Call): unknown => text;

describe("account: one key, many nodes", () => {
  const flows = useFlows();
  const stage = useStage();
  const load = (account: object = {}, node: object = {}): Promise<Flow> =>
    flows.load(house(stage().url, { ...account }, { ...node }), keyed());
  const call = (index: number): Promise<Call> => stage().calls.nth(index);

  it("serves the waiting messages of all nodes by urgency, then by age", async () => {
    const flow = await load({ maxConcurrent: 1 }, { busy: "parallel" });
    flow.input("running", "speech");
    const running = await call(0);
    flow.input("first", "other");
    flow.input("second", "speech");
    flow.input({ payload: "idle", priority: -1 }, "speech");
    flow.input({ payload: "urgent", priority: 1 }, "other");
    flow.input("third", "other");
    const all = flow.at("summary").reach(3);
    running.end(AUDIO);
    for (const index of [1, 2, 3, 4, 5]) (await call(index)).end(AUDIO);
    await all;
    assert.deepEqual(stage().calls.entries.map(asked), [
      "running",
      "urgent",
      "first",
      "second",
      "third",
      "idle",
    ]);
  });

  it("counts the age from a message's arrival, also where it waited in its own node first", async () => {
    const flow = await flows.load(
      house(stage().url, { maxConcurrent: 1 }).map((node) =>
        node.id === "other" ? { ...node, busy: "parallel" } : node,
      ),
      keyed(),
    );
    const inputs = ["running", "waits in its node"].map((text) => flow.input(text, "speech"));
    const running = await call(0);
    inputs.push(...["first", "youngest"].map((text) => flow.input(text, "other")));
    await flow.at("status").find(({ status }) => status?.fill === "yellow");
    running.end(AUDIO);
    const first = await call(1);
    await flow.ended(inputs[0] as Message);
    first.end(AUDIO);
    for (const index of [2, 3]) (await call(index)).end(AUDIO);
    for (const input of inputs) await flow.ended(input);
    assert.deepEqual(stage().calls.entries.map(asked), ["running", "first", "waits in its node", "youngest"]);
  });

  it("drops what has waited in the account's queue longer than msg.expires", async () => {
    const flow = await load({ maxConcurrent: 1 });
    flow.input("running", "speech");
    const running = await call(0);
    const late = flow.input({ payload: "late", expires: 5 }, "other");
    const { error } = await flow.ended(late);
    assert.equal((error as CaughtFailure).code, "EXPIRED");
    running.end(AUDIO);
    await flow.at("summary").nth(0);
    assert.equal(stage().calls.entries.length, 1);
  });

  it("shows under the node that its message waits for the account", async () => {
    const flow = await load({ maxConcurrent: 1 });
    const inputs = [flow.input("running", "speech")];
    const running = await call(0);
    inputs.push(flow.input("next", "other"));
    const { status } = await flow.at("status").find((message) => message.status?.fill === "yellow");
    assert.match(String(status?.text), /status\.waiting/);
    running.end(AUDIO);
    (await call(1)).end(AUDIO);
    for (const input of inputs) await flow.ended(input);
  });

  it("no longer shows it under a node whose message was stopped while others wait for the same speech", async () => {
    const flow = await load({ maxConcurrent: 1, cacheEnabled: true }, { busy: "parallel" });
    const isOf = (id: string, fill: string, { status }: Message): boolean =>
      (status as { source?: { id?: string } }).source?.id === id && status?.fill === fill;
    const inputs = [flow.input("running", "other")];
    const running = await call(0);
    const stopped = flow.input("same", "speech");
    await flow.at("status").find((message) => isOf("speech", "yellow", message));
    await running.audio(AUDIO);
    await flow.at("otherChunks").nth(0);
    const later = (from: number): Message[] => flow.at("status").entries.slice(from);
    const shown = async (from: number, fill: string): Promise<unknown> =>
      flow.at("status").find(() => later(from).some((message) => isOf("other", fill, message)));
    const before = flow.at("status").entries.length;
    inputs.push(flow.input("same", "other"));
    await shown(before, "blue");
    flow.input({ reset: true }, "speech");
    await flow.ended(stopped);
    const after = flow.at("status").entries.length;
    inputs.push(flow.input("one more", "other"));
    await shown(after, "yellow");
    assert.ok(!later(after).some((message) => isOf("speech", "yellow", message)));
    running.end(AUDIO);
    for (const index of [1, 2]) (await call(index)).end(AUDIO);
    for (const input of inputs) await flow.ended(input);
  });

  describe("a bound on those who wait", () => {
    it("refuses one more, of whatever node, with an error of its own", async () => {
      const flow = await load({ maxConcurrent: 1, maxWaiting: 2 });
      const inputs = [flow.input("running", "speech")];
      const running = await call(0);
      inputs.push(flow.input("waits in its node", "speech"), flow.input("waits for the account", "other"));
      const refused = await flow.ended(flow.input("too many", "other"));
      const { code, cause } = refused.error as CaughtFailure;
      assert.deepEqual([code, cause.retryable], ["QUEUE_FULL", true]);
      running.end(AUDIO);
      for (const index of [1, 2]) (await call(index)).end(AUDIO);
      for (const input of inputs) assert.equal((await flow.ended(input)).error, undefined);
    });

    it("admits members of a sequence beyond it only while others of the sequence are in processing", async () => {
      const flow = await load({ maxConcurrent: 1, maxWaiting: 1 }, { busy: "parallel" });
      const member = (index: number): Message => ({ payload: "member", parts: { id: "s", index } });
      const inputs = [flow.input(member(0), "speech")];
      (await call(0)).end(AUDIO);
      assert.equal((await flow.ended(inputs[0] as Message)).error, undefined);
      inputs.push(flow.input("running", "speech"));
      const running = await call(1);
      inputs.push(flow.input("waits", "speech"));
      const refused = await flow.ended(flow.input(member(1), "other"));
      assert.equal((refused.error as CaughtFailure).code, "QUEUE_FULL");
      running.end(AUDIO);
      (await call(2)).end(AUDIO);
      for (const input of inputs) await flow.ended(input);
    });

    it("refuses nothing when it is 0", async () => {
      const flow = await load({ maxConcurrent: 1, maxWaiting: 0 });
      flow.input("running", "speech");
      await call(0);
      for (let n = 0; n < 150; n++) flow.input(`${n}`, "speech");
      await flow.at("status").find(({ status }) => status?.fill === "yellow");
      flow.input({ reset: true }, "speech");
      await flow.at("complete").reach(151);
      assert.deepEqual(flow.at("catch").entries, []);
    });

    it("is 100 if nobody has set it", async () => {
      const flow = await load({ maxConcurrent: 1 });
      flow.input("running", "speech");
      await call(0);
      for (let n = 0; n < 101; n++) flow.input(`${n}`, "speech");
      assert.equal((await flow.caught()).code, "QUEUE_FULL");
      flow.input({ reset: true }, "speech");
      await flow.at("complete").reach(101);
      assert.equal(flow.at("catch").entries.length, 1);
    });

    it("has room again after a reset", async () => {
      const flow = await load({ maxConcurrent: 1, maxWaiting: 1 });
      flow.input("running", "speech");
      await call(0);
      const waiting = flow.input("waits", "speech");
      flow.input({ reset: true }, "speech");
      await flow.ended(waiting);
      const inputs = [flow.input("running", "speech"), flow.input("waits", "speech")];
      for (const index of [1, 2]) (await call(index)).end(AUDIO);
      for (const input of inputs) assert.equal((await flow.ended(input)).error, undefined);
    });
  });
});

describe("account: 429", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  /** Lets one message meet a 429; answers with a moment that was certainly before it. */
  const limited = async (flow: Flow, retryAfter: string): Promise<number> => {
    const before = performance.now();
    sandbox().fail({ error: { status: 429, headers: { "Retry-After": retryAfter } } });
    const { error } = await flow.ended(flow.input("One.", "speech"));
    assert.equal((error as CaughtFailure).cause.statusCode, 429);
    return before;
  };

  it("holds back the generations of all nodes for as long as the service asks", async () => {
    const flow = await flows.load(house(sandbox().url), keyed());
    const since = await limited(flow, "0.5");
    assert.equal((await flow.ended(flow.input("Two.", "other"))).error, undefined);
    assert.ok(performance.now() - since >= 500);
  });

  it("holds them back also if the account has no limit of its own", async () => {
    const flow = await flows.load(house(sandbox().url, { maxConcurrent: 0 }), keyed());
    const since = await limited(flow, "0.5");
    assert.equal((await flow.ended(flow.input("Two.", "other"))).error, undefined);
    assert.ok(performance.now() - since >= 500);
  });

  it("does not hold back reads", async () => {
    const flow = await flows.load(house(sandbox().url), keyed());
    await limited(flow, "60");
    const held = flow.input("Two.", "other");
    assert.equal((await flow.ended(flow.input({ payload: "" }, "voices"))).error, undefined);
    assert.equal(flow.at("otherChunks").entries.length, 0);
    flow.input({ reset: true }, "other");
    assert.equal((await flow.ended(held)).error, undefined);
  });

  it("does not outlive the flow", async () => {
    const flow = await flows.load(house(sandbox().url), keyed());
    await limited(flow, "60");
    flow.input("Two.", "other");
    await flow.at("status").find(({ status }) => status?.fill === "yellow");
    await flow.redeploy(house(sandbox().url, { name: "Fresh" }));
    assert.equal((await flow.ended(flow.input("Three.", "other"))).error, undefined);
  });
});

describe("account: reads and generations", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  it("lets reads pass while generations fill the account and wait", async () => {
    sandbox().fail({ hangBeforeHeaders: true });
    const flow = await flows.load(house(sandbox().url, { maxConcurrent: 1 }), keyed());
    const inputs = [flow.input("One.", "speech"), flow.input("Two.", "other")];
    await sandbox().waitForRequest(({ path }) => path.includes("simple-generate"));
    assert.equal((await flow.ended(flow.input({ payload: "" }, "voices"))).error, undefined);
    for (const id of ["speech", "other"]) flow.input({ reset: true }, id);
    for (const input of inputs) await flow.ended(input);
  });
});
