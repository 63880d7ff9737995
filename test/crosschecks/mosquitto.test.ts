/** Text and speech over Mosquitto through Node-RED's own MQTT nodes, in every quality of service, byte for byte. */
import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { bytesOf } from "../nodes/support/message";
import { useSandbox } from "../nodes/support/sandbox";
import { account, keyed, observers, onTab, sink, speechNode, tab } from "../nodes/support/speech-flow";
import { startMosquitto, type Mosquitto } from "./mosquitto";
import { programOf } from "./programs";

const TEXT = "The washing machine has finished. Somebody should empty it.";

const program = programOf("mosquitto");

if (program !== undefined) {
  describe("speech over Mosquitto", () => {
    const flows = useFlows();
    const sandbox = useSandbox();
    const folder = useFolder();
    let mosquitto: Mosquitto;
    beforeEach(async () => {
      mosquitto = await startMosquitto(program, folder());
    });
    afterEach(() => mosquitto.stop());

    const mqtt = (id: string, type: "mqtt in" | "mqtt out", own: Record<string, unknown>): FlowNode => ({
      ...onTab,
      id,
      type,
      broker: "broker",
      wires: [],
      ...own,
    });
    const nodes = (qos: string, protocolVersion: string, datatype = "buffer"): FlowNode[] => [
      tab,
      account(sandbox().url),
      {
        id: "broker",
        type: "mqtt-broker",
        broker: "127.0.0.1",
        port: mosquitto.port,
        clientid: "",
        autoConnect: true,
        usetls: false,
        protocolVersion,
        keepalive: "60",
        cleansession: true,
      },
      mqtt("asking", "mqtt out", { topic: "home/say", qos, retain: "false" }),
      mqtt("asked", "mqtt in", { topic: "home/say", qos, datatype: "utf8", wires: [["speech"]] }),
      speechNode({ wires: [["sending"], ["summary"]], chunkBytes: 3000 }),
      mqtt("sending", "mqtt out", { topic: "home/audio", qos, retain: "false" }),
      mqtt("receiving", "mqtt in", { topic: "home/audio", qos, datatype, wires: [["received"]] }),
      sink("received"),
      sink("summary"),
      ...observers(),
    ];

    for (const protocolVersion of ["4", "5"]) {
      for (const qos of ["0", "1", "2"]) {
        it(`arrives byte for byte, MQTT ${protocolVersion === "4" ? "3.1.1" : "5"}, QoS ${qos}`, async () => {
          const flow = await flows.load(nodes(qos, protocolVersion), keyed());
          await flow.at("status").find(({ status }) => /connected$/.test(status?.text ?? ""));
          flow.input(TEXT, "asking");
          const { vocu } = await flow.at("summary").nth(0);
          const received = await flow.at("received").reach(Number(vocu?.chunks));
          assert.ok(received.length > 3);
          assert.deepEqual(
            bytesOf(received),
            await sandbox().speech({ voiceId: voiceIds.english, text: TEXT }),
          );
          assert.deepEqual(new Set(received.map((message) => String(message.qos))), new Set([qos]));
        });
      }
    }

    it("arrives byte for byte as base64, as the receiver may have it", async () => {
      const flow = await flows.load(nodes("0", "4", "base64"), keyed());
      await flow.at("status").find(({ status }) => /connected$/.test(status?.text ?? ""));
      flow.input(TEXT, "asking");
      const { vocu } = await flow.at("summary").nth(0);
      const received = await flow.at("received").reach(Number(vocu?.chunks));
      const audio = Buffer.concat(received.map(({ payload }) => Buffer.from(payload as string, "base64")));
      assert.deepEqual(audio, await sandbox().speech({ voiceId: voiceIds.english, text: TEXT }));
    });
  });
}
