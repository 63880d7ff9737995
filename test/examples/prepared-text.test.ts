import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { useFlows } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { usePlayers } from "../nodes/support/players";
import { useSandbox } from "../nodes/support/sandbox";
import { runExample } from "./example";

const SENTENCES = [
  "Weather",
  "Doctor Miller says: 15 degrees Celsius today, and wind of 30 kilometres per hour.",
  "See the map.",
  "Take an umbrella",
  "Switch the television off",
];

describe("Text prepared before it is spoken", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();
  const players = usePlayers();

  it("is heard sentence by sentence, without marks, links, code and emoji", async () => {
    const { flow, id, press } = await runExample(
      "Text prepared before it is spoken",
      sandbox(),
      flows,
      folder(),
      (node) => (node.type === "vocu-audio-play" ? players().command("listen") : {}),
    );
    press("Read the answer");
    await flow.at(id("debug", "Prepared text")).nth(SENTENCES.length - 1);
    assert.deepEqual(
      flow.at(id("debug", "Prepared text")).entries.map(({ payload }) => payload),
      SENTENCES,
    );
    for (const [index, text] of SENTENCES.entries()) {
      const player = await players().started.nth(index);
      await player.gone;
      assert.deepEqual(player.audio, await sandbox().speech({ voiceId: voiceIds.english, text }));
    }
  });
});
