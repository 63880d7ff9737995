/**
 * Speech through nodes of other packages that people build announcements with: a gate with a queue, base64, and messages
 * in the form of Telegram's nodes. The real nodes for speakers are in `test/examples/speakers-installed.test.ts`.
 */
import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { bytesOf, type Message } from "../nodes/support/message";
import { useSandbox } from "../nodes/support/sandbox";
import { account, keyed, observers, onTab, sink, speechNode, tab } from "../nodes/support/speech-flow";
import { speakerPackage } from "../speakers";

const TEXTS = ["The washing machine has finished.", "Somebody is at the door.", "Dinner is ready."];

const gate = (to: string): FlowNode => ({
  ...onTab,
  id: "gate",
  type: "q-gate",
  controlTopic: "control",
  defaultState: "queueing",
  openCmd: "open",
  closeCmd: "close",
  toggleCmd: "toggle",
  queueCmd: "queue",
  defaultCmd: "default",
  triggerCmd: "trigger",
  flushCmd: "flush",
  resetCmd: "reset",
  peekCmd: "peek",
  dropCmd: "drop",
  statusCmd: "status",
  maxQueueLength: "0",
  keepNewest: false,
  qToggle: false,
  persist: false,
  wires: [[to]],
});

const base64 = (id: string, to: string): FlowNode => ({
  ...onTab,
  id,
  type: "base64",
  action: "",
  property: "payload",
  wires: [[to]],
});

const join = (to: string): FlowNode => ({
  ...onTab,
  id: "join",
  type: "join",
  mode: "auto",
  build: "buffer",
  property: "payload",
  propertyType: "msg",
  wires: [[to]],
});

const command = (payload: string): Message => ({ topic: "control", payload });

describe("speech with nodes of other packages", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const wanted = (text: string): Promise<Buffer> => sandbox().speech({ voiceId: voiceIds.english, text });
  const around = (...nodes: FlowNode[]): FlowNode[] => [
    tab,
    account(sandbox().url),
    sink("summary"),
    sink("end"),
    ...observers(),
    ...nodes,
  ];

  if (speakerPackage("node-red-contrib-queue-gate") !== undefined) {
    it("is released one after another by a gate that the end of each speech opens", async () => {
      const next: FlowNode = {
        ...onTab,
        id: "next",
        type: "change",
        rules: [
          { t: "set", p: "topic", pt: "msg", to: "control", tot: "str" },
          { t: "set", p: "payload", pt: "msg", to: "trigger", tot: "str" },
        ],
        wires: [["gate"]],
      };
      const flow = await flows.load(
        around(gate("speech"), speechNode({ wires: [["join"], ["summary", "next"]] }), join("end"), next),
        keyed(),
      );
      for (const payload of TEXTS) flow.input({ payload, topic: payload }, "gate");
      flow.input(command("trigger"), "gate");
      const spoken = await flow.at("end").reach(TEXTS.length);
      assert.deepEqual(
        spoken.map(({ topic }) => topic),
        TEXTS,
      );
      for (const { payload, topic } of spoken) assert.deepEqual(payload, await wanted(String(topic)));
    });

    it("is held back, looked at and let through by a gate, byte for byte", async () => {
      const [text = ""] = TEXTS;
      const flow = await flows.load(
        around(gate("end"), speechNode({ wires: [["gate"], ["summary"]] })),
        keyed(),
      );
      flow.input({ payload: text, topic: "washing" });
      const { vocu } = await flow.at("summary").nth(0);
      await flow.at("gate").reach(Number(vocu?.chunks));
      assert.equal(flow.at("end").entries.length, 0);
      flow.input(command("peek"), "gate");
      const first = await flow.at("end").nth(0);
      flow.input(command("open"), "gate");
      const [, ...through] = await flow.at("end").reach(Number(vocu?.chunks) + 1);
      assert.deepEqual(first.payload, through[0]?.payload);
      assert.deepEqual(bytesOf(through), await wanted(text));
      assert.equal(through.at(-1)?.vocu?.bytes, (await wanted(text)).length);
      assert.ok(through.every(({ topic }) => topic === "washing"));
    });
  }

  if (speakerPackage("node-red-node-base64") !== undefined) {
    it("is the same after base64 and back, chunk by chunk", async () => {
      const [text = ""] = TEXTS;
      const flow = await flows.load(
        around(
          speechNode({ wires: [["pack"], ["summary"]], chunkBytes: 300 }),
          base64("pack", "unpack"),
          base64("unpack", "join"),
          join("end"),
        ),
        keyed(),
      );
      flow.input(text);
      const { payload } = await flow.at("end").nth(0);
      assert.ok(flow.at("unpack").entries.length > 3);
      assert.ok(flow.at("unpack").entries.every(({ payload: packed }) => typeof packed === "string"));
      assert.deepEqual(payload, await wanted(text));
    });
  }

  it("answers a message of the telegram receiver node in the form that the sender node takes", async () => {
    const answer: FlowNode = {
      ...onTab,
      id: "answer",
      type: "change",
      rules: [
        { t: "move", p: "payload", pt: "msg", to: "audio", tot: "msg" },
        { t: "set", p: "payload", pt: "msg", to: '{"type":"voice"}', tot: "json" },
        { t: "set", p: "payload.chatId", pt: "msg", to: "originalMessage.chat.id", tot: "msg" },
        { t: "move", p: "audio", pt: "msg", to: "payload.content", tot: "msg" },
      ],
      wires: [["end"]],
    };
    const speaking = { text: "payload.content", textType: "msg", output: "buffer" };
    const flow = await flows.load(
      around(speechNode({ ...speaking, wires: [["answer"], ["summary"]] }), answer),
      keyed(),
    );
    const content = "Is the window open?";
    flow.input({
      payload: { chatId: 4711, messageId: 12, type: "message", content, date: 1_790_000_000 },
      originalMessage: {
        message_id: 12,
        from: { id: 4711, is_bot: false, first_name: "Ada", language_code: "en" },
        chat: { id: 4711, first_name: "Ada", type: "private" },
        date: 1_790_000_000,
        text: content,
      },
    });
    const { payload } = await flow.at("end").nth(0);
    assert.deepEqual(payload, { type: "voice", chatId: 4711, content: await wanted(content) });
  });
});
