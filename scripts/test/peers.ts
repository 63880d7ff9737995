/**
 * Installs what the tests need besides the development dependencies: Node-RED 5, a Node.js for it, and nodes of others.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { runShown } from "../run-shown";

/** Installs Node-RED 5 and a Node.js for it when they are missing or older than their lock file. */
export const installPeers = (): Promise<void> => install("test/peers");

/** Installs the nodes of other packages for speakers; without them the tests report what they skip. */
export const installSpeakers = (): Promise<void> =>
  install("test/speakers").catch(() => {
    console.error("NOT TESTED with the nodes in test/speakers: they could not be installed");
  });

/** Installs the client of RabbitMQ; without it the tests say what they leave out. */
export const installBrokers = (): Promise<void> =>
  install("test/brokers").catch(() => {
    console.error("NOT TESTED with RabbitMQ: test/brokers could not be installed");
  });

async function install(folder: string): Promise<void> {
  const wanted = statSync(join(folder, "package-lock.json")).mtimeMs;
  const installed = statSync(join(folder, "node_modules", ".package-lock.json"), { throwIfNoEntry: false });
  if (installed && installed.mtimeMs >= wanted) return;
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await runShown("npm", ["ci", "--prefix", folder, ...quiet]);
}
