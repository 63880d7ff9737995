/** The file in which an account's budget survives a restart. */
import assert from "node:assert/strict";
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeAPI } from "node-red";
import { useFakeTimers, type SinonFakeTimers } from "sinon";
import { openBudget, type OpenBudget } from "../../lib/flow/account/budgets";

const LIMITS = { perHour: 0, perDay: 0, exemptPriority: 10 };

describe("the file of a budget", () => {
  let userDir = "";
  let clock: SinonFakeTimers;
  const warnings: string[] = [];

  beforeEach(async () => {
    userDir = await mkdtemp(join(tmpdir(), "vocu-test-"));
    warnings.length = 0;
    clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(async () => {
    clock.restore();
    await rm(userDir, { recursive: true, force: true });
  });

  const RED = (): NodeAPI =>
    ({
      settings: { userDir },
      _: (key: string, params: object) => `${key} ${JSON.stringify(params)}`,
      log: { warn: (text: string) => warnings.push(text) },
    }) as unknown as NodeAPI;
  const open = (): OpenBudget => openBudget(RED(), "account", LIMITS, () => undefined);
  const folder = (): string => join(userDir, "vocu-usage");
  const spend = ({ budget }: OpenBudget, characters: number): Promise<void> =>
    budget.spend(
      { characters, priority: 0 },
      () => Promise.resolve(),
      () => undefined,
    );
  const stored = async (): Promise<number> => {
    const [name = ""] = await readdir(folder());
    const { spent } = JSON.parse(await readFile(join(folder(), name), "utf8")) as {
      spent: [number, number][];
    };
    return spent.reduce((sum, [, credits]) => sum + credits, 0);
  };

  it("is written half a second after a change, so that many changes are written once", async () => {
    const opened = open();
    await spend(opened, 10);
    await spend(opened, 10);
    assert.equal(clock.countTimers(), 1);
    clock.tick(499);
    await assert.rejects(stat(folder()));
    clock.tick(1);
    // Nothing is left to be written: this only waits for the end of it.
    assert.equal(clock.countTimers(), 0);
    await opened.flush();
    assert.equal(await stored(), 20);
  });

  it("is written at once when the account is closed, which leaves no timer behind", async () => {
    const opened = open();
    await spend(opened, 10);
    await opened.flush();
    assert.equal(clock.countTimers(), 0);
    assert.equal(await stored(), 10);
  });

  it("is written again after changes that follow", async () => {
    const opened = open();
    await spend(opened, 10);
    await opened.flush();
    await spend(opened, 5);
    assert.equal(clock.countTimers(), 1);
    await opened.flush();
    assert.equal(await stored(), 15);
  });

  it("is not written where nothing was spent", async () => {
    await open().flush();
    await assert.rejects(stat(folder()), { code: "ENOENT" });
  });

  it("is in a folder that only its owner may enter", async function () {
    if (process.platform === "win32") this.skip();
    const opened = open();
    await spend(opened, 10);
    await opened.flush();
    assert.equal((await stat(folder())).mode & 0o777, 0o700);
  });

  it("is replaced in one step, so that a crash leaves the old or the new one", async () => {
    const opened = open();
    await spend(opened, 10);
    await opened.flush();
    const [name = ""] = await readdir(folder());
    const before = await readFile(join(folder(), name), "utf8");
    await link(join(folder(), name), join(userDir, "before"));
    await spend(opened, 5);
    await opened.flush();
    assert.equal(await readFile(join(userDir, "before"), "utf8"), before);
    assert.equal(await stored(), 15);
  });

  it("leaves no draft behind", async () => {
    const opened = open();
    await spend(opened, 10);
    await opened.flush();
    assert.equal((await readdir(folder())).length, 1);
  });

  it("that cannot be written is reported once, and again after it could be written", async () => {
    const opened = open();
    const write = async (): Promise<void> => {
      await spend(opened, 1);
      await opened.flush();
    };
    await writeFile(folder(), "in the way");
    await write();
    await write();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /budget\.notStored .*"code":"E\w+"/);
    await rm(folder());
    await write();
    await rm(folder(), { recursive: true });
    await writeFile(folder(), "in the way");
    await write();
    assert.equal(warnings.length, 2);
  });

  it("counts only what makes sense in it", async () => {
    const opened = open();
    await spend(opened, 10);
    await opened.flush();
    const [name = ""] = await readdir(folder());
    const other = await mkdtemp(join(tmpdir(), "vocu-test-"));
    try {
      await mkdir(join(other, "vocu-usage"));
      const file = join(other, "vocu-usage", name);
      const minute = Math.floor(Date.now() / 60_000);
      const spent = [[minute, 2, 3], [minute - 1, "4"], [minute - 2, -5], [minute - 3, 6], null];
      await writeFile(file, JSON.stringify({ spent, rate: 1 }));
      const damaged = openBudget(
        { ...RED(), settings: { userDir: other } } as unknown as NodeAPI,
        "account",
        LIMITS,
        () => undefined,
      );
      assert.equal(damaged.budget.usage().day.used, 6);
      assert.deepEqual(damaged.budget.state(), { spent: [[minute - 3, 6]], rate: 1 });
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });
});

describe("the budget of a deployed account, opened by a dialog", () => {
  const RED = {
    settings: {},
    _: (key: string) => key,
    log: { warn: () => undefined },
  } as unknown as NodeAPI;
  const spend = ({ budget }: OpenBudget, characters: number): Promise<void> =>
    budget.spend(
      { characters, priority: 0 },
      () => Promise.resolve(),
      () => undefined,
    );

  it("keeps the deployed limits, whatever the dialog says", async () => {
    openBudget(RED, "with limits", { ...LIMITS, perHour: 20 }, () => undefined);
    const asked = openBudget(RED, "with limits", LIMITS);
    await spend(asked, 15);
    await assert.rejects(spend(asked, 15), { code: "BUDGET_REACHED" });
  });

  it("warns the deployed account", async () => {
    const warnings: string[] = [];
    openBudget(RED, "with a listener", { ...LIMITS, perHour: 20 }, (text) => warnings.push(text));
    await spend(openBudget(RED, "with a listener", LIMITS), 18);
    assert.equal(warnings.length, 1);
  });
});
