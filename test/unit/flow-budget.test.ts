import assert from "node:assert/strict";
import { VocuError } from "../../lib/api";
import { Problem } from "../../lib/flow/message/problem";
import { Budget, type BudgetLimits, type BudgetState, type BudgetUsage } from "../../lib/flow/queue/budget";

const HOUR = 3_600_000;
const LIMITS: BudgetLimits = { perHour: 100, perDay: 0, exemptPriority: 10 };

/** A budget with a clock of its own and a list of its warnings. */
const setUp = (limits: Partial<BudgetLimits> = {}, state?: BudgetState) => {
  const clock = { now: 1_700_000_000_000 };
  const warnings: BudgetUsage[] = [];
  let changes = 0;
  const events = { near: (usage: BudgetUsage) => void warnings.push(usage), changed: () => (changes += 1) };
  const budget = new Budget(events, state, () => clock.now);
  budget.limit({ ...LIMITS, ...limits });
  const spend = (characters: number, credits?: number, priority = 0): Promise<unknown> =>
    budget.spend(
      { characters, priority },
      () => Promise.resolve(undefined),
      () => credits,
    );
  return { budget, clock, warnings, spend, changes: () => changes };
};

const isReached = (error: unknown): boolean => error instanceof Problem && error.code === "BUDGET_REACHED";

describe("a budget", () => {
  it("refuses what would exceed the limit of an hour, before anything is sent", async () => {
    const { budget, spend } = setUp();
    await spend(80);
    let sent = false;
    const work = (): Promise<void> => {
      sent = true;
      return Promise.resolve();
    };
    await assert.rejects(
      budget.spend({ characters: 30, priority: 0 }, work, () => undefined),
      isReached,
    );
    assert.equal(sent, false);
  });

  it("counts what is on its way, so that a loop cannot run past it", async () => {
    const { budget } = setUp();
    const never = new Promise<never>(() => undefined);
    const all = Array.from({ length: 1000 }, () =>
      budget
        .spend(
          { characters: 30, priority: 0 },
          () => never,
          () => undefined,
        )
        .catch((error: unknown) => error),
    );
    const refused = await Promise.all(all.slice(3));
    assert.ok(refused.every(isReached));
    assert.equal(budget.usage().hour.used, 90);
  });

  it("allows it again when the window has rolled on, and reports when", async () => {
    const { clock, spend } = setUp();
    await spend(80);
    const error = await spend(30).catch((thrown: unknown) => thrown as Problem);
    assert.ok(error instanceof Problem);
    const { retryAfter = 0, retryable } = error.facts;
    assert.ok(retryable && retryAfter > 3500 && retryAfter <= 3660);
    assert.deepEqual(error.params, { limit: 100, window: "hour", used: 80 });
    clock.now += (retryAfter - 1) * 1000;
    await assert.rejects(spend(30), isReached);
    clock.now += 1000;
    await spend(30);
  });

  it("names the moment at which enough has left the window, and not the first at which something has", async () => {
    const { clock, spend } = setUp();
    clock.now = Math.ceil(clock.now / 60_000) * 60_000;
    for (let minute = 0; minute < 4; minute++) {
      await spend(25);
      clock.now += 60_000;
    }
    const error = await spend(50).catch((thrown: unknown) => thrown as Problem);
    assert.ok(error instanceof Problem);
    // The first two of the four minutes have to leave, the second of which began three minutes ago.
    assert.equal(error.facts.retryAfter, 3600 - 2 * 60);
  });

  it("does not count what left the window when it names that moment", async () => {
    const { clock, spend } = setUp({ perHour: 100 });
    await spend(90);
    clock.now += 2 * HOUR;
    await spend(80);
    const error = await spend(30).catch((thrown: unknown) => thrown as Problem);
    assert.ok(error instanceof Problem && Number(error.facts.retryAfter) > 3500);
  });

  it("allows a message that takes exactly what is left", async () => {
    const { spend } = setUp();
    await spend(40);
    await spend(60);
  });

  it("can be retried if the message is exactly as dear as the limit", async () => {
    const { spend } = setUp();
    await spend(1);
    const error = await spend(100).catch((thrown: unknown) => thrown as Problem);
    assert.ok(error instanceof Problem && error.facts.retryable === true);
  });

  it("reports what was spent in an hour and in a day, each with its limit", async () => {
    const { budget, clock, spend } = setUp({ perHour: 100, perDay: 500 });
    await spend(50, 50.26);
    clock.now += 2 * HOUR;
    await spend(20, 20);
    assert.deepEqual(budget.usage(), { hour: { used: 20, limit: 100 }, day: { used: 70.3, limit: 500 } });
  });

  it("has no limits until some are set", async () => {
    const budget = new Budget({ near: () => undefined, changed: () => undefined });
    const work = (): Promise<void> => Promise.resolve();
    await budget.spend({ characters: 1_000_000, priority: 0 }, work, () => undefined);
    assert.deepEqual([budget.usage().hour.limit, budget.usage().day.limit], [0, 0]);
  });

  it("tells of every change, so that its state is kept", async () => {
    const { changes, spend } = setUp();
    await spend(10);
    assert.equal(changes(), 1);
    await spend(10, 12);
    assert.equal(changes(), 3);
  });

  it("learns nothing from a price without characters", async () => {
    const { budget, spend } = setUp({ perHour: 0 });
    await spend(0, 50);
    assert.equal(budget.state().rate, 1);
  });

  it("is never retryable if a single message is dearer than the limit", async () => {
    const { spend } = setUp();
    const error = await spend(101).catch((thrown: unknown) => thrown as Problem);
    assert.ok(
      error instanceof Problem && error.facts.retryable === false && error.facts.retryAfter === undefined,
    );
  });

  it("limits a day too", async () => {
    const { clock, spend } = setUp({ perHour: 0, perDay: 100 });
    await spend(80);
    clock.now += 23 * HOUR;
    await assert.rejects(spend(30), isReached);
    clock.now += 2 * HOUR;
    await spend(30);
  });

  it("corrects its estimate by what the service charged", async () => {
    const { budget, spend } = setUp();
    await spend(80, 20);
    assert.equal(budget.usage().hour.used, 20);
  });

  it("learns the price of a character", async () => {
    const { budget, spend } = setUp({ perHour: 0 });
    for (let at = 0; at < 40; at++) await spend(10, 20);
    const before = budget.usage().hour.used;
    await spend(10);
    assert.ok(Math.abs(budget.usage().hour.used - before - 20) < 1);
  });

  it("lets a message of the exempt priority through, and counts it", async () => {
    const { budget, spend } = setUp();
    await spend(100);
    await spend(50, undefined, 10);
    await assert.rejects(spend(50, undefined, 9), isReached);
    assert.equal(budget.usage().hour.used, 150);
  });

  const fails = async (budget: Budget, error: Error): Promise<void> => {
    await assert.rejects(
      budget.spend(
        { characters: 50, priority: 0 },
        () => Promise.reject(error),
        () => undefined,
      ),
      (thrown) => thrown === error,
    );
  };
  const free: [string, VocuError][] = [
    ["that was refused", new VocuError("HTTP_402", { statusCode: 402, retryable: false })],
    ["that made no sense", new VocuError("HTTP_400", { statusCode: 400, retryable: false })],
    ["that never reached the service", new VocuError("CONNECTION_REFUSED", { retryable: true })],
  ];
  for (const [what, error] of free) {
    it(`takes nothing for a request ${what}`, async () => {
      const { budget } = setUp();
      await fails(budget, error);
      assert.equal(budget.usage().hour.used, 0);
    });
  }
  const charged: [string, Error][] = [
    ["that was stopped", new Error("reset")],
    [
      "whose audio broke off with an error",
      new VocuError("X", { statusCode: 500, bytes: 10, retryable: false }),
    ],
    ["whose audio broke off", new VocuError("STREAM_CUT", { statusCode: 200, bytes: 10, retryable: false })],
    ["that nobody answered", new VocuError("FIRST_BYTE_TIMEOUT", { retryable: false })],
  ];
  for (const [what, error] of charged) {
    it(`still counts a request ${what}`, async () => {
      const { budget } = setUp();
      await fails(budget, error);
      assert.equal(budget.usage().hour.used, 50);
    });
  }

  it("warns once at 80 %, and again only after it has fallen well below", async () => {
    const { clock, warnings, spend } = setUp();
    await spend(79);
    assert.equal(warnings.length, 0);
    await spend(1);
    assert.equal(warnings.length, 1);
    await spend(10);
    assert.equal(warnings.length, 1);
    clock.now += 2 * HOUR;
    await spend(1);
    await spend(85);
    assert.equal(warnings.length, 2);
  });

  it("does not warn again where it has fallen to 60 % and no further", async () => {
    const { clock, warnings, spend } = setUp();
    await spend(21);
    clock.now += 2 * 60_000;
    await spend(59);
    assert.equal(warnings.length, 1);
    // The first of them leaves the window.
    clock.now += HOUR - 60_000;
    await spend(1);
    await spend(20);
    assert.equal(warnings.length, 1);
  });

  it("names the moment at which the oldest leave the window, in whatever order they were stored", async () => {
    const minute = Math.floor(1_700_000_000_000 / 60_000);
    const spent = [
      [minute - 1, 50],
      [minute - 3, 50],
    ] as const;
    const { clock, spend } = setUp({}, { spent, rate: 1 });
    const error = await spend(50).catch((thrown: unknown) => thrown as Problem);
    assert.ok(error instanceof Problem);
    assert.equal(error.facts.retryAfter, Math.ceil(((minute - 2) * 60_000 + HOUR - clock.now) / 1000));
  });

  it("continues from the state of before a restart", async () => {
    const first = setUp();
    await first.spend(80, 80);
    const second = setUp({}, first.budget.state());
    await assert.rejects(second.spend(30), isReached);
  });

  it("keeps nothing that has left the window of a day", async () => {
    const { budget, clock, spend } = setUp({ perHour: 0 });
    await spend(10, 10);
    clock.now += 23 * HOUR;
    await spend(20, 20);
    clock.now += 2 * HOUR;
    assert.deepEqual(
      budget.state().spent.map(([, credits]) => credits),
      [20],
    );
  });

  it("lets what was spent while the clock was years ahead leave the window an hour after the clock was set", async () => {
    // A Raspberry Pi has no clock of its own that survives without power.
    const { budget, clock, spend } = setUp();
    const ahead = 20 * 365 * 24 * HOUR;
    clock.now += ahead;
    await spend(100, 100);
    clock.now -= ahead;
    await assert.rejects(spend(1), isReached);
    assert.equal(budget.usage().hour.used, 100);
    clock.now += 61 * 60_000;
    await spend(100, 100);
    assert.equal(budget.usage().day.used, 200);
  });

  it("continues from a state that was stored while the clock was years ahead", async () => {
    const first = setUp();
    first.clock.now += 20 * 365 * 24 * HOUR;
    await first.spend(100, 100);
    const second = setUp({}, first.budget.state());
    await assert.rejects(second.spend(1), isReached);
    second.clock.now += 61 * 60_000;
    await second.spend(100);
  });

  it("still counts what was spent before a start with a clock that is years behind, once the clock was set", async () => {
    const { budget, clock, spend } = setUp();
    await spend(100, 100);
    const behind = 20 * 365 * 24 * HOUR;
    clock.now -= behind;
    await assert.rejects(spend(1), isReached);
    clock.now += behind + HOUR / 2;
    assert.equal(budget.usage().hour.used, 100);
    clock.now += HOUR / 2 + 60_000;
    assert.equal(budget.usage().hour.used, 0);
  });

  it("names the moment at which credits leave the window that were spent while the clock was ahead", async () => {
    const { clock, spend } = setUp();
    clock.now += 48 * HOUR;
    await spend(100, 100);
    clock.now -= 48 * HOUR;
    await assert.rejects(spend(1), (error: unknown) => {
      const seconds = Number((error as Problem).facts.retryAfter);
      return seconds > 3500 && seconds <= 3660;
    });
  });

  it("remembers no minute that has left the window of a day, also where nobody stores its state", async () => {
    const { budget, clock, spend } = setUp({ perHour: 0 });
    await spend(10, 10);
    clock.now += 25 * HOUR;
    await spend(20, 20);
    clock.now -= 24 * HOUR;
    assert.equal(budget.usage().day.used, 20);
  });

  it("keeps the price that it has learned", async () => {
    const first = setUp({ perHour: 0 });
    for (let at = 0; at < 40; at++) await first.spend(10, 20);
    const { budget, spend } = setUp({ perHour: 0 }, { ...first.budget.state(), spent: [] });
    await spend(10);
    assert.ok(Math.abs(budget.usage().hour.used - 20) < 1);
  });

  it("has no limit at 0", async () => {
    const { spend } = setUp({ perHour: 0 });
    await spend(1_000_000);
  });
});
