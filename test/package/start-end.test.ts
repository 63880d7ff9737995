import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { request } from "undici";
import { Demo, START_MS } from "./demo";

const EDITOR = /^editor: (\S+)/m;
const MQTT = /^MQTT: mqtt:(\S+)/m;

describe("npm start and its end", function () {
  this.timeout(START_MS);

  it("speaks through the sandbox, and Ctrl-C ends all of it with exit code 0", async () => {
    const demo = await Demo.start();
    try {
      await demo.waitFor(/^spoke .+announcement\.mp3, first audio after \d+ ms$/m);
      const [editor = ""] = await demo.waitFor(EDITOR);
      const [mqtt = ""] = await demo.waitFor(MQTT);
      assert.match(demo.text(), /sandbox/);
      assert.equal(await demo.interrupt(), 0);
      for (const url of [editor, `http:${mqtt}`])
        await assert.rejects(request(url), { code: "ECONNREFUSED" });
    } finally {
      await demo.remove();
    }
  });

  it("takes its Node-RED along when it is killed", async () => {
    const demo = await Demo.start();
    try {
      const [editor = ""] = await demo.waitFor(EDITOR);
      const socket = connect(Number(new URL(editor).port), "127.0.0.1");
      await once(socket, "connect");
      demo.kill();
      await once(socket, "close");
      // A process that has just ended resets a connection that came a moment too early.
      await assert.rejects(request(editor), ({ code }: NodeJS.ErrnoException) =>
        ["ECONNREFUSED", "ECONNRESET"].includes(code ?? ""),
      );
    } finally {
      await demo.remove();
    }
  });

  it("ends with a message and exit code 1 when its Node-RED crashes", async () => {
    const demo = await Demo.start();
    try {
      const [editor = ""] = await demo.waitFor(EDITOR);
      await request(`${editor}/flows`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(CRASHING_FLOW),
      });
      assert.equal(await demo.exit, 1);
      assert.match(demo.text(), /Node-RED ended/);
      assert.match(demo.text(), /no way back/);
    } finally {
      await demo.remove();
    }
  });

  it("refuses a port that is none", async () => {
    const demo = await Demo.start({}, ["--port", "99999"]);
    try {
      assert.equal(await demo.exit, 1);
      assert.match(demo.text(), /--port must be a number/);
    } finally {
      await demo.remove();
    }
  });
});

/** Node-RED does not survive a promise that nobody catches. */
const CRASHING_FLOW = [
  { id: "tab", type: "tab", label: "crash" },
  {
    id: "go",
    type: "inject",
    z: "tab",
    once: true,
    onceDelay: 0.1,
    props: [],
    x: 0,
    y: 0,
    wires: [["crash"]],
  },
  {
    id: "crash",
    type: "function",
    z: "tab",
    func: 'Promise.reject(new Error("no way back"));',
    outputs: 1,
    x: 0,
    y: 0,
    wires: [[]],
  },
];
