import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { voiceIds } from "../../sandbox";
import { framesOf } from "../unit/audio-fixtures";
import { useBroker } from "./support/broker";
import { useFlows, type Flow, type FlowNode } from "./support/flows";
import { useFolder } from "./support/folder";
import { framesIn } from "./support/frames";
import { useSandbox } from "./support/sandbox";
import { account, keyed, observers, onTab, sink, speechNode, tab } from "./support/speech-flow";
import { useStage } from "./support/stage";

const TEXT = "Dinner is ready.";

const JOIN = {
  type: "join",
  name: "",
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
  reduceRight: false,
};

const joiner = (id: string, to: string, own: Record<string, unknown> = {}): FlowNode => ({
  ...onTab,
  ...JOIN,
  id,
  wires: [[to]],
  ...own,
});

/** The stream node, wired to the first of the given nodes, and the account it speaks with. */
const chain = (url: string, next: FlowNode[], own: Record<string, unknown> = {}): FlowNode[] => [
  tab,
  account(url),
  speechNode({ wires: [[next[0]?.id], ["summary"]], ...own }),
  ...next,
  sink("summary"),
  ...observers(),
];

describe("speech-stream with core nodes", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const wanted = (text: string): Promise<Buffer> => sandbox().speech({ voiceId: voiceIds.english, text });

  describe("Join", () => {
    const joins: [string, Record<string, unknown>][] = [
      ["automatic", {}],
      ["manual, to one Buffer, by msg.parts", { mode: "custom", build: "buffer", count: "" }],
    ];
    for (const [mode, own] of joins) {
      it(`(${mode}) puts the chunks together to the whole speech`, async () => {
        const flow = await flows.load(
          chain(sandbox().url, [joiner("join", "end", own), sink("end")], { chunkBytes: 700 }),
          keyed(),
        );
        flow.input({ payload: TEXT, topic: "dinner" });
        const { payload, topic, parts } = await flow.at("end").nth(0);
        assert.deepEqual(payload, await wanted(TEXT));
        assert.equal(topic, "dinner");
        assert.equal(parts, undefined);
        assert.ok(flow.at("join").entries.length > 3);
      });
    }

    it("has the figures of the whole speech in msg.vocu", async () => {
      const flow = await flows.load(chain(sandbox().url, [joiner("join", "end"), sink("end")]), keyed());
      flow.input(TEXT);
      const { vocu } = await flow.at("end").nth(0);
      assert.equal(vocu?.bytes, (await wanted(TEXT)).length);
    });

    it("keeps speeches apart that are spoken at the same time", async () => {
      const flow = await flows.load(
        chain(sandbox().url, [joiner("join", "end"), sink("end")], { busy: "parallel" }),
        keyed(),
      );
      const texts = ["One.", "Two and a half.", "Three."];
      sandbox().fail({ sliceBytes: 300, times: 3 });
      for (const text of texts) flow.input({ payload: text, topic: text });
      for (const { payload, topic } of await flow.at("end").reach(3)) {
        assert.deepEqual(payload, await wanted(String(topic)));
      }
    });
  });

  describe("Split, stream, Join, Join", () => {
    const split = (own: Record<string, unknown> = {}): FlowNode => ({
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
      wires: [["speech"]],
      ...own,
    });
    const sentences = ["Good morning.", "It is cold outside.", "Take a coat."];

    const load = (own: { split?: object; speech?: object } = {}): Promise<Flow> =>
      flows.load(
        [
          ...chain(sandbox().url, [joiner("each", "all"), joiner("all", "end"), sink("end")], {
            ...own.speech,
          }),
          split({ ...own.split }),
        ],
        keyed(),
      );

    it("speak a text sentence by sentence and give one audio, in the order of the text", async () => {
      const flow = await load();
      flow.input({ payload: sentences.join("\n"), topic: "morning" }, "split");
      const { payload, topic, parts } = await flow.at("end").nth(0);
      assert.deepEqual(payload, Buffer.concat(await Promise.all(sentences.map(wanted))));
      assert.equal(topic, "morning");
      assert.equal(parts, undefined);
    });

    it("do so although the sentences are spoken at the same time", async () => {
      const flow = await load({ speech: { busy: "parallel" } });
      flow.input(sentences.join("\n"), "split");
      const { payload } = await flow.at("end").nth(0);
      assert.deepEqual(payload, Buffer.concat(await Promise.all(sentences.map(wanted))));
    });

    it("do so for a text that is cut by length", async () => {
      const flow = await load({ split: { splt: "10", spltType: "len" } });
      flow.input("This text is cut into pieces.", "split");
      const { payload } = await flow.at("end").nth(0);
      const pieces = ["This text ", "is cut int", "o pieces."];
      assert.deepEqual(payload, Buffer.concat(await Promise.all(pieces.map(wanted))));
    });

    it("do so when each sentence is one Buffer", async () => {
      const flow = await flows.load(
        [...chain(sandbox().url, [joiner("all", "end"), sink("end")], { output: "buffer" }), split()],
        keyed(),
      );
      flow.input(sentences.join("\n"), "split");
      const { payload } = await flow.at("end").nth(0);
      assert.deepEqual(payload, Buffer.concat(await Promise.all(sentences.map(wanted))));
    });

    it("do so for a text that is not in msg.payload", async () => {
      const flow = await load({ split: { property: "news" }, speech: { text: "news", textType: "msg" } });
      flow.input({ news: sentences.join("\n") }, "split");
      const { payload } = await flow.at("end").nth(0);
      assert.deepEqual(payload, Buffer.concat(await Promise.all(sentences.map(wanted))));
    });

    it("give a list of the summaries", async () => {
      const flow = await flows.load(
        [...chain(sandbox().url, [joiner("all", "end"), sink("end")], { wires: [[], ["all"]] }), split()],
        keyed(),
      );
      flow.input(sentences.join("\n"), "split");
      const { payload } = await flow.at("end").nth(0);
      const sizes = (await Promise.all(sentences.map(wanted))).map(({ length }) => length);
      assert.deepEqual(
        (payload as { bytes: number }[]).map(({ bytes }) => bytes),
        sizes,
      );
    });

    it("give a list of audios for a list of texts", async () => {
      const flow = await load();
      flow.input({ payload: sentences }, "split");
      const { payload } = await flow.at("end").nth(0);
      assert.deepEqual(payload, await Promise.all(sentences.map(wanted)));
    });
  });

  describe("File", () => {
    const folder = useFolder();
    const file = (own: Record<string, unknown> = {}): FlowNode => ({
      ...onTab,
      id: "file",
      type: "file",
      filename: "filename",
      filenameType: "msg",
      appendNewline: true,
      createDir: false,
      overwriteFile: "false",
      encoding: "none",
      wires: [["written"]],
      ...own,
    });

    it("(append) writes the speech byte for byte", async () => {
      sandbox().fail({ sliceBytes: 417 });
      const flow = await flows.load(chain(sandbox().url, [file(), sink("written")]), keyed());
      const filename = join(folder(), "dinner.mp3");
      flow.input({ payload: TEXT, filename });
      await flow.at("written").find(({ parts }) => parts?.count !== undefined);
      assert.deepEqual(await readFile(filename), await wanted(TEXT));
    });

    it("(append) writes one file for each message, named by it", async () => {
      const flow = await flows.load(chain(sandbox().url, [file(), sink("written")]), keyed());
      for (const name of ["One", "Two"]) {
        flow.input({ payload: `${name}.`, filename: join(folder(), `${name}.mp3`) });
      }
      await flow.at("written").find(({ parts, filename }) => {
        return parts?.count !== undefined && String(filename).endsWith("Two.mp3");
      });
      assert.deepEqual((await readdir(folder())).sort(), ["One.mp3", "Two.mp3"]);
      assert.deepEqual(await readFile(join(folder(), "One.mp3")), await wanted("One."));
      assert.deepEqual(await readFile(join(folder(), "Two.mp3")), await wanted("Two."));
    });

    it("(overwrite) writes the speech when the node gives one Buffer", async () => {
      const flow = await flows.load(
        chain(sandbox().url, [file({ overwriteFile: "true" }), sink("written")], { output: "buffer" }),
        keyed(),
      );
      const filename = join(folder(), "dinner.mp3");
      flow.input({ payload: TEXT, filename });
      await flow.at("written").nth(0);
      assert.deepEqual(await readFile(filename), await wanted(TEXT));
    });
  });

  describe("MQTT out", () => {
    const broker = useBroker();
    const mqtt = (): FlowNode[] => [
      {
        ...onTab,
        id: "mqtt",
        type: "mqtt out",
        topic: "home/speaker",
        qos: "1",
        retain: "false",
        broker: "broker",
        wires: [],
      },
      {
        id: "broker",
        type: "mqtt-broker",
        broker: "127.0.0.1",
        port: broker().port,
        clientid: "",
        autoConnect: true,
        usetls: false,
        protocolVersion: "4",
        keepalive: "60",
        cleansession: true,
      },
    ];

    it("publishes the chunks in their order, each whole frames, none empty", async () => {
      const flow = await flows.load(chain(sandbox().url, mqtt(), { chunkBytes: 500 }), keyed());
      await flow.at("status").find(({ status }) => /connected$/.test(status?.text ?? ""));
      flow.input(TEXT);
      const { vocu } = await flow.at("summary").nth(0);
      const messages = await broker().published.reach(Number(vocu?.chunks));
      for (const { payload } of messages) assert.ok(framesIn(payload).length > 0);
      assert.deepEqual(Buffer.concat(messages.map(({ payload }) => payload)), await wanted(TEXT));
      assert.ok(messages.length > 3);
    });
  });

  describe("Catch", () => {
    it("gets a failed message whole, with code and cause, once", async () => {
      const flow = await flows.load(chain(sandbox().url, [sink("chunks")]), keyed());
      flow.input({ payload: "", topic: "door" });
      const { error, topic, payload } = await flow.at("catch").nth(0);
      assert.deepEqual({ topic, payload }, { topic: "door", payload: "" });
      assert.equal(error?.code, "INPUT_MISSING");
      assert.deepEqual(error.cause, { operation: "speech-stream", retryable: false, field: "text" });
      assert.equal(error.source.id, "speech");
      await flow.speak(TEXT);
      assert.equal(flow.at("catch").entries.length, 1);
    });
  });

  describe("a second wire", () => {
    it("gets the same audio", async () => {
      const flow = await flows.load(
        chain(sandbox().url, [sink("one"), sink("two")], { wires: [["one", "two"], ["summary"]] }),
        keyed(),
      );
      flow.input(TEXT);
      await flow.at("summary").nth(0);
      for (const id of ["one", "two"]) {
        const audio = Buffer.concat(flow.at(id).entries.map(({ payload }) => payload as Buffer));
        assert.deepEqual(audio, await wanted(TEXT));
      }
    });
  });
});

describe("speech-stream with Join, when a speech is cut short", () => {
  const flows = useFlows();
  const stage = useStage();

  it("lets the join forget what it has and put the next speech together whole", async () => {
    const flow = await flows.load(chain(stage().url, [joiner("join", "end"), sink("end")]), keyed());
    const frames = framesOf(4);
    flow.input("Never heard to its end.");
    await (await stage().calls.nth(0)).audio(Buffer.concat(frames));
    await flow.at("join").nth(0);
    flow.input({ reset: true });
    flow.input("Heard.");
    (await stage().calls.nth(1)).end(Buffer.concat(frames.slice(0, 2)));
    const { payload } = await flow.at("end").nth(0);
    assert.deepEqual(payload, Buffer.concat(frames.slice(0, 2)));
    assert.equal(framesIn(payload as Buffer).length, 2);
  });
});
