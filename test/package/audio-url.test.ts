/** Audio at a URL in a Node-RED of its own, whose settings file says where its HTTP nodes are and who may use them. */
import assert from "node:assert/strict";
import { startNodeRed, type NodeRed } from "../node-red";
import { fetchAll } from "../nodes/support/web";
import { framesOf } from "../unit/audio-fixtures";

const AUDIO = Buffer.concat(framesOf(4));

/** bcrypt of "open sesame". */
const PASS = "$2b$04$Y9UiWqYqPbqiSo47eBYpiuzD3.NrlI3my6UdzhxHmv08zIv.QOxtO";

describe("audio-url under Node-RED's own web server", function () {
  this.timeout(60_000);
  let nodeRed: NodeRed;
  let url: string;

  before(async () => {
    nodeRed = await startNodeRed({
      settings: { httpNodeRoot: "/api/", httpNodeAuth: { user: "home", pass: PASS } },
      flows: [
        { id: "tab", type: "tab", label: "Test" },
        {
          id: "button",
          z: "tab",
          type: "inject",
          props: [{ p: "payload" }],
          payload: JSON.stringify([...AUDIO]),
          payloadType: "bin",
          wires: [["url"]],
        },
        { id: "url", z: "tab", type: "vocu-audio-url", wires: [["out"]] },
        { id: "out", z: "tab", type: "debug", active: false, wires: [] },
      ],
    });
    await nodeRed.inject("button");
    url = String((await nodeRed.waitFor("out")).payload);
  });
  after(() => nodeRed.stop());

  const authorization = `Basic ${Buffer.from("home:open sesame").toString("base64")}`;

  it("names its address, its port and the root of its HTTP nodes", () => {
    assert.ok(url.startsWith(`${nodeRed.url}/api/vocu/audio/`), url);
  });

  it("asks for the password of httpNodeAuth, as for every HTTP node", async () => {
    assert.equal((await fetchAll(url)).status, 401);
    assert.deepEqual((await fetchAll(url, { authorization })).body, AUDIO);
  });

  it("says in the log that players must log in", () => {
    assert.match(nodeRed.log(), /asks for a password/);
  });

  it("finds nothing outside of that root", async () => {
    assert.equal((await fetchAll(url.replace("/api/", "/"), { authorization })).status, 404);
  });
});
