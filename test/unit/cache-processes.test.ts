import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import * as promises from "node:fs/promises";
import { bytesOf, speechOf, useStores, type CacheFs } from "./cache-fixtures";

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

const fault = (code: string): Error => Object.assign(new Error(code), { code });

describe("two stores of one folder that keep the same speech at the same time", () => {
  const stores = useStores();
  const first = speechOf("Dinner is ready.", 20);
  // Another generation of the same text never has the same bytes.
  const second = { ...speechOf("Dinner is ready.", 30), key: first.key };

  /** A file system that lets another store write as soon as the audio is in its place, before its side-car is. */
  const interrupted = (by: () => Promise<void>): CacheFs => {
    let done = false;
    return {
      ...promises,
      rename: async (from, to) => {
        await promises.rename(from, to);
        if (done || !String(to).endsWith(".mp3")) return;
        done = true;
        await by();
      },
    };
  };

  it("leave a whole one, although the files of both were put in their places in turn", async () => {
    const other = stores().open();
    await stores()
      .open({ fs: interrupted(() => other.keep(second)) })
      .keep(first);
    const found = await stores().open().find(first.key, first.label);
    assert.ok(found && [first, second].some((each) => bytesOf(each).equals(bytesOf(found))));
    assert.deepEqual(stores().troubles, []);
  });

  it("leave a whole one, although a third store took the half one for damaged and removed it", async () => {
    await stores().open().keep(second);
    const reader = stores().open();
    const read = async (): Promise<void> => {
      await reader.find(first.key, first.label);
    };
    await stores()
      .open({ fs: interrupted(read) })
      .keep(first);
    const found = await stores().open().find(first.key, first.label);
    assert.deepEqual(found && bytesOf(found), bytesOf(first));
  });

  it("give up after three attempts where one always spoils what the other wrote", async () => {
    let attempts = 0;
    const fs: CacheFs = {
      ...promises,
      rename: async (from, to) => {
        await promises.rename(from, to);
        if (!String(to).endsWith(".mp3")) return;
        attempts++;
        await promises.truncate(to, 100);
      },
    };
    await stores().open({ fs }).keep(first);
    assert.equal(attempts, 3);
    assert.equal(await stores().open().find(first.key, first.label), undefined);
  });

  it("find it where another machine replaces it while it is read", async () => {
    await stores().open().keep(first);
    let stale = 1;
    const fs: CacheFs = {
      ...promises,
      open: (...args) => (stale-- > 0 ? Promise.reject(fault("ESTALE")) : promises.open(...args)),
    };
    const found = await stores().open({ fs }).find(first.key, first.label);
    assert.deepEqual(found && bytesOf(found), bytesOf(first));
    assert.deepEqual(stores().troubles, []);
  });
});

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
