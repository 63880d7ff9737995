import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { voiceIds } from "../../sandbox";
import { framesOf } from "../unit/audio-fixtures";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import { framesIn } from "./support/frames";
import { bytesOf, factsOf, type Message } from "./support/message";
import { useSandbox } from "./support/sandbox";
import { keyed, speechFlow } from "./support/speech-flow";

const TEXT = "The washing machine is done. The dryer takes another ten minutes.";

/** What another worker publishes with its chunks: how far the speech has come, and its last bytes. */
const stateOf = (chunk: Message | undefined): Record<string, unknown> => {
  const { streamUrl, audioUrl, audioId, position } = factsOf(chunk);
  return { streamUrl, audioUrl, audioId, bytes: position, overlap: chunk?.payload };
};

describe("speech-stream: a speech that was begun elsewhere", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  const load = (node: Record<string, unknown> = {}): Promise<Flow> =>
    flows.load(speechFlow(sandbox().url, { node: { chunkBytes: "4000", cache: false, ...node } }), keyed());
  const generations = (): number =>
    sandbox().requests.filter(({ path }) => path === "/api/tts/simple-generate").length;

  it("continues behind any of its chunks, byte for byte, without a generation and without costs", async () => {
    const flow = await load();
    const { chunks } = await flow.speak(TEXT);
    const whole = bytesOf(chunks);
    assert.ok(chunks.length > 4);
    for (const index of [0, 1, chunks.length - 2]) {
      const begun = stateOf(chunks[index]);
      const rest = await flow.speak({ payload: TEXT, continue: begun });
      assert.deepEqual(bytesOf(rest.chunks), whole.subarray(Number(begun.bytes)));
      assert.deepEqual([factsOf(rest.summary).continued, factsOf(rest.summary).creditsUsed], [true, 0]);
    }
    assert.equal(generations(), 1);
  });

  it("reports on each chunk how far the speech has come, also when it continues", async () => {
    const flow = await load();
    const { chunks } = await flow.speak(TEXT);
    const lengths = chunks.map(({ payload }) => (payload as Buffer).length);
    let position = 0;
    for (const [index, chunk] of chunks.entries()) {
      position += lengths[index] ?? 0;
      assert.equal(factsOf(chunk).position, position);
    }
    const rest = await flow.speak({ payload: TEXT, continue: stateOf(chunks[1]) });
    assert.equal(factsOf(rest.chunks.at(-1)).position, position);
    assert.equal(factsOf(rest.chunks[0]).position, Number(factsOf(chunks[2]).position));
  });

  it("is in whole frames, and its sequence is one of its own", async () => {
    const flow = await load({ chunkBytes: "0" });
    const { chunks } = await flow.speak(TEXT);
    const rest = await flow.speak({ payload: TEXT, continue: stateOf(chunks[0]) });
    for (const { payload } of rest.chunks) assert.ok(framesIn(payload as Buffer).length > 0);
    assert.deepEqual(
      [rest.chunks[0]?.parts?.index, rest.chunks.at(-1)?.parts?.count],
      [0, rest.chunks.length],
    );
    assert.notEqual(rest.chunks[0]?.parts?.id, chunks[0]?.parts?.id);
  });

  it("takes the text's place, and is asked for once only", async () => {
    const flow = await load();
    const { chunks } = await flow.speak(TEXT);
    const rest = await flow.speak({ payload: "", continue: stateOf(chunks[0]), topic: "hall" });
    assert.ok(rest.chunks.length > 0);
    for (const chunk of rest.chunks) assert.deepEqual([chunk.topic, "continue" in chunk], ["hall", false]);
  });

  it("is read from JSON too, as brokers carry it", async () => {
    const flow = await load();
    const { chunks } = await flow.speak(TEXT);
    const begun = JSON.stringify(stateOf(chunks[1]));
    const base64 = { ...stateOf(chunks[1]), overlap: (chunks[1]?.payload as Buffer).toString("base64") };
    for (const form of [begun, JSON.parse(begun) as object, base64]) {
      const rest = await flow.speak({ payload: TEXT, continue: form });
      assert.deepEqual(bytesOf(rest.chunks), bytesOf(chunks.slice(2)));
    }
  });

  it("counts its own bytes only, where silence is put before it", async () => {
    const flow = await load();
    const { chunks } = await flow.speak({ payload: TEXT, silenceMs: 500 });
    const plain = bytesOf((await flow.speak(TEXT)).chunks);
    const begun = { ...stateOf(chunks[1]), overlap: undefined };
    const rest = await flow.speak({ payload: TEXT, silenceMs: 500, continue: begun });
    assert.deepEqual(bytesOf(rest.chunks), plain.subarray(Number(begun["bytes" as keyof typeof begun])));
    assert.deepEqual(bytesOf(chunks.slice(2)), bytesOf(rest.chunks));
  });

  it("that has ended is an empty chunk that ends the sequence, and a summary", async () => {
    const flow = await load();
    const { chunks } = await flow.speak(TEXT);
    const rest = await flow.speak({ payload: TEXT, continue: stateOf(chunks.at(-1)) });
    assert.deepEqual(bytesOf(rest.chunks), Buffer.alloc(0));
    assert.deepEqual([rest.chunks[0]?.parts?.count, factsOf(rest.summary).empty], [1, true]);
  });

  describe("errors", () => {
    const failing = async (flow: Flow, message: Message): Promise<[string, unknown]> => {
      const before = flow.at("catch").entries.length;
      flow.input(message);
      const { code, cause } = await flow.caught(before);
      return [code ?? "", (cause as Record<string, unknown>).retryable];
    };

    it("report that the audio is another one", async () => {
      const flow = await load();
      const { chunks } = await flow.speak(TEXT);
      const other = await flow.speak(
        "Somebody is at the door, and it does not look like the postman at all.",
      );
      const { streamUrl, audioUrl } = factsOf(other.chunks[0]);
      const begun = { ...stateOf(chunks[0]), streamUrl, audioUrl };
      assert.deepEqual(await failing(flow, { payload: TEXT, continue: begun }), ["CONTINUE_MISMATCH", false]);
    });

    it("report that the audio is another one where the address has become a page", async () => {
      const flow = await load();
      const host = createServer((_request, response) => response.end(`<html>${"no ".repeat(5000)}</html>`));
      await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
      try {
        const audioUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}/a.mp3`;
        const begun = { audioUrl, bytes: 4000 };
        assert.deepEqual(await failing(flow, { payload: TEXT, continue: begun }), [
          "CONTINUE_MISMATCH",
          false,
        ]);
        assert.equal((await flow.caught()).cause?.bytes, 4000);
      } finally {
        host.close();
      }
    });

    it("report that the audio is gone, and the same message without `continue` is generated", async () => {
      const flow = await load();
      const begun = {
        ...stateOf(undefined),
        audioUrl: `${sandbox().storageUrl}/generate/no.mp3`,
        bytes: 4000,
      };
      assert.deepEqual(await failing(flow, { payload: TEXT, continue: begun }), ["CONTINUE_GONE", false]);
      const { error, ...caught } = await flow.at("catch").nth(0);
      assert.ok(error);
      assert.deepEqual(caught.continue, begun);
      const { chunks } = await flow.speak({ ...caught, continue: undefined });
      assert.ok(bytesOf(chunks).length > 0);
    });

    for (const [what, begun] of [
      ["no address", { bytes: 5 }],
      ["no bytes", { audioUrl: "https://storage.example/a.mp3" }],
      ["a negative place", { audioUrl: "https://storage.example/a.mp3", bytes: -1 }],
      ["an address of a file", { audioUrl: "file:///etc/passwd", bytes: 0 }],
      ["an overlap that is no bytes", { audioUrl: "https://storage.example/a.mp3", bytes: 9, overlap: 7 }],
    ] as const) {
      it(`name the input if it has ${what}`, async () => {
        const flow = await load();
        const [code] = await failing(flow, { payload: TEXT, continue: begun });
        const { cause } = await flow.caught();
        assert.deepEqual([code, (cause as { field?: string }).field], ["INPUT_INVALID", "continue"]);
        assert.equal(sandbox().requests.length, 0);
      });
    }
  });
});

describe("speech-stream: jobs that are delivered again", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const userDir = useFolder();

  const load = (account: Record<string, unknown> = {}): Promise<Flow> => {
    const own = { node: { cache: false }, account: { cacheEnabled: true, ...account } };
    return flows.load(speechFlow(sandbox().url, own), keyed(), { userDir: userDir() });
  };
  const spent = (): number => sandbox().account.spent;

  it("cost nothing, even where the node uses no cache, and after a restart", async () => {
    const before = spent();
    const first = await (await load()).speak({ payload: TEXT, jobId: "7" });
    assert.equal(spent() - before, TEXT.length);
    const again = await (await load()).speak({ payload: TEXT, jobId: 7 });
    assert.equal(spent() - before, TEXT.length);
    assert.deepEqual(bytesOf(again.chunks), bytesOf(first.chunks));
    assert.deepEqual([factsOf(again.summary).cached, factsOf(again.summary).jobId], [true, "7"]);
  });

  it("cost nothing on another machine that shares the folder of the cache", async () => {
    const shared = join(userDir(), "shared");
    process.env.VOCU_CACHE_FOLDER = shared;
    try {
      const before = spent();
      for (const machine of ["one", "two"]) {
        const own = { node: { cache: false }, account: { cacheEnabled: true } };
        const settings = { userDir: join(userDir(), machine) };
        const flow = await flows.load(speechFlow(sandbox().url, own), keyed(), settings);
        await flow.speak({ payload: TEXT, jobId: "12" });
      }
      assert.equal(spent() - before, TEXT.length);
      assert.equal((await readdir(shared)).length, 2);
    } finally {
      delete process.env.VOCU_CACHE_FOLDER;
    }
  });

  it("are known by msg.vocu.jobId as well", async () => {
    const flow = await load();
    await flow.speak({ payload: TEXT, vocu: { jobId: "8" } });
    const before = spent();
    const again = await flow.speak({ payload: TEXT, vocu: { jobId: "8" } });
    assert.deepEqual([spent() - before, factsOf(again.summary).jobId], [0, "8"]);
  });

  it("are the same job only with the same words in the same voice", async () => {
    const flow = await load();
    const before = spent();
    await flow.speak({ payload: "One.", jobId: "9" });
    await flow.speak({ payload: "Two.", jobId: "9" });
    await flow.speak({ payload: "Two.", jobId: "10" });
    await flow.speak({ payload: "Two.", jobId: "10", voiceId: voiceIds.english });
    assert.equal(spent() - before, 12);
  });

  it("share one generation while it still runs", async () => {
    sandbox().fail({ audio: Buffer.concat(framesOf(6)) });
    const flow = await load();
    const before = sandbox().requests.length;
    const inputs = [1, 2].map(() => flow.input({ payload: TEXT, jobId: "11" }));
    for (const input of inputs) await flow.ended(input);
    assert.equal(sandbox().requests.length - before, 1);
  });
});
