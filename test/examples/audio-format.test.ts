import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { voiceIds } from "../../sandbox";
import { convertMp3 } from "../../lib/audio";
import { useFlows } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { useSandbox } from "../nodes/support/sandbox";
import { arriving, collect } from "../unit/audio-fixtures";
import { runExample } from "./example";

describe("Speech without mp3", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();

  it("makes a file for a telephone and a WAV of one speech", async () => {
    const { flow, id, press } = await runExample("Speech without mp3", sandbox(), flows, folder());
    press("Dinner is ready");
    await flow.at(id("debug", "Telephone")).nth(0);
    await flow.at(id("debug", "WAV")).nth(0);
    const mp3 = await sandbox().speech({ voiceId: voiceIds.english, text: "Dinner is ready." });
    const samples = async (sampleRate: number, mulaw: boolean): Promise<Buffer> => {
      const parts = await collect(convertMp3(arriving([mp3]), { sampleRate, channels: 1, mulaw }));
      return Buffer.concat(parts.map(({ data }) => data));
    };
    assert.deepEqual(await readFile(join(folder(), "dinner.ulaw")), await samples(8000, true));
    const wav = await readFile(join(folder(), "dinner.wav"));
    assert.equal(wav.readUInt32LE(40), wav.length - 44);
    assert.deepEqual(wav.subarray(44), await samples(22050, false));
  });
});
