import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import { useSandbox } from "./support/sandbox";
import { keyed, observers, onTab, sink, speechFlow, speechNode, account, tab } from "./support/speech-flow";

const TEXT = "Dinner is ready.";

describe("an account with a budget", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();

  const load = (own: Record<string, unknown>): Promise<Flow> =>
    flows.load(speechFlow(sandbox().url, { account: own }), keyed(), { userDir: folder() });
  const generations = (): number =>
    sandbox().requests.filter(({ path }) => path.includes("simple-generate")).length;

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

  it("remembers what was spent in a file that only its owner can read, without the key", async () => {
    const flow = await load({ budgetPerHour: 20 });
    await flow.speak(TEXT);
    await flow.stop();
    const [name = ""] = await readdir(join(folder(), "vocu-usage"));
    const file = join(folder(), "vocu-usage", name);
    const { spent } = JSON.parse(await readFile(file, "utf8")) as { spent: [number, number][] };
    assert.ok(spent.some(([, credits]) => credits >= TEXT.length));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });
});
