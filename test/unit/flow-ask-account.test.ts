/** How long a dialog waits for the service. */
import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import { useFakeTimers } from "sinon";
import { askAccount } from "../../lib/flow/admin/ask-account";
import { KEY, serve } from "./api-server";

const PATIENCE_MS = 20_000;

describe("a question of a dialog", () => {
  it("is given up after 20 seconds, whatever the account's own limit, and not asked again", async () => {
    const { url, seen, request } = await serve(() => undefined);
    const RED = { settings: {}, nodes: { eachNode: () => undefined } } as unknown as NodeAPI;
    const posted = { id: "new", site: "custom", baseUrl: url, apiKey: KEY, firstByteTimeout: 90, retries: 3 };
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      let replied = false;
      const asking = { operation: "account-info", method: "GET", path: "/api/account/info" } as const;
      const reply = askAccount(RED, posted, new AbortController().signal, async (client, options) => {
        return client.call(asking, options);
      }).finally(() => (replied = true));
      await request(0);
      clock.tick(PATIENCE_MS - 1);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(replied, false);
      clock.tick(1);
      const { error } = (await reply) as { error: { code: string; params: { timeoutMs?: number } } };
      assert.deepEqual([error.code, error.params.timeoutMs], ["FIRST_BYTE_TIMEOUT", PATIENCE_MS]);
      assert.equal(seen.length, 1);
    } finally {
      clock.restore();
    }
  });
});
