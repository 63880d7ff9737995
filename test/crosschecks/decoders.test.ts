/** The joined output of stream speech in every decoder: as long as `audioMs` says to one frame, and not a word of warning. */
import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { useSandbox } from "../nodes/support/sandbox";
import { account, keyed, observers, onTab, sink, speechNode, tab } from "../nodes/support/speech-flow";
import { decoders } from "./decoders";

/** The sandbox speaks with 24 kHz, in frames of 576 samples. */
const RATE = 24_000;
const FRAME_MS = (576 / RATE) * 1000;

const TEXT = "Dinner is ready. Please come down, all of you, before it gets cold.";
const SENTENCES = ["Good morning.", "It is cold outside.", "Take a coat, and do not forget the keys."];

/** Something stream speech does with a speech that changes its bytes or how they come. */
interface Case {
  readonly title: string;
  readonly text?: string;
  /** What the network does to it. */
  readonly fault?: object;
  readonly node?: Record<string, unknown>;
  readonly message?: Record<string, unknown>;
  /** Where it is put together of so many speeches. */
  readonly speeches?: number;
}

const CASES: readonly Case[] = [
  { title: "a speech" },
  { title: "a speech that comes in pieces of 100 bytes", fault: { sliceBytes: 100 } },
  { title: "a speech that is cut off and resumed", fault: { cutAfter: 3001, sliceBytes: 700 } },
  { title: "a speech in large chunks", node: { chunkBytes: "4000" } },
  { title: "a speech with silence around it", message: { silenceMs: 300, silenceAfterMs: 200 } },
  { title: "a louder speech after silence", message: { silenceMs: 300, gain: 6 } },
  { title: "a softer speech", message: { gain: -9 } },
  { title: "three sentences joined to one audio", text: SENTENCES.join("\n"), speeches: 3 },
];

const join = (id: string, to: string): FlowNode => ({
  ...onTab,
  id,
  type: "join",
  mode: "auto",
  build: "buffer",
  property: "payload",
  propertyType: "msg",
  wires: [[to]],
});

const split: FlowNode = {
  ...onTab,
  id: "split",
  type: "split",
  splt: "\\n",
  spltType: "str",
  property: "payload",
  wires: [["speech"]],
};

describe("the joined output of stream speech", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const all = Object.entries(decoders());

  for (const { title, text = TEXT, fault, node, message, speeches = 1 } of CASES) {
    it(`is understood by ${all.map(([name]) => name).join(", ")}: ${title}`, async () => {
      if (fault) sandbox().fail(fault);
      const flow = await flows.load(
        [
          tab,
          account(sandbox().url),
          speechNode({ wires: [["each"], ["summary"]], ...node }),
          split,
          join("each", speeches > 1 ? "all" : "end"),
          ...(speeches > 1 ? [join("all", "end")] : []),
          sink("end"),
          sink("summary"),
          ...observers(),
        ],
        keyed(),
      );
      flow.input({ payload: text, ...message }, speeches > 1 ? "split" : "speech");
      const { payload } = await flow.at("end").nth(0);
      const summaries = await flow.at("summary").reach(speeches);
      const audioMs = summaries.reduce((sum, { vocu }) => sum + Number(vocu?.audioMs), 0);
      assert.ok(audioMs > 1000, `${audioMs} ms`);
      for (const [name, decode] of all) {
        const { samples, complaints } = await decode(payload as Buffer);
        assert.equal(complaints, "", name);
        const difference = Math.abs((samples / RATE) * 1000 - audioMs);
        // audioMs is rounded to whole milliseconds, once for each speech.
        assert.ok(difference <= FRAME_MS + speeches / 2, `${name}: ${difference} ms off`);
      }
    });
  }

  it("would be found faulty by every decoder where bytes are missing", async () => {
    const whole = await sandbox().speech({ voiceId: voiceIds.english, text: TEXT });
    const audioMs = (whole.length / (64_000 / 8)) * 1000;
    const torn = Buffer.concat([whole.subarray(0, 5000), whole.subarray(6000)]);
    for (const [name, decode] of all) {
      const { samples, complaints } = await decode(torn);
      const isShort = audioMs - (samples / RATE) * 1000 > FRAME_MS + 0.5;
      assert.ok(complaints !== "" || isShort, name);
    }
  });
});
