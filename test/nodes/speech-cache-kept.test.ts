import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import { keyed, speechFlow } from "./support/speech-flow";
import { useStage, type Call } from "./support/stage";

const WHOLE = Buffer.concat(framesOf(6));

describe("speech-stream: what the speech cache keeps", () => {
  const flows = useFlows();
  const stage = useStage();
  const userDir = useFolder();
  /** Facts of the last speech. */
  let last: Record<string, unknown> | undefined;

  /** Speaks one message to its end, whatever comes of it, and answers with the files that were kept. */
  async function kept(
    audio: Buffer,
    node: Record<string, unknown> = {},
    end = (call: Call, bytes: Buffer): void => call.end(bytes),
  ): Promise<string[]> {
    const flow: Flow = await flows.load(
      speechFlow(stage().url, { node, account: { cacheEnabled: true } }),
      keyed(),
      { userDir: userDir() },
    );
    const input = flow.input("Hello.");
    end(await stage().calls.nth(0), audio);
    await flow.ended(input);
    await flow.stop();
    last = flow.at("summary").last?.vocu;
    return readdir(join(userDir(), "vocu-cache")).catch(() => []);
  }

  it("is speech that is whole", async () => {
    assert.equal((await kept(WHOLE)).length, 2);
    assert.deepEqual([last?.unverified, last?.bytes], [undefined, WHOLE.length]);
  });

  it("is not a speech whose end only the closed connection shows, which the message reports", async () => {
    const cut = Buffer.concat(framesOf(3));
    assert.deepEqual(await kept(cut, {}, (call, bytes) => call.endWithConnection(bytes)), []);
    assert.deepEqual([last?.unverified, last?.bytes], [true, cut.length]);
  });

  it("is nothing that has no audio in it", async () => {
    assert.deepEqual(await kept(Buffer.from("There is no sound in these words.")), []);
  });

  it("is nothing that ends within a frame", async () => {
    assert.deepEqual(await kept(WHOLE.subarray(0, -10)), []);
  });

  it("is nothing that ends within a frame, although its host reports that there is no more", async () => {
    const cut = WHOLE.subarray(0, -10);
    const host = createServer((_request, response) => {
      response.writeHead(200, { "Content-Type": "audio/mpeg", "Content-Length": cut.length }).end(cut);
    });
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    try {
      const audio = `http://127.0.0.1:${(host.address() as AddressInfo).port}/a.mp3`;
      const files = await kept(cut, {}, (call, bytes) => {
        call.data = { audio };
        call.end(bytes);
      });
      assert.deepEqual(files, []);
      assert.deepEqual([last?.audioUrl, last?.unverified], [audio, undefined]);
    } finally {
      host.close();
    }
  });

  it("is heard to its end by a message that would have expired while it plays", async () => {
    const settings = { node: { pace: "realtime", leadMs: 0 }, account: { cacheEnabled: true } };
    const load = (): Promise<Flow> =>
      flows.load(speechFlow(stage().url, settings), keyed(), { userDir: userDir() });
    const audio = Buffer.concat(framesOf(40));
    const first = (await load()).speak("Hello.");
    (await stage().calls.nth(0)).end(audio);
    await first;
    const flow = await load();
    const { chunks, summary } = await flow.speak({ payload: "Hello.", expires: 500 });
    assert.equal((summary.vocu as { cached?: boolean }).cached, true);
    assert.deepEqual(Buffer.concat(chunks.map(({ payload }) => payload as Buffer)), audio);
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

  it("is not the signature of an address that the service told", async () => {
    const files = await kept(WHOLE, {}, (call, bytes) => {
      call.data = { audio: "https://storage.example/a.mp3?Expires=1&Signature=planted-secret" };
      call.end(bytes);
    });
    const card = files.find((name) => name.endsWith(".json")) ?? "";
    const text = await readFile(join(userDir(), "vocu-cache", card), "utf8");
    assert.match(text, /"audioUrl": "https:\/\/storage\.example\/a\.mp3"/);
    assert.match(String(last?.audioUrl), /Signature/);
    assert.ok(!text.includes("planted-secret"));
  });
});
