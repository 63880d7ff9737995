/** What a node is at work on, and how it is given up. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Jobs, Stopped, type Job } from "../../lib/flow/queue/jobs";

/** Jobs that run until they are given up, and what each of them was given up for. */
function setUp() {
  const jobs = new Jobs();
  const begun: Job[] = [];
  const ended: string[] = [];
  const start = (name: string): void =>
    jobs.start(async (job) => {
      begun.push(job);
      await new Promise((resolve) => job.signal.addEventListener("abort", resolve));
      // An end takes a while, and a close waits for it.
      await setImmediate();
      ended.push(`${name}: ${(job.signal.reason as Stopped).reason}`);
    });
  return { jobs, begun, ended, start };
}

describe("the jobs of a node", () => {
  it("are counted until they end", async () => {
    const jobs = new Jobs();
    let end: () => void = () => undefined;
    jobs.start(() => new Promise((resolve) => (end = resolve)));
    assert.equal(jobs.count, 1);
    await setImmediate();
    end();
    await setImmediate();
    assert.equal(jobs.count, 0);
  });

  it("are no longer counted when one of them fails, which ends nothing else", async () => {
    const jobs = new Jobs();
    jobs.start(() => Promise.reject(new Error("broken")));
    await setImmediate();
    assert.equal(jobs.count, 0);
  });

  it("begin in the order of their messages", async () => {
    const jobs = new Jobs();
    const order: number[] = [];
    for (const number of [1, 2, 3]) {
      jobs.start(() => {
        order.push(number);
        return Promise.resolve();
      });
    }
    await setImmediate();
    assert.deepEqual(order, [1, 2, 3]);
  });

  it("are all stopped, each with the reason", async () => {
    const { jobs, ended, start } = setUp();
    start("first");
    start("second");
    await setImmediate();
    jobs.stop("reset");
    await setImmediate();
    await setImmediate();
    assert.deepEqual(ended, ["first: reset", "second: reset"]);
  });

  it("are told from jobs that failed once they were stopped", async () => {
    const { jobs, begun, start } = setUp();
    start("first");
    await setImmediate();
    const job = begun[0] as Job;
    assert.equal(job.stopped, false);
    jobs.stop("reset");
    assert.equal(job.stopped, true);
    assert.equal((job.signal.reason as Error).message, "Stopped: reset");
  });

  it("give way to a later one, which continues", async () => {
    const { jobs, begun, ended, start } = setUp();
    start("first");
    start("second");
    start("third");
    await setImmediate();
    jobs.stopOlder("replaced", begun[1] as Job);
    await setImmediate();
    await setImmediate();
    assert.deepEqual(ended, ["first: replaced"]);
    assert.deepEqual(
      begun.map(({ stopped }) => stopped),
      [true, false, false],
    );
  });

  it("have all ended when the node is closed", async () => {
    const { jobs, ended, start } = setUp();
    start("first");
    await setImmediate();
    assert.equal(jobs.closed, false);
    const closing = jobs.close();
    assert.equal(jobs.closed, true);
    await closing;
    assert.deepEqual(ended, ["first: closed"]);
  });
});
