import assert from "node:assert/strict";
import { useFakeTimers, type SinonFakeTimers } from "sinon";
import { Turn } from "../../lib/flow/queue/deadline";

describe("a turn that several messages wait for", () => {
  let clock: SinonFakeTimers;
  let expired: string[];
  beforeEach(() => {
    clock = useFakeTimers({ now: 1_000_000 });
    expired = [];
  });
  afterEach(() => clock.restore());

  const wait = (turn: Turn, name: string, ms: number): { cancel(): void } =>
    turn.expire(Date.now() + ms, () => expired.push(name));

  it("lets each of them wait as long as it is worth it", () => {
    const turn = new Turn();
    wait(turn, "patient", 500);
    wait(turn, "hasty", 100);
    clock.tick(101);
    assert.deepEqual(expired, ["hasty"]);
    clock.tick(400);
    assert.deepEqual(expired, ["hasty", "patient"]);
  });

  it("lets nobody expire once it has come", () => {
    const turn = new Turn();
    wait(turn, "before", 100);
    turn.come();
    wait(turn, "after", 100);
    clock.tick(1000);
    assert.deepEqual(expired, []);
  });

  it("does not let a wait expire that was cancelled", () => {
    wait(new Turn(), "cancelled", 100).cancel();
    clock.tick(1000);
    assert.deepEqual(expired, []);
  });

  it("leaves no timer for what never expires, nor for what expires in many years", () => {
    const turn = new Turn();
    turn.expire(undefined, () => expired.push("never"));
    wait(turn, "years", 1e12);
    assert.equal(clock.countTimers(), 0);
  });
});
