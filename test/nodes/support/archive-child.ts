/**
 * Uploads one archive with a real node in a process of its own, and tells its parent by how many bytes the process grew.
 * Arguments: the server's URL, a small archive (for warming up), a big one.
 */
import helper from "node-red-node-test-helper";
import { modulesOf } from "./modules";
import { nodeFlow } from "./node-flow";
import { keyed } from "./speech-flow";

/** What the parent is told. */
export interface Growth {
  readonly bytes: number;
}

const EVERY_MS = 10;

async function main([url = "", small = "", big = ""]: readonly string[]): Promise<void> {
  helper.init(require.resolve("node-red"));
  await new Promise<void>((resolve) => helper.startServer(resolve));
  const nodes = nodeFlow(url, "vocu-upload-archive");
  const types = nodes.map(({ type }) => type);
  await helper.load(modulesOf(types), nodes, keyed());
  await upload(small);
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, EVERY_MS);
  await upload(big);
  clearInterval(timer);
  process.send?.({ bytes: most - before } satisfies Growth);
  await helper.unload();
  await new Promise<void>((resolve) => helper.stopServer(resolve));
  process.disconnect();
}

/** Resolves when the node has sent the archive's id; its error ends the process. */
function upload(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    helper.getNode("out").once("input", () => resolve());
    helper
      .getNode("catch")
      .once("input", (msg: { error?: unknown }) => reject(new Error(JSON.stringify(msg.error))));
    helper.getNode("node").receive({ payload: path });
  });
}

void main(process.argv.slice(2));
