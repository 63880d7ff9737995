import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { voiceIds } from "../../sandbox";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { usePlayers } from "../nodes/support/players";
import type { Message } from "../nodes/support/message";
import { useSandbox } from "../nodes/support/sandbox";
import { exampleNodes, runExample, type Example } from "./example";

/** A local voice whose audio is a WAV header and what it was asked to say. */
const VOICE = `#!${process.execPath}
let text = "";
process.stdin.on("data", (piece) => (text += piece)).on("end", () => {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.write("WAVEfmt ", 8, "latin1");
  header.write("data", 36, "latin1");
  process.stdout.write(Buffer.concat([header, Buffer.from(process.argv.slice(2).join(" ") + "|" + text)]));
});
`;

describe("Examples of announcements people can rely on", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();
  const players = usePlayers();

  const run = (name: string, account: Record<string, unknown> = {}): Promise<Example> =>
    runExample(name, sandbox(), flows, folder(), ({ type }: FlowNode) => {
      if (type === "vocu-account") return { retries: 0, ...account };
      return type === "vocu-audio-play" ? players().command("listen") : {};
    });
  /** What the player with this number has heard, once it is gone. */
  const heard = async (index: number): Promise<Buffer> => {
    const player = await players().started.nth(index);
    await player.gone;
    return player.audio;
  };
  const speech = (text: string): Promise<Buffer> => sandbox().speech({ voiceId: voiceIds.english, text });

  describe("Alarms that are never silent", () => {
    const NAME = "Alarms that are never silent";
    /** Makes the programs of this folder the only ones that are found. */
    const programs = async (withVoice: boolean): Promise<void> => {
      const bin = join(folder(), "bin");
      await mkdir(bin);
      if (withVoice) {
        await writeFile(join(bin, "espeak-ng"), VOICE);
        await chmod(join(bin, "espeak-ng"), 0o755);
      }
      process.env.PATH = bin;
    };
    const refused = { baseUrl: "http://127.0.0.1:9", connectTimeout: 1 };

    it("lets the service speak while it can", async () => {
      await programs(true);
      const { press } = await run(NAME);
      press("Smoke in the kitchen");
      assert.deepEqual(await heard(0), await speech("Smoke in the kitchen."));
    });

    it("lets the local voice speak if the service cannot be reached, with the text on its standard input", async () => {
      await programs(true);
      const { press, flow, id } = await run(NAME, refused);
      press("Smoke in the kitchen");
      assert.equal((await heard(0)).subarray(44).toString(), "-v en --stdin --stdout|Smoke in the kitchen.");
      assert.equal((await flow.at(id("debug", "Heard")).nth(0)).heardFrom, "espeak-ng");
    });

    it("gives up after 3 s if the service does not answer", async () => {
      sandbox().fail({ headersDelayMs: 60_000 });
      await programs(true);
      const { press } = await run(NAME);
      const pressed = performance.now();
      press("Water in the cellar");
      assert.match((await heard(0)).subarray(44).toString(), /Water in the cellar/);
      assert.ok(performance.now() - pressed >= 2900);
    });

    it("never gives the text to a shell", async () => {
      await programs(true);
      const { flow, id } = await run(NAME, refused);
      flow.input(
        { payload: '$(touch /tmp/x); `id` && "quoted"\u0007 --version' },
        id("vocu-speech-stream", "Speak"),
      );
      assert.equal(
        (await heard(0)).subarray(44).toString(),
        '-v en --stdin --stdout|$(touch /tmp/x); `id` && "quoted"  --version',
      );
    });

    it("plays a tone if there is no local voice either", async () => {
      await programs(false);
      const { press, flow, id } = await run(NAME, refused);
      press("Smoke in the kitchen");
      const tone = await heard(0);
      assert.equal(tone.toString("latin1", 0, 4), "RIFF");
      assert.equal(tone.length, 44 + 32_000);
      assert.equal((await flow.at(id("debug", "Heard")).nth(0)).heardFrom, "tone");
    });

    describe("in a fire drill", () => {
      /** Runs the drill against a port of the test, in place of the one where nobody listens. */
      const drill = async (port?: number): Promise<{ report: Message; example: Example }> => {
        await programs(true);
        const example = await runExample(NAME, sandbox(), flows, folder(), (node) => {
          if (node.type === "vocu-audio-play") return players().command("listen");
          const func = String(node.func).replace("127.0.0.1:9/", `127.0.0.1:${port ?? 9}/`);
          return node.name === "Break the connection" ? { func } : {};
        });
        example.press("Fire drill");
        const report = await example.flow.at(example.id("debug", "Report")).nth(0);
        return { report, example };
      };

      it("breaks a connection, generates nothing, and reports what was heard", async () => {
        const { report } = await drill();
        assert.match((await heard(0)).subarray(44).toString(), /This is a fire drill\./);
        assert.equal(report.heard, "espeak-ng");
        assert.match(
          String(report.payload),
          /^Fire drill: espeak-ng was heard after \d+\.\d s\. The reason: /,
        );
        assert.equal(sandbox().requests.length, 0);
      });

      it("really connects, and gives up after 3 s if nothing answers", async () => {
        let connections = 0;
        const silent = createServer(() => (connections += 1));
        await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
        const began = performance.now();
        try {
          const { report } = await drill((silent.address() as AddressInfo).port);
          assert.equal(report.heard, "espeak-ng");
          assert.ok(connections > 0);
          assert.ok(performance.now() - began >= 2900);
        } finally {
          silent.close();
        }
      });

      it("reports if nothing was heard at all", async () => {
        await programs(true);
        const { press, flow, id } = await runExample(NAME, sandbox(), flows, folder(), ({ type }) =>
          type === "vocu-audio-play" ? { player: "command", command: join(folder(), "no-player") } : {},
        );
        press("Fire drill");
        const { heard: found } = await flow.at(id("debug", "Report")).nth(0);
        assert.equal(found, "nothing");
      });

      it("reports nothing of real alarms", async () => {
        await programs(true);
        const { press, flow, id } = await run(NAME, refused);
        press("Smoke in the kitchen");
        await flow.at(id("debug", "Heard")).nth(0);
        assert.equal(flow.at(id("debug", "Report")).entries.length, 0);
      });

      it("is held once a week", () => {
        const inject = exampleNodes(NAME).find(({ name }) => name === "Fire drill");
        assert.match(String(inject?.crontab), /^\d\d \d\d \* \* [0-6]$/);
      });
    });

    it("prepares its alarms without playing them", async () => {
      const { press, flow, id } = await run(NAME);
      press("Prepare the alarms");
      await flow.at(id("debug", "Stored")).nth(1);
      assert.equal(sandbox().requests.length, 2);
      assert.equal(players().started.entries.length, 0);
    });
  });

  describe("Say that again, and repeat until acknowledged", () => {
    const NAME = "Say that again, and repeat until acknowledged";

    it("says the last announcement again", async () => {
      const { press } = await run(NAME);
      press("The washing machine is done");
      await heard(0);
      press("Say that again");
      assert.deepEqual(await heard(1), await heard(0));
    });

    it("says nothing again before anything was said", async () => {
      const { press, flow, id } = await run(NAME);
      press("Say that again");
      press("The washing machine is done");
      await heard(0);
      assert.equal(flow.at(id("vocu-speech-stream", "Speak")).entries.length, 1);
    });

    it("repeats an alarm until somebody acknowledges it", async () => {
      const { press, flow, id } = await runExample(NAME, sandbox(), flows, folder(), ({ type }) => {
        if (type === "trigger") return { duration: "-500", units: "ms" };
        return type === "vocu-audio-play" ? players().command("listen") : {};
      });
      const spoken = flow.at(id("vocu-speech-stream", "Speak"));
      press("Somebody is at the door");
      await spoken.nth(1);
      press("Acknowledge");
      await flow.at(id("trigger", "Until acknowledged")).nth(1);
      press("The washing machine is done");
      await spoken.find(({ payload }) => payload === "The washing machine is done.");
      const count = spoken.entries.length;
      await flow.at(id("debug", "Heard")).nth(count - 1);
      assert.equal(spoken.entries.length, count);
    });
  });
});
