import assert from "node:assert/strict";
import { useFakeTimers, type SinonFakeTimers } from "sinon";
import { SharedDeadline } from "../../lib/flow/queue/deadline";

describe("a deadline that several messages wait for", () => {
  let clock: SinonFakeTimers;
  let expired: string[];
  beforeEach(() => {
    clock = useFakeTimers({ now: 1_000_000 });
    expired = [];
  });
  afterEach(() => clock.restore());

  const wait = (deadline: SharedDeadline, name: string, ms: number): { cancel(): void } =>
    deadline.expire(Date.now() + ms, () => expired.push(name));

  it("gives each message its own expiry", () => {
    const deadline = new SharedDeadline();
    wait(deadline, "patient", 500);
    wait(deadline, "hasty", 100);
    clock.tick(101);
    assert.deepEqual(expired, ["hasty"]);
    clock.tick(400);
    assert.deepEqual(expired, ["hasty", "patient"]);
  });

  it("expires no message once the event has happened", () => {
    const deadline = new SharedDeadline();
    wait(deadline, "before", 100);
    deadline.cancelAll();
    wait(deadline, "after", 100);
    clock.tick(1000);
    assert.deepEqual(expired, []);
  });

  it("does not let a wait expire that was cancelled", () => {
    wait(new SharedDeadline(), "cancelled", 100).cancel();
    clock.tick(1000);
    assert.deepEqual(expired, []);
  });

  it("lets a message expire only after its time, not at it", () => {
    wait(new SharedDeadline(), "message", 100);
    clock.tick(100);
    assert.deepEqual(expired, []);
    clock.tick(1);
    assert.deepEqual(expired, ["message"]);
  });

  it("leaves no timer behind once it has come", () => {
    const deadline = new SharedDeadline();
    wait(deadline, "one", 100);
    wait(deadline, "other", 100).cancel();
    deadline.cancelAll();
    assert.equal(clock.countTimers(), 0);
  });

  it("leaves no timer for what never expires", () => {
    const never = new SharedDeadline().expire(undefined, () => expired.push("never"));
    assert.equal(clock.countTimers(), 0);
    never.cancel();
  });

  it("does not expire early what expires in 30 years", () => {
    const deadline = new SharedDeadline();
    wait(deadline, "years", 1e12);
    clock.tick(1000);
    assert.deepEqual(expired, []);
    deadline.cancelAll();
  });
});
