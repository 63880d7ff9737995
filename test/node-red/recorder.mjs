/**
 * Loaded into a Node-RED under test (`node --import`): tells the test, over the process channel, every message that any
 * node receives, every status, and how the flows fare, and lets the test change the language of the runtime. It uses Node-RED's own hooks and events, so flows are tested as
 * they are, without nodes added for the test.
 */
import { createRequire } from "node:module";
import { serialize } from "node:v8";

const { hooks, events, i18n } = createRequire(process.argv[1])("@node-red/util");

const tell = (report) => {
  if (process.connected) process.send(report);
};

hooks.add("onReceive.recorder", ({ msg, destination }) => {
  tell({ kind: "received", node: destination.id, value: portable(msg) });
});
events.on("node-status", ({ id, status }) =>
  tell({ kind: "status", node: id, value: portable(status ?? {}) }),
);
events.on("flows:started", () => tell({ kind: "started" }));
events.on("runtime-event", ({ id, payload }) => {
  if (id === "runtime-state" && payload?.error) tell({ kind: "halted", reason: payload });
});
process.on("message", ({ language }) => {
  void i18n.i.changeLanguage(language).then(() => tell({ kind: "speaks", language }));
});
// A test run that dies must not leave its Node-RED behind.
process.on("disconnect", () => process.exit());

/** The properties that can leave the process; `req`, `res` and functions cannot. */
function portable(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => isPortable(value)));
}

function isPortable(value) {
  if (typeof value === "function") return false;
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return true;
  try {
    serialize(value);
    return true;
  } catch {
    return false;
  }
}
