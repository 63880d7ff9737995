/** What tests see of a Node-RED is reported by a recorder inside it, which no node's behaviour may break. */
import assert from "node:assert/strict";
import { startNodeRed } from "../node-red";

describe("the recorder in a Node-RED under test", () => {
  it("goes on after a node has shown an undefined status", async () => {
    // The recorder failed on it, and the failure ended the code of the node that showed it.
    const nodeRed = await startNodeRed({
      flows: [
        { id: "tab", type: "tab", label: "Flow" },
        {
          id: "start",
          type: "inject",
          once: true,
          onceDelay: 0,
          props: [{ p: "payload" }],
          wires: [["shows"]],
        },
        {
          id: "shows",
          z: "tab",
          type: "function",
          func: "node.status(undefined); return msg;",
          wires: [["next"]],
        },
        { id: "next", z: "tab", type: "debug", active: false, wires: [] },
      ],
    });
    try {
      await nodeRed.waitFor("next");
      assert.deepEqual(nodeRed.statuses("shows")[0], {});
    } finally {
      await nodeRed.stop();
    }
  });
});
