import assert from "node:assert/strict";
import { mkdir, readdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startSandbox, voiceIds } from "../../sandbox";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import { bytesOf, factsOf } from "./support/message";
import { useSandbox } from "./support/sandbox";
import { KEY, keyed, speechFlow } from "./support/speech-flow";

const TEXT = "The washing machine is done.";

describe("speech-stream: the speech cache", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const userDir = useFolder();
  const cache = (): string => join(userDir(), "vocu-cache");

  const load = (
    own: { node?: Record<string, unknown>; account?: Record<string, unknown> } = {},
    url = sandbox().url,
  ): Promise<Flow> => {
    const flow = speechFlow(url, { node: own.node, account: { cacheEnabled: true, ...own.account } });
    return flows.load(flow, keyed(), { userDir: userDir() });
  };

  const files = async (ending: string): Promise<string[]> =>
    (await readdir(cache())).filter((name) => name.endsWith(ending));

  /** What something costs and how often it asks. */
  const costOf = async (work: () => Promise<unknown>): Promise<{ credits: number; requests: number }> => {
    const { spent } = sandbox().account;
    const { length } = sandbox().requests;
    await work();
    return { credits: sandbox().account.spent - spent, requests: sandbox().requests.length - length };
  };

  const FREE = { credits: 0, requests: 0 };
  const PAID = { credits: TEXT.length, requests: 1 };

  it("speaks the same a second time without a request and without a credit", async () => {
    const flow = await load();
    const first = await flow.speak(TEXT);
    assert.deepEqual(
      await costOf(async () => {
        const second = await flow.speak(TEXT);
        assert.deepEqual(bytesOf(second.chunks), bytesOf(first.chunks));
      }),
      FREE,
    );
  });

  it("says in msg.vocu what was cached, and keeps what is known of the speech", async () => {
    const first = await (await load()).speak(TEXT);
    const second = await (await load()).speak(TEXT);
    const { audioId, audioUrl, audioMs, bytes } = factsOf(first.summary);
    assert.equal(factsOf(first.chunks[0]).cached, false);
    const { firstAudioMs, totalMs, chunks, ...known } = factsOf(second.summary);
    assert.deepEqual(known, {
      operation: "speech-stream",
      cached: true,
      creditsUsed: 0,
      audioId,
      audioUrl,
      audioMs,
      bytes,
    });
    assert.ok([firstAudioMs, totalMs, chunks].every((figure) => typeof figure === "number"));
    assert.equal(factsOf(second.chunks[0]).cached, true);
  });

  it("shows in the status that it was cached", async () => {
    const flow = await load();
    await flow.speak(TEXT);
    await flow.speak(TEXT);
    await flow.at("status").find(({ status }) => status?.text?.endsWith("status.spokenFromCache") === true);
    const texts = flow.at("status").entries.map(({ status }) => status?.text ?? "");
    assert.equal(texts.filter((text) => text.includes("connecting")).length, 1);
  });

  it("needs no network", async () => {
    const server = await startSandbox();
    const flow = await load({}, server.url);
    const first = await flow.speak(TEXT).finally(() => server.close());
    const second = await flow.speak(TEXT);
    assert.deepEqual(bytesOf(second.chunks), bytesOf(first.chunks));
  });

  it("still knows it after a restart", async () => {
    await (await load()).speak(TEXT);
    const flow = await load();
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), FREE);
  });

  it("also serves a node that wants one Buffer, and one that paces", async () => {
    const wanted = await sandbox().speech({ voiceId: voiceIds.english, text: TEXT });
    await (await load()).speak(TEXT);
    for (const node of [{ output: "buffer" }, { pace: "realtime", leadMs: "60000" }]) {
      const flow = await load({ node });
      const { chunks, summary } = await flow.speak(TEXT);
      assert.deepEqual(bytesOf(chunks), wanted);
      assert.equal(factsOf(summary).cached, true);
    }
  });

  it("asks again for another text, voice, style or tempo", async () => {
    await (await load()).speak(TEXT);
    const others = [
      { voiceId: voiceIds.chinese },
      { speechRate: "1.5", speechRateType: "num" },
      { preset: "stable" },
    ];
    for (const node of others) {
      const flow = await load({ node });
      assert.deepEqual(await costOf(() => flow.speak(TEXT)), PAID);
    }
    const flow = await load();
    assert.equal((await costOf(() => flow.speak("Another text."))).requests, 1);
  });

  it("does not ask again for parameters that are given with their default", async () => {
    await (await load()).speak(TEXT);
    const flow = await load({ node: { preset: "balance", speechRate: "1", speechRateType: "num" } });
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), FREE);
  });

  it("is not used by a node that does not want it", async () => {
    await (await load()).speak(TEXT);
    const flow = await load({ node: { cache: false } });
    const before = await files(".json");
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), PAID);
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), PAID);
    await flow.stop();
    assert.equal(before.length, 1);
    assert.deepEqual(await files(".json"), before);
  });

  it("is not there when the account does not want it", async () => {
    const flow = await load({ account: { cacheEnabled: false } });
    await flow.speak(TEXT);
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), PAID);
    await assert.rejects(readdir(cache()), { code: "ENOENT" });
  });

  it("serves another job as well, unless the node wants its own speech", async () => {
    const flow = await load();
    await flow.speak({ payload: TEXT, vocu: { jobId: "one" } });
    assert.deepEqual(await costOf(() => flow.speak({ payload: TEXT, vocu: { jobId: "two" } })), FREE);
  });

  for (const [days, cost] of [
    [29, FREE],
    [31, PAID],
  ] as const) {
    it(`keeps speech as many days as the account says: 30, last used ${days} days ago`, async () => {
      const before = await load({ account: { cacheMaxDays: 30 } });
      await before.speak(TEXT);
      await before.stop();
      const used = new Date(Date.now() - days * 24 * 3600 * 1000);
      for (const name of await readdir(cache())) await utimes(join(cache(), name), used, used);
      const flow = await load({ account: { cacheMaxDays: 30 } });
      assert.deepEqual(await costOf(() => flow.speak(TEXT)), cost);
    });
  }

  it("keeps to the size that the account allows", async () => {
    const flow = await load({ account: { cacheMaxMb: 1 } });
    for (const name of ["old-0123456789abcdef", "older-0123456789abcdef"]) {
      await mkdir(cache(), { recursive: true });
      await writeFile(join(cache(), `${name}.mp3`), Buffer.alloc(900_000));
      await writeFile(join(cache(), `${name}.json`), "{}");
    }
    await flow.speak(TEXT);
    const mine = (name: string): boolean => name.startsWith("The-washing-machine-is-done-");
    let mp3s: string[];
    do mp3s = await files(".mp3");
    while (mp3s.length > 2 || !mp3s.some(mine));
    assert.equal(mp3s.length, 2);
  });

  it("is a folder of mp3 files that a person can find and play", async () => {
    const flow = await load();
    const { chunks } = await flow.speak(TEXT);
    await flow.stop();
    const [mp3 = ""] = await files(".mp3");
    assert.match(mp3, /^The-washing-machine-is-done-[0-9a-f]{16}\.mp3$/);
    assert.deepEqual(await readFile(join(cache(), mp3)), bytesOf(chunks));
  });

  it("has no key in any of its files", async () => {
    const flow = await load();
    await flow.speak(TEXT);
    await flow.stop();
    for (const name of await readdir(cache())) {
      const content = await readFile(join(cache(), name), "latin1");
      assert.ok(!content.includes(KEY) && !name.includes(KEY), name);
    }
  });

  it("keeps no speech that was cut off", async () => {
    sandbox().fail({ cutAfter: 2000, urlsLie: { audio: null, streamUrl: null } });
    const flow = await load();
    await assert.rejects(flow.speak(TEXT));
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), PAID);
  });

  it("keeps a speech that was cut off and taken up again, whole", async () => {
    sandbox().fail({ cutAfter: 2000 });
    const flow = await load();
    const { chunks } = await flow.speak(TEXT);
    const again = await flow.speak(TEXT);
    assert.equal(factsOf(again.summary).cached, true);
    assert.deepEqual(bytesOf(again.chunks), bytesOf(chunks));
    assert.deepEqual(bytesOf(chunks), await sandbox().speech({ voiceId: voiceIds.english, text: TEXT }));
  });

  it("has a damaged speech generated again", async () => {
    await (await load()).speak(TEXT);
    const flow = await load();
    const [mp3 = ""] = await files(".mp3");
    await truncate(join(cache(), mp3), 1000);
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), PAID);
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), FREE);
  });

  it("marks a speech that is to be kept forever, by the node or by the message", async () => {
    const flow = await load({ node: { keep: "true", keepType: "bool" } });
    await flow.speak(TEXT);
    await flow.speak({ payload: "Not this one.", keep: false });
    await flow.stop();
    const kept = await files(".keep");
    assert.equal(kept.length, 1);
    assert.match(kept[0] ?? "", /^The-washing-machine/);
  });

  it("marks a speech that is stored already", async () => {
    await (await load()).speak(TEXT);
    const flow = await load();
    await flow.speak({ payload: TEXT, keep: true });
    await flow.stop();
    assert.equal((await files(".keep")).length, 1);
  });

  it("speaks what it has without a key; anything else is an error", async () => {
    await (await load()).speak(TEXT);
    const nodes = speechFlow(sandbox().url, { account: { cacheEnabled: true } });
    const flow = await flows.load(nodes, {}, { userDir: userDir() });
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), FREE);
    const { error } = await flow.ended(flow.input("Something else."));
    assert.equal((error as { code?: string }).code, "NO_API_KEY");
  });

  it("speaks what it has when the balance is empty; anything else is an error", async () => {
    const flow = await load();
    await flow.speak(TEXT);
    const broke = { error: { status: 403, code: "BILLING_INSUFFICIENT_CREDIT" } } as const;
    sandbox().fail(broke);
    const { error } = await flow.ended(flow.input("Something else."));
    assert.equal((error as { code?: string }).code, "BILLING_INSUFFICIENT_CREDIT");
    sandbox().fail(broke);
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), FREE);
  });

  it("speaks what it has immediately while the account waits because the service asked for it", async () => {
    const flow = await load({ node: { busy: "parallel" } });
    await flow.speak(TEXT);
    const headers = { "retry-after": "600" };
    sandbox().fail({ error: { status: 429, code: "RATE_LIMIT_EXCEEDED", headers } });
    await flow.ended(flow.input("Something else."));
    const waiting = flow.input("And something more.");
    await flow.at("status").find(({ status }) => status?.fill === "yellow");
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), FREE);
    flow.input({ reset: true });
    await flow.ended(waiting);
  });

  it("speaks what it has while every place of the account is taken", async () => {
    const flow = await load({ node: { busy: "parallel" }, account: { maxConcurrent: 1 } });
    await flow.speak(TEXT);
    sandbox().fail({ headersDelayMs: 60_000 });
    const hanging = flow.input("Something else.");
    while (sandbox().requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await costOf(() => flow.speak(TEXT)), FREE);
    flow.input({ reset: true });
    await flow.ended(hanging);
  });

  it("speaks what it has when the service does not answer", async () => {
    const service = await startSandbox();
    const { chunks } = await (await load({}, service.url)).speak(TEXT);
    const flow = await load({}, service.url);
    await service.close();
    assert.deepEqual(bytesOf((await flow.speak(TEXT)).chunks), bytesOf(chunks));
  });

  it("does not prevent speech if its folder does not work", async () => {
    await writeFile(cache(), "I am a file");
    const flow = await load();
    const wanted = await sandbox().speech({ voiceId: voiceIds.english, text: TEXT });
    for (let round = 0; round < 2; round++) {
      const { chunks } = await flow.speak(TEXT);
      assert.deepEqual(bytesOf(chunks), wanted);
    }
    assert.deepEqual(flow.at("catch").entries, []);
  });
});
