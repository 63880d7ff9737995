import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import { keyed, speechFlow } from "./support/speech-flow";
import { useStage } from "./support/stage";

const WHOLE = Buffer.concat(framesOf(6));

describe("speech-stream: what the speech cache keeps", () => {
  const flows = useFlows();
  const stage = useStage();
  const userDir = useFolder();

  /** Speaks one message to its end, whatever comes of it, and answers with the files that were kept. */
  async function kept(audio: Buffer, node: Record<string, unknown> = {}): Promise<string[]> {
    const flow: Flow = await flows.load(
      speechFlow(stage().url, { node, account: { cacheEnabled: true } }),
      keyed(),
      { userDir: userDir() },
    );
    const input = flow.input("Hello.");
    (await stage().calls.nth(0)).end(audio);
    await flow.ended(input);
    await flow.stop();
    return readdir(join(userDir(), "vocu-cache")).catch(() => []);
  }

  it("is speech that is whole", async () => {
    assert.equal((await kept(WHOLE)).length, 2);
  });

  it("is nothing that has no audio in it", async () => {
    assert.deepEqual(await kept(Buffer.from("There is no sound in these words.")), []);
  });

  it("is nothing that ends within a frame", async () => {
    assert.deepEqual(await kept(WHOLE.subarray(0, -10)), []);
  });

  it("is not the secret in the address of source audio", async () => {
    const files = await kept(WHOLE, {
      input_audio: "https://storage.example/vc-input/a.mp3?auth=planted-secret",
    });
    const card = files.find((name) => name.endsWith(".json")) ?? "";
    const text = await readFile(join(userDir(), "vocu-cache", card), "utf8");
    assert.match(text, /vc-input\/a\.mp3"/);
    assert.ok(!text.includes("planted-secret"));
  });
});
