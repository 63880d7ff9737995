import assert from "node:assert/strict";
import { useBroker } from "../nodes/support/broker";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { usePlayers } from "../nodes/support/players";
import { useSandbox } from "../nodes/support/sandbox";
import { runExample, type Example } from "./example";

describe("Examples of live speech", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();
  const broker = useBroker();
  const players = usePlayers();

  const run = (name: string, fillIn: (node: FlowNode) => Record<string, unknown>): Promise<Example> =>
    runExample(name, sandbox(), flows, folder(), fillIn);

  describe("A language model speaks while it writes", () => {
    const NAME = "A language model speaks while it writes";
    const withPlayer = (node: FlowNode): Record<string, unknown> =>
      node.type === "vocu-audio-play" ? players().command("listen") : {};

    it("lets the player hear each sentence, in the order in which they are written", async () => {
      const { flow, id, press } = await run(NAME, withPlayer);
      press("Ask for the weather");
      await flow.at(id("debug", "Heard")).reach(3);
      const spoken = await flow.at(id("debug", "Spoken")).reach(3);
      assert.deepEqual(
        spoken.map(({ vocu }) => vocu?.text),
        ["It will be 3.5 degrees in the morning.", "Take a coat with you!", "In the evening it may rain"],
      );
      await Promise.all(players().started.entries.map(({ gone }) => gone));
      assert.deepEqual(
        players().started.entries.map(({ audio }) => audio.length - 44),
        spoken.map(({ vocu }) => vocu?.bytes),
      );
    });

    it("is interrupted, and begins with the first sentence the next time", async () => {
      sandbox().fail({ live: "stall" });
      const { flow, id, press } = await run(NAME, withPlayer);
      press("Ask for the weather");
      const player = await players().started.nth(0);
      press("Interrupt");
      await player.gone;
      press("Ask for the weather");
      const { vocu } = await flow.at(id("debug", "Spoken")).nth(0);
      assert.equal(vocu?.text, "It will be 3.5 degrees in the morning.");
    });
  });

  describe("Live speech over MQTT", () => {
    it("sends the listener the format, then the samples, then the end", async () => {
      const { flow, id, press } = await run("Live speech over MQTT", (node) =>
        node.type === "mqtt-broker" ? { broker: "127.0.0.1", port: broker().port } : {},
      );
      for (const topic of ["format", "audio/#", "done"])
        await broker().subscribed.find((each) => each === `home/speaker/live/${topic}`);
      press("Dinner is ready");
      const { payload } = await flow.at(id("debug", "End heard")).nth(0);
      const { payload: format } = await flow.at(id("debug", "Format heard")).nth(0);
      const places = broker()
        .published.entries.map(({ topic }) => topic)
        .filter((topic) => topic.startsWith("home/speaker/live/audio/"))
        .map((topic) => topic.split("/").slice(4));
      const [[speechId] = []] = places;
      assert.deepEqual(format, { id: speechId, sampleRate: 22050, channels: 1, bitsPerSample: 16 });
      assert.deepEqual(
        places,
        places.map((_place, index, { length }) => [
          speechId,
          String(index),
          index === length - 1 ? "last" : "more",
        ]),
      );
      const heard = flow.at(id("debug", "Samples heard")).entries.map((chunk) => chunk.payload as Buffer);
      assert.equal(Buffer.concat(heard).length, (payload as { bytes: number }).bytes);
      assert.ok(heard.length > 3);
      const topics = broker().published.entries.map(({ topic }) => topic.split("/").at(-1));
      assert.equal(topics[0], "format");
      assert.equal(topics.at(-1), "done");
    });
  });
});
