import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { speechOf, useStores } from "./cache-fixtures";

const run = promisify(execFile);

interface Seen {
  hits: number;
  misses: number;
  wrong: number;
}

async function hammer(folder: string): Promise<Seen> {
  const args = ["--import", "tsx", join(__dirname, "cache-hammer.ts"), folder, "120"];
  const { stdout } = await run(process.execPath, args, { timeout: 50_000 });
  return JSON.parse(stdout) as Seen;
}

describe("several processes with one folder", function () {
  this.timeout(60_000);
  const stores = useStores();

  it("never get wrong audio nor an error, although speeches are replaced, evicted, damaged and cleared under them", async () => {
    const all = await Promise.all([
      hammer(stores().folder),
      hammer(stores().folder),
      hammer(stores().folder),
    ]);
    for (const { wrong, hits, misses } of all) {
      assert.equal(wrong, 0);
      assert.ok(hits > 0 && misses > 0, `${hits} hits and ${misses} misses prove nothing`);
    }
    const store = stores().open();
    await store.keep(speechOf("afterwards"));
    assert.notEqual(await store.find(speechOf("afterwards").key, "afterwards"), undefined);
  });
});
