import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import helper from "node-red-node-test-helper";
import { voiceIds } from "../../sandbox";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import { nodeFlow } from "./support/node-flow";
import { useSandbox } from "./support/sandbox";
import type { Message } from "./support/message";
import {
  KEY,
  keyed,
  observers,
  onTab,
  sink,
  speechFlow,
  speechNode,
  account,
  tab,
} from "./support/speech-flow";

const TEXT = "Dinner is ready.";
const voiceId = voiceIds.english;

describe("an account with a budget", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();

  const load = (own: Record<string, unknown>): Promise<Flow> =>
    flows.load(speechFlow(sandbox().url, { account: own }), keyed(), { userDir: folder() });
  const generations = (): number =>
    sandbox().requests.filter(({ path }) => path.includes("simple-generate")).length;

  const usageFile = async (): Promise<string> => {
    const [name = ""] = await readdir(join(folder(), "vocu-usage"));
    return join(folder(), "vocu-usage", name);
  };
  /** The credits in the file. */
  const remembered = async (): Promise<number> => {
    const { spent } = JSON.parse(await readFile(await usageFile(), "utf8")) as { spent: [number, number][] };
    return spent.reduce((sum, [, credits]) => sum + credits, 0);
  };

  it("stops a flow that speaks in a loop at its limit", async () => {
    const flow = await flows.load(
      [
        tab,
        account(sandbox().url, { budgetPerHour: 50 }),
        speechNode({ wires: [[], ["again"]] }),
        {
          ...onTab,
          id: "again",
          type: "change",
          rules: [{ t: "set", p: "payload", pt: "msg", to: TEXT, tot: "str" }],
          wires: [["speech"]],
        },
        sink("chunks"),
        ...observers(),
      ],
      keyed(),
      { userDir: folder() },
    );
    flow.input(TEXT);
    const { code, cause } = await flow.caught();
    assert.equal(code, "BUDGET_REACHED");
    assert.ok(Number(cause?.retryAfter) > 0);
    assert.ok(generations() * TEXT.length <= 50 + TEXT.length, `${generations()} generations`);
  });

  it("speaks from the cache whatever was spent", async () => {
    const flow = await load({ budgetPerHour: 20, cacheEnabled: true });
    await flow.speak(TEXT);
    await flow.speak(TEXT);
    flow.input("Something else.");
    assert.equal((await flow.caught()).code, "BUDGET_REACHED");
  });

  it("lets alarms through", async () => {
    const flow = await load({ budgetPerHour: 20 });
    await flow.speak(TEXT);
    await flow.speak({ payload: "Fire!", priority: 10 });
  });

  it("also limits what a dialog speaks before the flow has spoken for the first time", async () => {
    const limited = { budgetPerHour: 20 };
    await load(limited);
    const posted = { ...account(sandbox().url, limited), apiKey: KEY };
    const preview = async (): Promise<{ error?: { code: string } }> => {
      const inputs = { voiceId: voiceIds.english, text: TEXT };
      const reply = await helper.request().post("/vocu/preview").send({ account: posted, inputs });
      return reply.body as { error?: { code: string } };
    };
    assert.equal((await preview()).error, undefined);
    assert.equal((await preview()).error?.code, "BUDGET_REACHED");
  });

  it("is told to its dialog with the limits that the dialog shows, before the flow has spoken", async () => {
    const limited = { budgetPerHour: 20, budgetPerDay: 70 };
    await load(limited);
    const posted = { ...account(sandbox().url, limited), apiKey: KEY };
    const reply = await helper.request().post("/vocu/account").send(posted);
    const { hour, day } = (reply.body as { usage: { hour: { limit: number }; day: { limit: number } } })
      .usage;
    assert.deepEqual([hour.limit, day.limit], [20, 70]);
  });

  it("remembers what was spent in a file that only its owner can read, without the key", async () => {
    const flow = await load({ budgetPerHour: 20 });
    await flow.speak(TEXT);
    await flow.stop();
    assert.ok((await remembered()) >= TEXT.length);
    assert.equal((await stat(await usageFile())).mode & 0o777, 0o600);
  });

  describe("counts what other nodes generate", () => {
    const generate = async (
      type: `vocu-${string}`,
      node: Record<string, unknown>,
      message: Message,
    ): Promise<Flow> => {
      const flow = await flows.load(
        nodeFlow(sandbox().url, type, { node, account: { budgetPerHour: 20 } }),
        keyed(),
        { userDir: folder() },
      );
      await flow.ended(flow.input(message, "node"));
      return flow;
    };

    for (const [what, type, node, payload, credits] of [
      ["one call", "vocu-speech-generate", { voiceId }, TEXT, TEXT.length],
      ["a task", "vocu-task-create", { voiceId }, TEXT, TEXT.length],
      [
        "all blocks of a task",
        "vocu-task-create",
        { shape: "contents" },
        [
          { voiceId, text: "One." },
          { voiceId, text: "Three." },
        ],
        10,
      ],
    ] as const) {
      it(`by its text: ${what}`, async () => {
        const flow = await generate(type, node, { payload });
        await flow.stop();
        assert.equal(await remembered(), credits);
      });
    }

    it("at the price that the reply states, also where a task states it", async () => {
      sandbox().fail({
        on: { path: "/api/tts/generate" },
        reply: { status: 200, json: { status: 200, data: { id: "task", metadata: { credit_used: 7 } } } },
      });
      const flow = await generate("vocu-task-create", { voiceId }, { payload: TEXT });
      await flow.stop();
      assert.equal(await remembered(), 7);
    });

    for (const type of ["vocu-speech-generate", "vocu-speech-live"] as const) {
      it(`and refuses them beyond its limit, but no alarm: ${type}`, async () => {
        const flow = await generate(type, { voiceId }, { payload: TEXT });
        const alarm = await flow.ended(flow.input({ payload: "Fire!", priority: 10 }, "node"));
        assert.equal(alarm.error, undefined);
        await flow.ended(flow.input({ payload: TEXT }, "node"));
        assert.equal((await flow.caught()).code, "BUDGET_REACHED");
      });
    }
  });
});
