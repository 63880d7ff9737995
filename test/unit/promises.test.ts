/** Work whose failure nobody needs to know. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { ignoreFailure } from "../../lib/promises";

describe("work without a waiting caller", () => {
  it("may fail without a rejection that ends the process", async () => {
    const unhandled: unknown[] = [];
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => unhandled.push(reason));
    try {
      ignoreFailure(Promise.reject(new Error("nobody needs to know")));
      await setImmediate();
      await setImmediate();
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const other of others) process.on("unhandledRejection", other);
    }
    assert.deepEqual(unhandled, []);
  });

  it("may be missing", () => {
    assert.doesNotThrow(() => ignoreFailure(undefined));
  });
});
