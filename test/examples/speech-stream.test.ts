import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { voiceIds } from "../../sandbox";
import { useBroker } from "../nodes/support/broker";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { useSandbox } from "../nodes/support/sandbox";
import { exampleNodes, runExample, type Example } from "./example";

describe("Examples of the stream node", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();
  const broker = useBroker();

  const run = (name: string): Promise<Example> =>
    runExample(name, sandbox(), flows, folder(), (node: FlowNode) =>
      node.type === "mqtt-broker" ? { broker: "127.0.0.1", port: broker().port } : {},
    );
  const speech = (text: unknown): Promise<Buffer> => sandbox().speech({ voiceId: voiceIds.english, text });
  const inFile = (name: string): Promise<Buffer> => readFile(join(folder(), name));

  describe("Stream to a file", () => {
    it("makes an mp3 file for each press", async () => {
      const { flow, id, press } = await run("Stream to a file");
      const buttons = ["The washing machine is done", "Somebody is at the door"];
      for (const [index, button] of buttons.entries()) {
        press(button);
        await flow.at(id("debug", "Spoken")).nth(index);
      }
      const lasts = flow.at(id("debug", "Written"));
      await lasts.find(() => lasts.entries.filter(({ parts }) => parts?.count !== undefined).length === 2);
      const files = (await readdir(join(folder(), "speech"))).sort();
      assert.equal(files.length, 2);
      for (const [index, button] of buttons.entries()) {
        assert.deepEqual(await inFile(join("speech", files[index] ?? "")), await speech(`${button}.`));
      }
    });
  });

  describe("Stream over MQTT", () => {
    const AUDIO = "home/speaker/audio";

    /** The example with its listener subscribed. */
    const listening = async (): Promise<Example> => {
      const example = await run("Stream over MQTT");
      for (const topic of [`${AUDIO}/#`, "home/speaker/done"])
        await broker().subscribed.find((each) => each === topic);
      return example;
    };
    /** The topics of the chunks that were published, without their common beginning. */
    const places = (): string[] =>
      broker()
        .published.entries.filter(({ topic }) => topic.startsWith(AUDIO))
        .map(({ topic }) => topic.slice(AUDIO.length + 1));

    it("is heard by the listener chunk by chunk, and then its end", async () => {
      const { flow, id, press } = await listening();
      press("Somebody is at the door");
      const { payload } = await flow.at(id("debug", "End heard")).nth(0);
      const audio = await speech("Somebody is at the door.");
      assert.equal((payload as { bytes: number }).bytes, audio.length);
      const chunks = flow.at(id("debug", "Chunk heard"));
      await chunks.find(({ topic }) => String(topic).endsWith("/last"));
      const heard = chunks.entries.map((chunk) => chunk.payload as Buffer);
      assert.deepEqual(Buffer.concat(heard), audio);
      assert.ok(heard.length > 3);
      assert.deepEqual(flow.at(id("debug", "Missing")).entries, []);
    });

    it("gives each chunk its speech and its place, and marks the last one", async () => {
      const { flow, id, press } = await listening();
      press("Somebody is at the door");
      await flow.at(id("debug", "End heard")).nth(0);
      const [speechId = ""] = (places()[0] ?? "").split("/");
      assert.ok(speechId.length > 0);
      assert.deepEqual(
        places(),
        places().map(
          (_place, index, { length }) => `${speechId}/${index}/${index === length - 1 ? "last" : "more"}`,
        ),
      );
    });

    it("tells a device that the rest of a speech will not come", async () => {
      sandbox().fail({ stallAfter: 4000 });
      const { flow, id, press } = await listening();
      press("Somebody is at the door");
      await flow.at(id("debug", "Chunk heard")).nth(0);
      flow.input({ reset: true }, id("vocu-speech-stream"));
      const { payload } = await flow.at(id("debug", "Missing")).nth(0);
      const [speechId] = (places()[0] ?? "").split("/");
      assert.deepEqual({ ...(payload as object) }, { id: speechId, cut: true });
    });

    it("lets the listener report which chunks did not arrive, and drop one that comes twice", async () => {
      const { flow, id } = await listening();
      const arrives = (place: string): void =>
        void flow.input(
          { topic: `${AUDIO}/${place}`, payload: Buffer.from(place) },
          id("function", "Is a chunk missing?"),
        );
      for (const place of ["a/0/more", "a/1/more", "a/1/more", "a/4/last", "b/1/more", "b/2/last"])
        arrives(place);
      const missing = await flow.at(id("debug", "Missing")).reach(2);
      // Objects of a function node are of another realm.
      assert.deepEqual(JSON.parse(JSON.stringify(missing.map(({ payload }) => payload as object))), [
        { id: "a", missing: [2, 3] },
        { id: "b", missing: [0] },
      ]);
      const heard = await flow.at(id("debug", "Chunk heard")).reach(5);
      assert.deepEqual(
        heard.map(({ payload }) => String(payload)),
        ["a/0/more", "a/1/more", "a/4/last", "b/1/more", "b/2/last"],
      );
    });
  });

  describe("One Buffer", () => {
    it("replaces the file by the whole speech, each time", async () => {
      const { flow, id, press } = await run("One Buffer");
      const text = exampleNodes("One Buffer").find(({ type }) => type === "inject")?.payload;
      for (const index of [0, 1]) {
        press("Good morning");
        await flow.at(id("debug", "Saved")).nth(index);
        assert.deepEqual(await inFile("good-morning.mp3"), await speech(text));
      }
    });
  });

  describe("Sentences split, spoken and joined", () => {
    it("makes one file of all sentences, in their order", async () => {
      const { flow, id, press } = await run("Sentences split, spoken and joined");
      const news = exampleNodes("Sentences split, spoken and joined").find(({ type }) => type === "template");
      press("Read the news");
      await flow.at(id("debug", "Saved")).nth(0);
      const sentences = String(news?.template).split("\n");
      assert.deepEqual(await inFile("news.mp3"), Buffer.concat(await Promise.all(sentences.map(speech))));
    });
  });

  describe("Errors caught and retried later", () => {
    const passing = { status: 500, headers: { "Retry-After": "0" } };

    it("speaks what failed as soon as the service allows it", async () => {
      sandbox().fail({ error: passing, times: 2 });
      const { flow, id, press } = await run("Errors caught and retried later");
      press("The parcel is here");
      const { tries } = await flow.at(id("debug", "Spoken")).nth(0);
      assert.equal(tries, 2);
      assert.deepEqual(flow.at(id("debug", "Gave up")).entries, []);
    });

    it("gives up after three more tries", async () => {
      sandbox().fail({ error: passing, times: Infinity });
      const { flow, id, press } = await run("Errors caught and retried later");
      press("The parcel is here");
      const { error } = await flow.at(id("debug", "Gave up")).nth(0);
      assert.equal(error?.code, "TTS_GENERATE_FAILED");
      assert.equal(sandbox().requests.length, 4);
    });

    it("gives up immediately what can never work", async () => {
      sandbox().fail({ error: { status: 403, code: "BILLING_INSUFFICIENT_CREDIT" } });
      const { flow, id, press } = await run("Errors caught and retried later");
      press("The parcel is here");
      const { error } = await flow.at(id("debug", "Gave up")).nth(0);
      assert.equal(error?.code, "BILLING_INSUFFICIENT_CREDIT");
      assert.equal(sandbox().requests.length, 1);
    });
  });

  describe("Stop with reset", () => {
    it("stops the story, and tells all of it the next time", async () => {
      sandbox().fail({ stallAfter: 4000 });
      const { flow, id, press } = await run("Stop with reset");
      press("Tell a story");
      await flow.at(id("join")).nth(0);
      press("Stop");
      const [stopped] = sandbox().requests;
      await stopped?.ended;
      assert.ok(stopped?.aborted);
      await flow.at(id("join")).find(({ reset }) => reset === true);

      press("Tell a story");
      const { payload } = await flow.at(id("debug", "The whole story")).nth(0);
      const story = exampleNodes("Stop with reset").find(({ name }) => name === "Tell a story")?.payload;
      assert.deepEqual(payload, await speech(story));
      await flow.at(id("debug", "Told to the end")).nth(0);
      assert.equal(flow.at(id("debug", "Told to the end")).entries.length, 1);
    });
  });
});
