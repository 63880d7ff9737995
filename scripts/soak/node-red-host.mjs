/**
 * The Node-RED of a soak, in a process of its own: `node --expose-gc node-red-host.mjs <user directory>`. Its parent
 * sends it messages, resets and deploys; it compares the output of the nodes with the expected output, and reports how
 * each message ended. See node-red-host.ts for the protocol.
 */
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { join } from "node:path";

const userDir = process.argv[2];
const require = createRequire(import.meta.url);
const RED = require("node-red");
const { hooks } = createRequire(require.resolve("node-red"))("@node-red/util");

/** Messages in the flow, by id. */
const open = new Map();
/** How often each message has ended; a plain array of bytes, so that it does not distort the memory figures. */
const ends = new Uint8Array(1_000_000);
/** Ids by the id of the sequence that was made of them. */
const sequences = new Map();
let speeches = {};

const tell = (report) => process.connected && process.send(report);

hooks.add("onReceive.soak", ({ msg, destination }) => {
  if (!destination.id.endsWith("-out")) return;
  const id = msg.soak?.id ?? sequences.get(msg.parts?.id);
  const state = open.get(id);
  if (state) take(state, msg);
  else tell({ kind: "problem", what: `message ${id} was sent something after its end` });
});

hooks.add("onComplete.soak", ({ msg, error, node }) => {
  if (!msg.soak || node.node.type === "debug") return;
  const { id } = msg.soak;
  ends[id] += 1;
  if (ends[id] > 1) tell({ kind: "problem", what: `message ${id} ended ${ends[id]} times` });
  // Messages sent before the end arrive in the next turns of the event loop.
  setImmediate(() => setImmediate(() => close(id, error?.code ?? (error && "INTERNAL"))));
});

/** Compares what a node sent with the speech. */
function take(state, msg) {
  if (msg.reset && !Buffer.isBuffer(msg.payload)) {
    state.takenBack = true;
    return;
  }
  if (msg.parts?.id) {
    sequences.set(msg.parts.id, state.id);
    state.sequence = msg.parts.id;
  }
  if (Array.isArray(msg.payload)) {
    state.whole = msg.payload.length > 0;
    return;
  }
  const expected = speeches[state.text];
  const part = expected.subarray(state.bytes, state.bytes + msg.payload.length);
  if (!part.equals(msg.payload))
    tell({ kind: "problem", what: `message ${state.id}: wrong audio at ${state.bytes}` });
  state.bytes += msg.payload.length;
  state.whole = state.bytes === expected.length;
  state.cached = msg.vocu.cached === true;
}

function close(id, code) {
  const { bytes, whole, takenBack, cached, sequence, isReset } = open.get(id) ?? {};
  open.delete(id);
  sequences.delete(sequence);
  if (!isReset) tell({ kind: "ended", id, code, bytes, whole, takenBack, cached });
}

const orders = {
  speeches: (encoded) => {
    speeches = Object.fromEntries(
      Object.entries(encoded).map(([text, base64]) => [text, Buffer.from(base64, "base64")]),
    );
  },
  say: ({ node, msg }) => {
    const { id, text } = msg.soak;
    open.set(id, { id, text, bytes: 0, whole: false, takenBack: false, cached: false });
    RED.nodes.getNode(node).receive(msg);
  },
  reset: ({ node, id }) => {
    open.set(id, { id, isReset: true });
    RED.nodes.getNode(node).receive({ reset: true, soak: { id } });
  },
  deploy: async ({ flows, type }) => {
    const started = new Promise((resolve) => RED.events.once("flows:started", resolve));
    await RED.runtime.flows.setFlows({ flows: { flows }, deploymentType: type });
    await started;
    tell({ kind: "deployed" });
  },
  measure: () => {
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    tell({ kind: "measured", bytes: heapUsed + external, handles: process.getActiveResourcesInfo().length });
  },
  stop: async () => {
    await RED.stop();
    tell({ kind: "stopped", open: open.size });
    process.disconnect();
  },
};

process.on("message", ({ order, ...what }) => {
  new Promise((resolve) => resolve(orders[order](what.given))).catch((error) => {
    tell({ kind: "problem", what: String(error.stack) });
  });
});
// Leaves no process behind, whatever happens to the parent.
process.on("disconnect", () => setTimeout(() => process.exit(3), 10_000).unref());

RED.init(createServer(), { ...require(join(userDir, "settings.js")), userDir });
RED.events.once("flows:started", () => tell({ kind: "started" }));
await RED.start();
