/** What the dialogs ask leaves nothing behind. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import helper from "node-red-node-test-helper";
import { useFlows } from "./support/flows";
import { keyed, tab } from "./support/speech-flow";

describe("a dialog's question about an account", () => {
  const flows = useFlows();
  let server: Server;
  const sockets: Promise<void>[] = [];

  before(async () => {
    // Connections of this server stay open for ten minutes unless somebody closes them.
    server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "keep-alive": "timeout=600" });
      response.end(JSON.stringify({ status: 200, user: { name: "Ada" }, data: [] }));
    });
    server.keepAliveTimeout = 600_000;
    server.on("connection", (socket: Socket) => {
      sockets.push(new Promise((resolve) => socket.once("close", () => resolve())));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const path of ["/vocu/account", "/vocu/voices"]) {
    it(`closes its connections when it is answered (${path})`, async () => {
      await flows.load([tab, { id: "account", type: "vocu-account" }], keyed());
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const account = { id: "new", site: "custom", baseUrl, apiKey: "sk-typed" };
      const reply = await helper.request().post(path).send(account);
      assert.equal((reply.body as { error?: unknown }).error, undefined);
      assert.ok(sockets.length > 0);
      await Promise.all(sockets.splice(0));
    });
  }
});
