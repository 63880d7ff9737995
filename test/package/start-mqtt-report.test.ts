import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { Aedes } from "aedes";
import { MqttReport } from "../../scripts/start/mqtt-report";

/** Long enough for a flow on the same machine, in ms. */
const PATIENCE_MS = 500;

describe("the speeches that npm start reports", () => {
  let aedes: Aedes;
  let lines: string[];
  let report: MqttReport;
  const publish = (topic: string, payload: string): Promise<void> =>
    new Promise((resolve, reject) => {
      aedes.publish({ cmd: "publish", qos: 0, dup: false, retain: false, topic, payload }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  /** A client that subscribes to the texts, as the flow does. */
  const flowSubscribes = (): void => void aedes.emit("subscribe", [{ topic: "home/say", qos: 0 }], null);

  beforeEach(async () => {
    aedes = await Aedes.createBroker();
    lines = [];
    report = new MqttReport(aedes, tmpdir(), (line) => lines.push(line));
  });
  afterEach(() => new Promise<void>((resolve) => aedes.close(resolve)));

  it("reports no missing speech after one was spoken", async () => {
    // The report came after a minute although the flow had spoken.
    const first = report.greet("Hello", PATIENCE_MS);
    flowSubscribes();
    await publish("home/speech/error", "No credits left.");
    await first;
    // A broker without a flow: its greeting waits at least as long as the first one would have.
    const silent: string[] = [];
    await new MqttReport(aedes, tmpdir(), (line) => silent.push(line)).greet("Hello", 2 * PATIENCE_MS);
    assert.deepEqual(lines, ["could not speak: No credits left."]);
    assert.equal(silent.length, 1);
    assert.match(silent[0] ?? "", /has not spoken/);
  });

  it("counts all chunks if the summary arrives before the last one", async () => {
    const spoken = report.greet("Hello", 20 * PATIENCE_MS);
    flowSubscribes();
    await publish("home/speech/audio/a/0/more", "12345");
    await publish("home/speech/done", JSON.stringify({ bytes: 8, audioMs: 500, firstAudioMs: 20 }));
    await publish("home/speech/audio/a/1/last", "678");
    await spoken;
    assert.match(lines[0] ?? "", /^spoke 0\.5 s in 2 chunks/);
    assert.doesNotMatch(lines[0] ?? "", /over MQTT/);
  });
});
