/** One start of Node-RED: sends what it took by the time its flows run. Arguments: the user directory. */
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [, , userDir] = process.argv;
const RED = createRequire(import.meta.url)("node-red");
const settings = createRequire(import.meta.url)(`${userDir}/settings.js`);
const server = createServer();
RED.init(server, { ...settings, userDir, logging: { console: { level: "off" } } });
RED.runtime.events.once("flows:started", () => {
  const { user, system } = process.cpuUsage();
  const rss = process.memoryUsage.rss();
  process.send({ wallMs: performance.now(), cpuMs: (user + system) / 1000, rss }, () => process.exit(0));
});
await RED.start();
