/** What the dialogs ask leaves nothing behind. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import helper from "node-red-node-test-helper";
import { startSandbox, voiceIds } from "../../sandbox";
import { useFlows } from "./support/flows";
import { account, keyed, tab } from "./support/speech-flow";

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

  it("is asked once, however busy the service is: a user waits for the answer", async () => {
    await flows.load([tab, { id: "account", type: "vocu-account" }], keyed());
    let asked = 0;
    const busy = createServer((_request, response) => {
      asked += 1;
      response.writeHead(503, { "content-type": "application/json", "retry-after": "0" });
      response.end(JSON.stringify({ status: 503 }));
    });
    await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
    try {
      const baseUrl = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
      const account = { id: "new", site: "custom", baseUrl, apiKey: "sk-typed", retries: 5 };
      const reply = await helper.request().post("/vocu/account").send(account);
      assert.equal((reply.body as { error?: { statusCode?: number } }).error?.statusCode, 503);
      assert.equal(asked, 1);
    } finally {
      busy.close();
    }
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

  it("is no longer asked of the service when the dialog has been closed", async function () {
    // Well below the time after which an unanswered question ends by itself.
    this.timeout(15_000);
    await flows.load([tab, { id: "account", type: "vocu-account" }], keyed());
    const silent = createServer();
    // A server of its own: the one of the helper's requests is left open when a request is aborted.
    const admin = createServer((helper as unknown as { _httpAdmin: RequestListener })._httpAdmin);
    for (const each of [silent, admin])
      await new Promise<void>((resolve) => each.listen(0, "127.0.0.1", resolve));
    try {
      const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const asking = once(silent, "request") as Promise<[IncomingMessage]>;
      const account = { id: "new", site: "custom", baseUrl, apiKey: "sk-typed" };
      const { port } = admin.address() as AddressInfo;
      const question = request(`http://127.0.0.1:${port}/vocu/account`, {
        method: "POST",
        headers: { "content-type": "application/json" },
      });
      question.on("error", () => undefined).end(JSON.stringify(account));
      const [asked] = await asking;
      const gone = once(asked.socket, "close");
      question.destroy();
      await gone;
    } finally {
      for (const each of [silent, admin]) {
        each.closeAllConnections();
        each.close();
      }
    }
  });

  it("is charged to the deployed account's budget where it costs credits", async () => {
    const sandbox = await startSandbox();
    try {
      const deployed = { ...account(sandbox.url, { id: "charged", budgetPerHour: 20 }) };
      await flows.load([tab, deployed], { charged: { apiKey: sandbox.apiKey } });
      const inputs = { voiceId: voiceIds.english, text: "Dinner is ready." };
      const hear = async (): Promise<{ error?: { code: string } }> =>
        (await helper.request().post("/vocu/preview").send({ account: deployed, inputs })).body as never;
      assert.equal((await hear()).error, undefined);
      assert.equal((await hear()).error?.code, "BUDGET_REACHED");
    } finally {
      await sandbox.close();
    }
  });
});
