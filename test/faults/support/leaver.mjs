/**
 * A Node-RED without a server that ends by itself if nothing of ours is left behind: `node leaver.mjs <user directory>`.
 * Its parent tells it what to do: `{ say }` hands a message to the node "speech", `{ stop }` stops the runtime. It
 * reports `started`, each end of an input (`ended`) and `stopped`.
 */
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { join } from "node:path";

const userDir = process.argv[2];
const require = createRequire(process.env.NODE_RED);
const RED = require(process.env.NODE_RED);
const { hooks } = createRequire(require.resolve("@node-red/runtime"))("@node-red/util");

const tell = (report) => process.send(report);
hooks.add("onComplete.leaver", ({ msg, error }) => tell({ kind: "ended", id: msg.id, code: error?.code }));

RED.init(createServer(), { ...require(join(userDir, "settings.js")), userDir });
RED.events.once("flows:started", () => tell({ kind: "started" }));
process.on("message", ({ say, stop }) => {
  if (say) RED.nodes.getNode("speech").receive(say);
  if (stop) void leave();
});
await RED.start();

async function leave() {
  await RED.stop();
  tell({ kind: "stopped" });
  // From here on only what was forgotten keeps the process alive.
  process.disconnect();
}
