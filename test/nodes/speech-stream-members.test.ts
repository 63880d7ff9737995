import assert from "node:assert/strict";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow, type FlowNode } from "./support/flows";
import { useSandbox } from "./support/sandbox";
import { account, keyed, observers, onTab, sink, speechNode, tab } from "./support/speech-flow";
import { useStage } from "./support/stage";

const split = (next: string): FlowNode => ({
  ...onTab,
  id: "split",
  type: "split",
  splt: "\\n",
  spltType: "str",
  arraySplt: 1,
  arraySpltType: "len",
  stream: false,
  addname: "",
  property: "payload",
  wires: [[next]],
});

const join = (id: string, next: string): FlowNode => ({
  ...onTab,
  id,
  type: "join",
  mode: "auto",
  build: "buffer",
  property: "payload",
  propertyType: "msg",
  key: "topic",
  joiner: "",
  joinerType: "str",
  useparts: true,
  accumulate: false,
  timeout: "",
  count: "",
  wires: [[next]],
});

const whole = Buffer.concat(framesOf(2));

describe("speech-stream in a sequence", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const stage = useStage();

  /** Split text, speak each line, join the chunks of each line, join the lines. */
  const lines = (
    url: string,
    own: { node?: object; account?: Record<string, unknown> } = {},
  ): Promise<Flow> =>
    flows.load(
      [
        tab,
        account(url, own.account),
        split("speech"),
        speechNode({ wires: [["speeches"], ["summary"]], ...own.node }),
        join("speeches", "all"),
        join("all", "joined"),
        sink("joined"),
        sink("summary"),
        ...observers(["speech"]),
      ],
      keyed(),
    );

  for (const silent of ["", "   ", "---", "🎉", "…"]) {
    it(`passes on a line ${JSON.stringify(silent)} without audio, so that the join ends`, async () => {
      const flow = await lines(sandbox().url);
      flow.input(`Dinner is ready.\n${silent}\nCome down.`, "split");
      const { payload } = await flow.at("joined").nth(0);
      assert.ok(Buffer.isBuffer(payload) && payload.length > 1000);
      assert.deepEqual(flow.at("catch").entries, []);
      const empty = flow
        .at("summary")
        .entries.filter(({ vocu }) => (vocu as { empty?: boolean }).empty === true);
      assert.equal(empty.length, 1);
      assert.equal(sandbox().requests.filter(({ path }) => path.includes("simple-generate")).length, 2);
    });
  }

  it("joins the speeches of bytes without what separated them", async () => {
    // Split bytes carry their separator like split text does; it got into the mp3.
    const flow = await lines(stage().url);
    flow.input({ payload: Buffer.from("Dinner is ready.\nCome down.") }, "split");
    for (let at = 0; at < 2; at++) (await stage().calls.nth(at)).end(whole);
    const { payload } = await flow.at("joined").nth(0);
    assert.deepEqual(payload, Buffer.concat([whole, whole]));
  });

  it("still refuses a lone message without text", async () => {
    const flow = await lines(sandbox().url);
    flow.input("  ");
    assert.equal((await flow.caught()).code, "INPUT_MISSING");
  });

  it("speaks all lines of a long text, however few messages may wait", async () => {
    // With the default of 100, the rest of 150 lines was refused after the beginning had been paid for.
    const flow = await lines(stage().url, { account: { maxWaiting: 5 } });
    flow.input(Array.from({ length: 30 }, (_, at) => `Line ${at}.`).join("\n"), "split");
    for (let at = 0; at < 30; at++) (await stage().calls.nth(at)).end(whole);
    await flow.at("joined").nth(0);
    assert.deepEqual(flow.at("catch").entries, []);
  });

  it("takes back a speech that a deployment interrupts while the nodes behind stay", async () => {
    const nodes = (busy: string): FlowNode[] => [
      tab,
      account(stage().url),
      speechNode({ busy, output: "chunks" }),
      sink("chunks"),
      sink("summary"),
      ...observers(),
    ];
    const flow = await flows.load(nodes("queue"), keyed());
    flow.input("A long story.");
    await (await stage().calls.nth(0)).audio(whole);
    await flow.at("chunks").nth(0);
    await flow.redeploy(nodes("replace"), "nodes");
    const sent = await flow.at("chunks").find(({ reset }) => reset === true);
    assert.equal(sent.parts?.id, flow.at("chunks").entries[0]?.parts?.id);
  });
});
