/** What every placed node does with many messages at once. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { Node, NodeAPI } from "node-red";
import { Problem } from "../../lib/flow/message/problem";
import { NodeWork } from "../../lib/flow/node/node-work";
import { text, type Description } from "../../lib/schema/description";

const STEP_MS = 3;
const MESSAGES = 30;

/** Keeps the process to itself for a moment. */
function busy(): void {
  const until = performance.now() + STEP_MS;
  while (performance.now() < until);
}

const description = {
  type: "vocu-test",
  inputs: { text: text({ from: "msg.payload" }) },
  outputs: 1,
} as unknown as Description<{ text: ReturnType<typeof text> }, Record<string, never>>;

describe("a node that gets many messages at once", () => {
  it("lets Node-RED go on while it reads their inputs", async () => {
    const evaluateNodeProperty = (...args: unknown[]): void => {
      busy();
      (args.at(-1) as (error: null, value: string) => void)(null, "Hello.");
    };
    const RED = { _: (key: string) => key, settings: {}, util: { evaluateNodeProperty } };
    const node = { status: () => undefined };
    const work = new NodeWork(RED as unknown as NodeAPI, node as unknown as Node, {}, description);
    let turns = 0;
    const turning = setInterval(() => (turns += 1));
    await Promise.all(Array.from({ length: MESSAGES }, () => work.inputs({ payload: "" } as never, {})));
    clearInterval(turning);
    assert.ok(turns >= 5, `${turns} turns`);
  });
});

describe("a node that is reset", () => {
  it("ends the message with the error of what could not be reset", async () => {
    const RED = { _: (key: string) => key, settings: {} };
    const node = { status: () => undefined };
    const work = new NodeWork(RED as unknown as NodeAPI, node as unknown as Node, {}, description);
    const error = await new Promise<Error | undefined>((resolve) =>
      work.reset(resolve, () => Promise.reject(new Problem("CACHE_NOT_CLEARED"))),
    );
    assert.equal((error as Error & { code?: string }).code, "CACHE_NOT_CLEARED");
  });
});

describe("a node that is closed", () => {
  it("discards what it keeps between messages when the last of them has ended", async () => {
    const RED = { _: (key: string) => key, settings: {} };
    const node = { status: () => undefined, warn: () => undefined };
    const work = new NodeWork(RED as unknown as NodeAPI, node as unknown as Node, {}, description);
    const events: string[] = [];
    await new Promise<void>((started) =>
      work.jobs.start(async ({ signal }) => {
        started();
        await once(signal, "abort");
        await new Promise((resolve) => setImmediate(resolve));
        events.push("ended");
      }),
    );
    await new Promise<void>((resolve) => work.close(resolve, () => events.push("discarded")));
    assert.deepEqual(events, ["ended", "discarded"]);
  });

  it("shows no status any more, whatever ends later", async () => {
    const shown: object[] = [];
    const RED = { _: (key: string) => key, settings: {} };
    const node = { status: (status: object) => shown.push(status) };
    const work = new NodeWork(RED as unknown as NodeAPI, node as unknown as Node, {}, description);
    work.status.working("calling");
    await new Promise<void>((resolve) => work.close(resolve, () => work.status.idle("stopped")));
    work.status.idle("done");
    assert.deepEqual(shown.at(-1), {});
  });
});
