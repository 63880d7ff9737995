import assert from "node:assert/strict";
import { useFlows, type Flow, type FlowNode } from "./support/flows";
import type { Message } from "./support/message";
import { observers, onTab, sink, tab } from "./support/speech-flow";

describe("text-prepare", () => {
  const flows = useFlows();
  let flow: Flow;
  const load = async (
    own: Record<string, unknown> = {},
    behind: FlowNode[] = [],
    wires = ["out"],
  ): Promise<void> => {
    const node = { ...onTab, id: "node", type: "vocu-text-prepare", name: "", wires: [wires], ...own };
    flow = await flows.load([tab, node, sink("out"), ...behind, ...observers(["node"])]);
  };
  const hand = (message: Message): Message => flow.input(message, "node");
  const failure = async (message: Message): Promise<Record<string, unknown> | undefined> =>
    (await flow.ended(hand(message))).error as Record<string, unknown> | undefined;

  it("needs no account, and keeps everything else of the message and the text as it came", async () => {
    await load();
    const parts = { id: "outer", index: 3, count: 9, type: "string" };
    hand({ payload: "**Hello** 😀", topic: "t", parts, more: { deep: [1] } });
    const { payload, topic, more, parts: kept, vocu } = await flow.at("out").nth(0);
    assert.deepEqual(
      { payload, topic, more, kept, vocu },
      {
        payload: "Hello",
        topic: "t",
        more: { deep: [1] },
        kept: parts,
        vocu: { operation: "text-prepare", text: "**Hello** 😀" },
      },
    );
  });

  it("does not pass on a reset that is none: a later join would discard its messages", async () => {
    await load();
    hand({ payload: "Hello", reset: false });
    assert.ok(!("reset" in (await flow.at("out").nth(0))));
  });

  it("sends nothing for a message that was stopped before its turn", async () => {
    await load();
    const stopped = hand({ payload: "Hello" });
    hand({ reset: true });
    await flow.ended(stopped);
    await flow.ended(hand({ payload: "Later" }));
    assert.equal((await flow.at("out").nth(0)).payload, "Later");
  });

  it("does as its settings and inputs say", async () => {
    await load({
      units: true,
      emoji: false,
      markdown: false,
      replacements: '[{"from":"TV","to":"television"}]',
      replacementsType: "json",
      language: "de",
      languageType: "str",
    });
    hand({ payload: "*TV* 5 km 😀" });
    hand({ payload: "5 km", language: "en-us" });
    assert.equal((await flow.at("out").nth(0)).payload, "*television* 5 Kilometer 😀");
    assert.equal((await flow.at("out").nth(1)).payload, "5 kilometres");
  });

  it("sends sentences as a sequence that a join puts together again", async () => {
    const join = {
      ...onTab,
      id: "join",
      type: "join",
      mode: "auto",
      joiner: "\\n",
      joinerType: "str",
      wires: [["joined"]],
    };
    await load({ split: "sentences" }, [join, sink("joined")], ["out", "join"]);
    hand({ payload: "Dr. Smith is here. Open the door!", topic: "t", complete: true });
    const sent = [await flow.at("out").nth(0), await flow.at("out").nth(1)];
    const id = sent[0]?.parts?.id;
    assert.deepEqual(
      sent.map(({ payload, parts, topic, complete }) => ({ payload, parts, topic, complete })),
      [
        {
          payload: "Dr. Smith is here.",
          parts: { id, type: "string", ch: " ", index: 0, count: 2 },
          topic: "t",
          complete: undefined,
        },
        {
          payload: "Open the door!",
          parts: { id, type: "string", ch: " ", index: 1, count: 2 },
          topic: "t",
          complete: true,
        },
      ],
    );
    assert.equal((await flow.at("joined").nth(0)).payload, "Dr. Smith is here. Open the door!");
  });

  it("continues with the sequence that the text came in", async () => {
    await load({ split: "paragraphs" });
    const outer = { id: "outer", index: 0, count: 1, type: "string", ch: "\n" };
    hand({ payload: "One.\n\nTwo.", parts: outer });
    const { parts } = await flow.at("out").nth(1);
    assert.deepEqual(
      { ...parts, id: "x" },
      { id: "x", type: "string", ch: "\n\n", index: 1, count: 2, parts: outer },
    );
  });

  it("makes a sequence of one if a text is short and its length is limited", async () => {
    await load({ maxLength: 20 });
    hand({ payload: "Hello there." });
    hand({ payload: "Hello there. How are you today?" });
    assert.equal((await flow.at("out").nth(0)).parts?.count, 1);
    assert.deepEqual(
      [(await flow.at("out").nth(1)).payload, (await flow.at("out").nth(2)).payload],
      ["Hello there.", "How are you today?"],
    );
  });

  it("gives each piece properties of its own", async () => {
    await load({ split: "sentences" });
    hand({ payload: "One. Two.", more: { deep: [1] } });
    const [one, two] = [await flow.at("out").nth(0), await flow.at("out").nth(1)];
    (one.more as { deep: number[] }).deep.push(2);
    assert.deepEqual(two.more, { deep: [1] });
  });

  it("keeps the order of messages, however long they are", async () => {
    await load({ split: "sentences" });
    for (let at = 0; at < 5; at += 1) hand({ payload: `Number ${at} begins. It ends ${at}.` });
    await flow.at("out").nth(9);
    assert.deepEqual(
      flow.at("out").entries.map(({ payload }) => /\d/.exec(String(payload))?.[0]),
      ["0", "0", "1", "1", "2", "2", "3", "3", "4", "4"],
    );
  });

  it("reports when nothing is left to speak", async () => {
    await load();
    const error = await failure({ payload: "😀 👍" });
    assert.equal(error?.code, "TEXT_NOTHING_LEFT");
    assert.equal(flow.at("out").entries.length, 0);
  });

  for (const split of ["none", "sentences"]) {
    it(`passes on an empty member of a sequence, so that a join does not wait for it: ${split}`, async () => {
      await load({ split });
      const parts = { id: "outer", index: 0, count: 2, type: "string", ch: "\n" };
      hand({ payload: "😀", parts });
      hand({ payload: "", parts: { ...parts, index: 1 } });
      assert.deepEqual(
        [(await flow.at("out").nth(0)).payload, (await flow.at("out").nth(1)).payload],
        ["", ""],
      );
    });
  }

  for (const [what, message, code] of [
    ["a missing text", { payload: undefined }, "INPUT_MISSING"],
    ["text that is none", { payload: { a: 1 } }, "INPUT_INVALID"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await load();
      assert.equal((await failure(message))?.code, code);
    });
  }

  for (const bad of [
    [{ from: "a" }],
    [{ from: " ", to: "b" }],
    ["a"],
    [null],
    [{ from: "a", to: "b", language: 5 }],
  ]) {
    it(`names the replacement that cannot be used: ${JSON.stringify(bad)}`, async () => {
      await load({ replacements: "table", replacementsType: "msg" });
      const error = await failure({ payload: "Hello", table: [{ from: "x", to: "y" }, ...bad] });
      assert.ok(error);
      assert.equal(error.code, "TEXT_REPLACEMENT");
      assert.equal((error.cause as { field?: string }).field, "replacements");
    });
  }
});
