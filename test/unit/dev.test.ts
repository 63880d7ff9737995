/** What `npm run dev` makes of a change. */
import assert from "node:assert/strict";
import { request } from "undici";
import { reloadScript, ReloadServer } from "../../scripts/dev/reload-server";
import { effectOf } from "../../scripts/dev/watch-sources";

describe("a change during development", () => {
  it("reloads the page when only the browser half has changed", () => {
    assert.equal(effectOf(["lib/editor/index.ts"]), "reload");
  });

  it("restarts Node-RED when the runtime, words or icons have changed, whatever changed with them", () => {
    for (const file of [
      "nodes/voice-get.ts",
      "lib/api/index.ts",
      "locales/en-US/shared.json",
      "icons/account.svg",
    ])
      assert.equal(effectOf(["lib/editor/index.ts", file]), "restart");
    assert.equal(effectOf(["scripts/build/help.ts"]), "restart");
  });

  it("replaces the session when the sandbox or the session itself has changed", () => {
    for (const file of ["sandbox/routes/voices.ts", "scripts/start/broker.ts", "scripts/dev/session.ts"])
      assert.equal(effectOf(["nodes/voice-get.ts", file]), "replace");
  });
});

describe("the reload of open editors", () => {
  it("is an event for each of them, and the script in the page waits for it", async () => {
    const server = await ReloadServer.open();
    try {
      const editors = await Promise.all([request(server.url), request(server.url)]);
      server.tellEditors();
      for (const { body, headers } of editors) {
        assert.equal(headers["content-type"], "text/event-stream");
        const [event] = (await body.take(1).toArray()) as Buffer[];
        assert.equal(String(event), "data: reload\n\n");
      }
      assert.ok(reloadScript(server.url).startsWith(`new EventSource("${server.url}")`));
    } finally {
      await server.close();
    }
  });
});
