/** What Node-RED waits for ends, whatever becomes of the work. */
import assert from "node:assert/strict";
import { useFakeTimers, type SinonFakeTimers } from "sinon";
import { finish } from "../../lib/flow/message/finish";

describe("an end that Node-RED waits for", () => {
  let clock: SinonFakeTimers;
  let told: string[];
  beforeEach(() => {
    clock = useFakeTimers();
    told = [];
  });
  afterEach(() => clock.restore());

  const end = (work: Promise<unknown>, limitMs?: number): void =>
    finish(
      work,
      () => told.push("done"),
      (error) => told.push((error as Error).message),
      limitMs,
    );

  it("comes when the work has ended, and leaves no timer behind", async () => {
    end(Promise.resolve());
    assert.deepEqual(told, []);
    await clock.tickAsync(0);
    assert.deepEqual(told, ["done"]);
    assert.equal(clock.countTimers(), 0);
  });

  it("comes after the failure of the work was told", async () => {
    end(Promise.reject(new Error("full disk")));
    await clock.tickAsync(0);
    assert.deepEqual(told, ["full disk", "done"]);
  });

  it("comes after 10 s, before Node-RED gives up on the node", async () => {
    end(new Promise(() => undefined));
    await clock.tickAsync(9_999);
    assert.deepEqual(told, []);
    await clock.tickAsync(1);
    assert.deepEqual(told, ["done"]);
  });

  it("comes once, also if the work ends later", async () => {
    let finished: () => void = () => undefined;
    end(new Promise<void>((resolve) => (finished = resolve)), 100);
    await clock.tickAsync(100);
    finished();
    await clock.tickAsync(0);
    assert.deepEqual(told, ["done"]);
  });

  it("comes although the work failed and the telling failed too", async () => {
    finish(
      Promise.reject(new Error("full disk")),
      () => told.push("done"),
      () => {
        throw new Error("no words");
      },
    );
    await clock.tickAsync(0);
    assert.deepEqual(told, ["done"]);
  });
});
