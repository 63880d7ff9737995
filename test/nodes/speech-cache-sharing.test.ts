import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import { bytesOf, factsOf, type Message } from "./support/message";
import { account, keyed, observers, sink, speechNode, tab } from "./support/speech-flow";
import { useStage } from "./support/stage";

const TEXT = "Dinner is ready.";
const FRAMES = framesOf(6);
const WHOLE = Buffer.concat(FRAMES);
const HALF = Buffer.concat(FRAMES.slice(0, 3));
const REST = Buffer.concat(FRAMES.slice(3));

describe("speech-stream: one generation for equal speeches at the same time", () => {
  const flows = useFlows();
  const stage = useStage();
  const userDir = useFolder();

  const stored = async (): Promise<string[]> => readdir(join(userDir(), "vocu-cache")).catch(() => []);

  const nodes = (own: { second?: Record<string, unknown>; account?: Record<string, unknown> } = {}) => [
    tab,
    account(stage().url, { cacheEnabled: true, ...own.account }),
    speechNode(),
    speechNode({ id: "second", wires: [["chunks2"], ["summary2"]], ...own.second }),
    ...["chunks", "summary", "chunks2", "summary2"].map(sink),
    ...observers(),
  ];

  /** Two speaking nodes of one account. */
  const load = (own: Parameters<typeof nodes>[0] = {}): Promise<Flow> =>
    flows.load(nodes(own), keyed(), { userDir: userDir() });

  /** Waits until both have spoken. */
  const spoken = (flow: Flow): Promise<unknown> =>
    Promise.all(["summary", "summary2"].map((id) => flow.at(id).nth(0)));

  /** Waits until a node has said something about its message, so that it has surely begun with it. */
  const begun = (flow: Flow, id: string): Promise<Message> =>
    flow
      .at("status")
      .find(({ status }) => (status as { source?: { id: string } } | undefined)?.source?.id === id);

  it("is asked for once, and both hear all of it", async () => {
    const flow = await load();
    const inputs = [flow.input(TEXT), flow.input(TEXT, "second")];
    (await stage().calls.nth(0)).end(WHOLE);
    for (const input of inputs) assert.equal((await flow.ended(input)).error, undefined);
    await spoken(flow);
    assert.equal(stage().calls.entries.length, 1);
    for (const id of ["chunks", "chunks2"]) assert.deepEqual(bytesOf(flow.at(id).entries), WHOLE);
  });

  it("is paid by the first; the other one reports that it was cached", async () => {
    const flow = await load();
    flow.input(TEXT);
    flow.input(TEXT, "second");
    (await stage().calls.nth(0)).end(WHOLE);
    await spoken(flow);
    assert.equal(factsOf(flow.at("summary").last).cached, false);
    const { cached, creditsUsed, audioId } = factsOf(flow.at("summary2").last);
    assert.deepEqual({ cached, creditsUsed, audioId }, { cached: true, creditsUsed: 0, audioId: "by-hand" });
  });

  it("has its bill told to the one who pays it, and to nobody else", async () => {
    const flow = await load();
    flow.input(TEXT);
    flow.input(TEXT, "second");
    const call = await stage().calls.nth(0);
    call.data = { billing: { cost: 16 }, credit_used: 16 };
    call.end(WHOLE);
    await spoken(flow);
    const [first, second] = ["summary", "summary2"].map((id) => factsOf(flow.at(id).last));
    assert.deepEqual([first?.billing, first?.creditsUsed], [{ cost: 16 }, 16]);
    assert.deepEqual([second?.billing, second?.creditsUsed], [undefined, 0]);
  });

  it("is heard from its beginning by one who comes late, while it still runs", async () => {
    const flow = await load();
    flow.input(TEXT);
    const call = await stage().calls.nth(0);
    await call.audio(HALF);
    await flow.at("chunks").nth(0);
    flow.input(TEXT, "second");
    const first = await flow.at("chunks2").nth(0);
    assert.deepEqual(first.payload, WHOLE.subarray(0, (first.payload as Buffer).length));
    call.end(REST);
    await spoken(flow);
    assert.deepEqual(bytesOf(flow.at("chunks2").entries), WHOLE);
    assert.equal(stage().calls.entries.length, 1);
  });

  it("continues when the one who began it is reset", async () => {
    const flow = await load();
    flow.input(TEXT);
    const other = flow.input(TEXT, "second");
    const call = await stage().calls.nth(0);
    await call.audio(HALF);
    await flow.at("chunks").nth(0);
    await flow.at("chunks2").nth(0);
    flow.input({ reset: true });
    call.end(REST);
    assert.equal((await flow.ended(other)).error, undefined);
    await flow.at("summary2").nth(0);
    assert.deepEqual(bytesOf(flow.at("chunks2").entries), WHOLE);
  });

  it("is kept forever where a message that joined it asks for that", async () => {
    const flow = await load();
    flow.input(TEXT);
    const call = await stage().calls.nth(0);
    await call.audio(HALF);
    await flow.at("chunks").nth(0);
    flow.input({ payload: TEXT, keep: true }, "second");
    await flow.at("chunks2").nth(0);
    call.end(REST);
    await spoken(flow);
    await flow.stop();
    assert.equal((await stored()).filter((name) => name.endsWith(".keep")).length, 1);
  });

  it("ends immediately when nobody listens any more, and is not kept", async () => {
    const flow = await load();
    const inputs = [flow.input(TEXT), flow.input(TEXT, "second")];
    const call = await stage().calls.nth(0);
    await call.audio(HALF);
    await flow.at("chunks2").nth(0);
    flow.input({ reset: true });
    flow.input({ reset: true }, "second");
    await call.closed;
    assert.ok(call.aborted);
    await Promise.all(inputs.map((input) => flow.ended(input)));
    await flow.stop();
    assert.deepEqual(await stored(), []);
  });

  it("begins again for one who comes after everybody has left", async () => {
    const flow = await load();
    flow.input(TEXT);
    await (await stage().calls.nth(0)).audio(HALF);
    flow.input({ reset: true });
    flow.input(TEXT, "second");
    (await stage().calls.nth(1)).end(WHOLE);
    await flow.at("summary2").nth(0);
    assert.deepEqual(bytesOf(flow.at("chunks2").entries), WHOLE);
  });

  it("is not kept when it is redeployed in the middle", async () => {
    const flow = await load();
    flow.input(TEXT);
    const call = await stage().calls.nth(0);
    await call.audio(HALF);
    await flow.at("chunks").nth(0);
    await flow.redeploy(nodes());
    await call.closed;
    assert.ok(call.aborted);
    assert.deepEqual(await stored(), []);
  });

  it("is kept when it ended just before everything stops", async () => {
    const flow = await load();
    const input = flow.input(TEXT);
    (await stage().calls.nth(0)).end(WHOLE);
    await flow.ended(input);
    await flow.stop();
    assert.equal((await stored()).length, 2);
  });

  it("fails for both when it fails", async () => {
    const flow = await load();
    const inputs = [flow.input(TEXT), flow.input(TEXT, "second")];
    const call = await stage().calls.nth(0);
    await call.audio(HALF);
    await flow.at("chunks2").nth(0);
    call.cut();
    for (const input of inputs) {
      const { error } = await flow.ended(input);
      assert.equal((error as { code?: string } | undefined)?.code, "STREAM_CUT");
    }
    await flow.stop();
    assert.deepEqual(await stored(), []);
  });

  it("is not shared with a node that wants its own", async () => {
    const flow = await load({ second: { cache: false } });
    flow.input(TEXT);
    flow.input(TEXT, "second");
    for (const call of await stage().calls.reach(2)) call.end(WHOLE);
    await spoken(flow);
    assert.equal(factsOf(flow.at("summary2").last).cached, false);
  });

  describe("while it waits for its turn", () => {
    /** The account's only place is taken by another speech. */
    const busy = async (
      own: Record<string, unknown> = {},
    ): Promise<{ flow: Flow; free: () => Promise<void> }> => {
      const flow = await load({ account: { maxConcurrent: 1, ...own }, second: { busy: "parallel" } });
      flow.input("Something else.", "second");
      const call = await stage().calls.nth(0);
      const free = async (): Promise<void> => {
        call.end(WHOLE);
        await flow.at("summary2").nth(0);
      };
      return { flow, free };
    };

    it("continues when the one who began it is reset", async () => {
      const { flow, free } = await busy();
      const first = flow.input(TEXT);
      await begun(flow, "speech");
      const other = flow.input(TEXT, "second");
      flow.input({ reset: true });
      await flow.ended(first);
      await free();
      (await stage().calls.nth(1)).end(WHOLE);
      assert.equal((await flow.ended(other)).error, undefined);
    });

    it("continues for the message without expiry when the message of the other expires", async () => {
      const { flow, free } = await busy();
      const patient = flow.input(TEXT);
      await begun(flow, "speech");
      const hasty = flow.input({ payload: TEXT, expires: 30 }, "second");
      const { error } = await flow.ended(hasty);
      assert.equal((error as { code?: string } | undefined)?.code, "EXPIRED");
      await free();
      (await stage().calls.nth(1)).end(WHOLE);
      assert.equal((await flow.ended(patient)).error, undefined);
    });

    it("continues for the message without expiry when the message that began it expires", async () => {
      const { flow, free } = await busy();
      const hasty = flow.input({ payload: TEXT, expires: 30 });
      await begun(flow, "speech");
      const patient = flow.input(TEXT, "second");
      const { error } = await flow.ended(hasty);
      assert.equal((error as { code?: string } | undefined)?.code, "EXPIRED");
      await free();
      (await stage().calls.nth(1)).end(WHOLE);
      assert.equal((await flow.ended(patient)).error, undefined);
    });

    it("is spoken for an alarm beside a message that the budget would refuse", async () => {
      const { flow, free } = await busy({ budgetPerHour: 20 });
      const first = flow.input(TEXT);
      await begun(flow, "speech");
      const alarm = flow.input({ payload: TEXT, priority: 10 }, "second");
      await free();
      (await stage().calls.nth(1)).end(WHOLE);
      for (const input of [first, alarm]) assert.equal((await flow.ended(input)).error, undefined);
      await flow.at("summary2").nth(1);
      // What took the place, and the alarm.
      assert.deepEqual(bytesOf(flow.at("chunks2").entries), Buffer.concat([WHOLE, WHOLE]));
    });

    it("goes before what has waited longer as soon as an alarm wants it", async () => {
      const { flow, free } = await busy();
      const other = flow.input("Not urgent.", "second");
      await begun(flow, "second");
      const first = flow.input(TEXT);
      await begun(flow, "speech");
      const alarm = flow.input({ payload: TEXT, priority: 10 }, "second");
      await free();
      const call = await stage().calls.nth(1);
      assert.equal(call.asked.text, TEXT);
      call.end(WHOLE);
      (await stage().calls.nth(2)).end(WHOLE);
      for (const input of [other, first, alarm]) assert.equal((await flow.ended(input)).error, undefined);
    });

    it("is overtaken by speech that is on the disk, which takes no place", async () => {
      const earlier = await load();
      const input = earlier.input(TEXT);
      (await stage().calls.nth(0)).end(WHOLE);
      await earlier.ended(input);
      const flow = await load({ account: { maxConcurrent: 1 } });
      flow.input("Something else.", "second");
      await stage().calls.nth(1);
      const { summary } = await flow.speak(TEXT);
      assert.equal(factsOf(summary).cached, true);
    });
  });
});
