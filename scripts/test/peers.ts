/** Installs what the tests need beside the development dependencies: Node-RED 5 and a Node.js for it. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { runShown } from "../run-shown";

const FOLDER = "test/peers";

/** Installs the peers when they are missing or older than their lock file. */
export async function installPeers(): Promise<void> {
  const wanted = statSync(join(FOLDER, "package-lock.json")).mtimeMs;
  const installed = statSync(join(FOLDER, "node_modules", ".package-lock.json"), { throwIfNoEntry: false });
  if (installed && installed.mtimeMs >= wanted) return;
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await runShown("npm", ["ci", "--prefix", FOLDER, ...quiet]);
}
