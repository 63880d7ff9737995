import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { useBroker } from "../nodes/support/broker";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { useSandbox } from "../nodes/support/sandbox";
import { runExample, type Example } from "./example";

describe("Examples of live speech", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();
  const broker = useBroker();

  const run = (name: string): Promise<Example> =>
    runExample(name, sandbox(), flows, folder(), (node: FlowNode) =>
      node.type === "mqtt-broker" ? { broker: "127.0.0.1", port: broker().port } : {},
    );

  describe("A language model speaks while it writes", () => {
    it("makes a WAV of each sentence, in the order in which they are written", async () => {
      const { flow, id, press } = await run("A language model speaks while it writes");
      press("Ask for the weather");
      const spoken = await flow.at(id("debug", "Spoken")).reach(3);
      assert.deepEqual(
        spoken.map(({ vocu }) => vocu?.text),
        ["It will be 3.5 degrees in the morning.", "Take a coat with you!", "In the evening it may rain"],
      );
      const lasts = flow.at(id("debug", "Written"));
      await lasts.find(() => lasts.entries.filter(({ parts }) => parts?.count !== undefined).length === 3);
      const files = await readdir(join(folder(), "live"));
      assert.equal(files.length, 3);
      const coat = files.find((file) => file.startsWith("Take-a-coat-with-you-")) ?? "";
      const wav = await readFile(join(folder(), "live", coat));
      assert.equal(wav.toString("latin1", 0, 4), "RIFF");
      assert.equal(wav.length, spoken[1]?.vocu?.bytes);
    });

    it("is interrupted, and speaks whole sentences the next time", async () => {
      sandbox().fail({ live: "stall" });
      const { flow, id, press } = await run("A language model speaks while it writes");
      press("Ask for the weather");
      await flow.at(id("file")).nth(0);
      press("Interrupt");
      await sandbox().requests.find(({ method }) => method === "GET")?.ended;
      press("Ask for the weather");
      const { vocu } = await flow.at(id("debug", "Spoken")).nth(0);
      assert.equal(vocu?.text, "It will be 3.5 degrees in the morning.");
    });
  });

  describe("Live speech over MQTT", () => {
    it("tells the listener the format, then the samples, then the end", async () => {
      const { flow, id, press } = await run("Live speech over MQTT");
      for (const topic of ["format", "audio", "done"])
        await broker().subscribed.find((each) => each === `home/speaker/live/${topic}`);
      press("Dinner is ready");
      const { payload } = await flow.at(id("debug", "End heard")).nth(0);
      const { payload: format } = await flow.at(id("debug", "Format heard")).nth(0);
      assert.deepEqual(format, { sampleRate: 22050, channels: 1, bitsPerSample: 16 });
      const heard = flow.at(id("debug", "Samples heard")).entries.map((chunk) => chunk.payload as Buffer);
      assert.equal(Buffer.concat(heard).length, (payload as { bytes: number }).bytes);
      assert.ok(heard.length > 3);
      const topics = broker().published.entries.map(({ topic }) => topic.split("/").at(-1));
      assert.equal(topics[0], "format");
      assert.equal(topics.at(-1), "done");
    });
  });
});
