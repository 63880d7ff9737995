import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { CHECKOUT } from "../node-red";
import { manifest } from "../../scripts/release/manifest";

/**
 * The story: Node-RED loads every node of every installed package when it starts. With two hundred files of its own and with undici
 * and ws, the package made that start a quarter longer for homes that did not use it yet.
 */
describe("the start of Node-RED", () => {
  it("loads a file for each node and one for all of them, and no library", async () => {
    const files = Object.values(manifest["node-red"].nodes).map((file) => join(CHECKOUT, file));
    const script = `
      for (const file of ${JSON.stringify(files)}) require(file);
      console.log(JSON.stringify(Object.keys(require.cache)));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: CHECKOUT });
    const loaded = JSON.parse(stdout) as string[];
    const shared = join("dist", "lib", "flow.js");
    assert.deepEqual(
      loaded.map((file) => relative(CHECKOUT, file)).sort(),
      [shared, ...files.map((file) => relative(CHECKOUT, file))].sort(),
    );
  });
});
