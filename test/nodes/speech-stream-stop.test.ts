import assert from "node:assert/strict";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { useSandbox } from "./support/sandbox";
import { keyed, speechFlow } from "./support/speech-flow";
import { useStage, type Call } from "./support/stage";

const FRAMES = framesOf(4);
const TWO = Buffer.concat(FRAMES.slice(0, 2));

describe("speech-stream: stopping", () => {
  const flows = useFlows();
  const stage = useStage();
  /** The server of another account. */
  const other = useStage();

  const load = (node: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(speechFlow(stage().url, { node }), keyed());

  /** A flow in the middle of a speech, of which one chunk has left. */
  const speaking = async (node: Record<string, unknown> = {}): Promise<{ flow: Flow; call: Call }> => {
    const flow = await load(node);
    flow.input({ payload: "A long story.", topic: "story" });
    const call = await stage().calls.nth(0);
    await call.audio(TWO);
    await flow.at("chunks").nth(0);
    return { flow, call };
  };

  describe("msg.reset", () => {
    it("closes the connection in the middle of a speech, and the server sees it", async () => {
      const { flow, call } = await speaking();
      flow.input({ reset: true });
      await call.closed;
      assert.ok(call.aborted);
    });

    it("closes the connection before the first byte", async () => {
      const flow = await load();
      flow.input("A long story.");
      const call = await stage().calls.nth(0);
      flow.input({ reset: true });
      await call.closed;
      assert.ok(call.aborted);
      assert.deepEqual(flow.at("chunks").entries, []);
    });

    it("takes back the chunks that were sent, so that a join forgets them", async () => {
      const { flow } = await speaking();
      flow.input({ reset: true });
      const chunks = await flow.at("chunks").reach(2);
      const { _msgid, ...retraction } = chunks[1] ?? {};
      assert.deepEqual(retraction, { reset: true, parts: { id: chunks[0]?.parts?.id } });
      assert.equal(typeof _msgid, "string");
    });

    it("sends nothing back when nothing was sent", async () => {
      const flow = await load({ output: "buffer" });
      const story = flow.input("A long story.");
      await (await stage().calls.nth(0)).audio(TWO);
      flow.input({ reset: true });
      await flow.ended(story);
      flow.input("The end.");
      (await stage().calls.nth(1)).end(TWO);
      await flow.at("summary").nth(0);
      assert.equal(flow.at("chunks").entries.length, 1);
    });

    it("ends the message without an error, and itself", async () => {
      const { flow } = await speaking();
      const reset = flow.input({ reset: true });
      await flow.ended(reset);
      const completed = await flow.at("complete").reach(2);
      assert.deepEqual(completed.map(({ topic, reset: isReset }) => topic ?? isReset).sort(), [
        "story",
        true,
      ]);
      assert.deepEqual(flow.at("catch").entries, []);
    });

    it("empties the queue", async () => {
      const { flow } = await speaking();
      const queued = [flow.input("Next."), flow.input("Last.")];
      await flow.at("status").find(({ status }) => status?.fill === "yellow");
      flow.input({ reset: true });
      for (const input of queued) assert.equal((await flow.ended(input)).error, undefined);
      flow.input("Fresh.");
      const call = await stage().calls.nth(1);
      assert.equal(call.asked.text, "Fresh.");
      call.end(TWO);
      await flow.at("summary").nth(0);
    });

    it("stops all speeches that run side by side", async () => {
      const flow = await load({ busy: "parallel" });
      flow.input("One.");
      flow.input("Two.");
      const calls = [await stage().calls.nth(0), await stage().calls.nth(1)];
      flow.input({ reset: true });
      for (const call of calls) {
        await call.closed;
        assert.ok(call.aborted);
      }
    });

    it("leaves a grey status", async () => {
      const { flow } = await speaking();
      flow.input({ reset: true });
      const { status } = await flow.at("status").find((message) => message.status?.fill === "grey");
      assert.match(String(status?.text), /stopped/);
    });

    it("does no harm while nothing runs", async () => {
      const flow = await load();
      await flow.ended(flow.input({ reset: true }));
      flow.input("Fresh.");
      (await stage().calls.nth(0)).end(TWO);
      await flow.at("summary").nth(0);
      assert.deepEqual(flow.at("catch").entries, []);
    });

    it("counts only when it is not false", async () => {
      const flow = await load();
      flow.input({ payload: "Speak.", reset: false });
      (await stage().calls.nth(0)).end(TWO);
      await flow.at("summary").nth(0);
    });

    it("interrupts a paced speech that waits for its clock", async () => {
      const flow = await load({ pace: "realtime", leadMs: 0 });
      const minutes = Buffer.concat(framesOf(5000));
      const story = flow.input("A long story.");
      (await stage().calls.nth(0)).end(minutes);
      await flow.at("chunks").nth(1);
      flow.input({ reset: true });
      assert.equal((await flow.ended(story)).error, undefined);
      assert.equal(flow.at("summary").entries.length, 0);
    });
  });

  describe("taking the node away", () => {
    it("closes the connection when everything is stopped, and the message still ends", async () => {
      const { flow, call } = await speaking();
      await flow.stop();
      await call.closed;
      assert.ok(call.aborted);
      assert.deepEqual(
        flow.inputs.map(({ ended, error }) => ({ ended, error })),
        [{ ended: 1, error: undefined }],
      );
    });

    it("sends nothing any more, not even what takes chunks back", async () => {
      const { flow } = await speaking();
      await flow.stop();
      assert.equal(flow.at("chunks").entries.length, 1);
    });

    it("closes the connection when the node is deleted from a running flow", async () => {
      const { flow, call } = await speaking();
      await flow.redeploy(
        speechFlow(stage().url).filter(({ id }) => id !== "speech"),
        "nodes",
      );
      await call.closed;
      assert.ok(call.aborted);
    });

    it("closes the connection when the flow is deployed again, and the new node speaks", async () => {
      const { flow, call } = await speaking();
      await flow.redeploy(speechFlow(stage().url));
      await call.closed;
      assert.ok(call.aborted);
      flow.input("Fresh.");
      (await stage().calls.nth(1)).end(TWO);
      await flow.at("summary").nth(0);
    });

    it("drops the messages that waited", async () => {
      const { flow } = await speaking();
      flow.input("Next.");
      await flow.at("status").find(({ status }) => status?.fill === "yellow");
      await flow.redeploy(speechFlow(stage().url));
      flow.input("Fresh.");
      const call = await stage().calls.nth(1);
      assert.equal(call.asked.text, "Fresh.");
      call.end(TWO);
      await flow.at("summary").nth(0);
    });

    it("uses the new account when only that was changed", async () => {
      const { flow, call } = await speaking();
      await flow.redeploy(speechFlow(other().url), "nodes");
      await call.closed;
      flow.input("Fresh.");
      (await other().calls.nth(0)).end(TWO);
      await flow.at("summary").nth(0);
    });

    it("does not take long while a paced speech waits for its clock", async () => {
      const flow = await load({ pace: "realtime", leadMs: 0 });
      flow.input("A long story.");
      (await stage().calls.nth(0)).end(Buffer.concat(framesOf(5000)));
      await flow.at("chunks").nth(1);
      await flow.stop();
      assert.equal(flow.at("summary").entries.length, 0);
    });
  });
});

describe("speech-stream: stopping against the sandbox", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  it("is seen by the service as an aborted request", async () => {
    sandbox().fail({ stallAfter: 3000 });
    const flow = await flows.load(speechFlow(sandbox().url), keyed());
    flow.input("A long story that stops in the middle.");
    await flow.at("chunks").nth(0);
    flow.input({ reset: true });
    const request = await sandbox().waitForRequest(() => true);
    await request.ended;
    assert.ok(request.aborted);
  });
});
