/** The example with MQTT alone, by real workers on a real Mosquitto: one of them is killed in the middle of a speech. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { startMosquitto, type Mosquitto } from "../crosschecks/mosquitto";
import { programOf } from "../crosschecks/programs";
import { exampleNodes } from "../examples/example";
import type { FlowNode, Message } from "../node-red";
import { startHost, unfinished, wholeOf, type Common, type Host, type RoomChunk } from "./workers";

const EXAMPLE = "Share speech jobs over MQTT";
const TEXT = "Dinner is ready.";

const group = (name: string): ((node: FlowNode) => boolean) => {
  const { id } = exampleNodes(EXAMPLE).find((node) => node.type === "group" && node.name === name) ?? {};
  return ({ g, type, z }) => g === id || type === "mqtt-broker" || (z === undefined && type !== "tab");
};

/** What a worker publishes for the rooms. */
const roomChunk = ({ topic, payload }: Message): RoomChunk => {
  const [, , , jobId = "", start = "", place] = String(topic).split("/");
  return { jobId, start: Number(start), last: place === "last", data: payload as Buffer };
};

const program = programOf("mosquitto");

if (program !== undefined) {
  describe("Speech jobs shared over MQTT", function () {
    this.timeout(240_000);
    let folder: string;
    let broker: Mosquitto;
    let sandbox: Sandbox;
    const hosts = new Set<Host>();

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "vocu-scale-out-"));
      [broker, sandbox] = await Promise.all([
        startMosquitto(program, folder),
        startSandbox({ pace: { bytesPerSecond: 6000 } }),
      ]);
    });
    after(async () => {
      await Promise.all([...hosts].map(({ nodeRed }) => nodeRed.stop()));
      await Promise.all([broker.stop(), sandbox.close()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    });

    const start = async (part: string, env: Record<string, string> = {}): Promise<Host> => {
      const fields = { "mqtt-broker": { broker: "127.0.0.1", port: broker.port } };
      const common: Common = { sandbox, shared: folder, fields };
      const host = await startHost(common, EXAMPLE, env, group(part));
      hosts.add(host);
      return host;
    };

    it("are handed out again when the broker tells that their worker is gone", async () => {
      const [dispatcher, ...workers] = await Promise.all([
        start("Dispatcher"),
        start("Worker", { VOCU_WORKER: "one" }),
        start("Worker", { VOCU_WORKER: "two" }),
      ]);
      const subscribed = workers.map(({ nodeRed, id }) =>
        nodeRed.waitForStatus(id("Take a job"), ({ fill }) => fill === "green"),
      );
      const listening = dispatcher.nodeRed.waitForStatus(
        dispatcher.id("What happened"),
        ({ fill }) => fill === "green",
      );
      await Promise.all([...subscribed, listening]);

      await dispatcher.nodeRed.inject(dispatcher.id(TEXT.slice(0, -1)));
      const began = workers.map(async (host) => {
        await host.nodeRed.waitFor(host.id("Rooms"), undefined, 60_000);
        return host;
      });
      // The worker that has no job waits in vain.
      for (const each of began) each.catch(() => undefined);
      const victim = await Promise.any(began);
      assert.equal(unfinished(victim, "Rooms", roomChunk).length, 1);
      // A worker that dies before the dispatcher knows that it has the job is noticed only after two minutes.
      await dispatcher.nodeRed.waitFor(
        dispatcher.id("What is on its way"),
        ({ topic }) => topic === "vocu/workers/begun",
        60_000,
      );
      hosts.delete(victim);
      await victim.nodeRed.crash();

      const [other] = workers.filter((host) => host !== victim);
      assert.ok(other);
      const isLast = (msg: Message): boolean => roomChunk(msg).last;
      await other.nodeRed.waitFor(other.id("Rooms"), isLast, 60_000);
      const spoken = wholeOf(other.nodeRed.received(other.id("Rooms")).map(roomChunk));
      assert.deepEqual(spoken, await sandbox.speech({ voiceId: voiceIds.english, text: TEXT }));
      await dispatcher.nodeRed.waitFor(
        dispatcher.id("What is on its way"),
        ({ topic }) => topic === "vocu/workers/done",
        60_000,
      );
    });
  });
}
