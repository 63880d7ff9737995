import assert from "node:assert/strict";
import { mkdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTick } from "node:timers/promises";
import { clearStore } from "../../lib/audio";
import { bytesOf, DAY_MS, speechOf, useStores, type StoreHost } from "./cache-fixtures";

const HOUR_MS = DAY_MS / 24;

/** Makes a file look as if it had been written so many milliseconds ago. */
async function age(path: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms);
  await utimes(path, then, then);
}

/** Stores a speech that was used last so many milliseconds ago. */
async function stored(host: StoreHost, text: string, usedAgoMs: number): Promise<void> {
  await host.open().keep(speechOf(text));
  await age(await host.path(text, "json"), usedAgoMs);
}

async function sizeOf(host: StoreHost): Promise<number> {
  const sizes = (await host.files()).map(async (name) => (await stat(join(host.folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Which of the texts are stored. */
async function textsIn(host: StoreHost): Promise<string[]> {
  return (await host.files()).filter((name) => name.endsWith(".mp3")).map((name) => name.split("-")[0] ?? "");
}

describe("the size of the cache", () => {
  const stores = useStores();

  it("is kept by forgetting what was used longest ago", async () => {
    await stored(stores(), "a", 1000);
    await stored(stores(), "b", 3000);
    await stored(stores(), "c", 2000);
    const maxBytes = (await sizeOf(stores())) + 100;
    await stores().open({ maxBytes }).keep(speechOf("d"));
    assert.deepEqual(await textsIn(stores()), ["a", "c", "d"]);
    assert.ok((await sizeOf(stores())) <= maxBytes);
  });

  it("forgets something else when an old speech was used just now", async () => {
    await stored(stores(), "a", 3000);
    await stored(stores(), "b", 2000);
    const store = stores().open({ maxBytes: (await sizeOf(stores())) + 100 });
    await store.find(speechOf("a").key, "a");
    await store.keep(speechOf("c"));
    assert.deepEqual(await textsIn(stores()), ["a", "c"]);
  });

  it("forgets as many as it takes", async () => {
    for (const [text, ago] of [
      ["a", 5000],
      ["b", 4000],
      ["c", 3000],
      ["d", 2000],
    ] as const) {
      await stored(stores(), text, ago);
    }
    const one = (await sizeOf(stores())) / 4;
    await stores()
      .open({ maxBytes: 2.5 * one })
      .keep(speechOf("e"));
    assert.deepEqual(await textsIn(stores()), ["d", "e"]);
  });

  it("counts the files as they are, not what they say", async () => {
    await stored(stores(), "a", 2000);
    const limit = 3 * (await sizeOf(stores()));
    await writeFile(await stores().path("a", "mp3"), Buffer.alloc(limit));
    await age(await stores().path("a", "json"), 2000);
    await stores().open({ maxBytes: limit }).keep(speechOf("b"));
    assert.deepEqual(await textsIn(stores()), ["b"]);
  });

  it("is looked after at the first question, although nothing is stored", async () => {
    await stored(stores(), "a", 3000);
    await stored(stores(), "b", 2000);
    const store = stores().open({ maxBytes: (await sizeOf(stores())) - 100 });
    await store.find(speechOf("b").key, "b");
    while ((await textsIn(stores())).length > 1) await nextTick();
    assert.deepEqual(await textsIn(stores()), ["b"]);
  });
});

describe("the age of the cache", () => {
  const stores = useStores();

  it("makes a speech that is too old a miss, however lately it was used, and removes it", async () => {
    const store = stores().open({ maxAgeMs: 2 * DAY_MS });
    await store.keep(speechOf("a"));
    await age(await stores().path("a", "mp3"), 2 * DAY_MS + HOUR_MS);
    assert.equal(await store.find(speechOf("a").key, "a"), undefined);
    assert.deepEqual(await stores().files(), []);
    assert.deepEqual(stores().troubles, []);
  });

  it("leaves a speech alone that is just young enough", async () => {
    const store = stores().open({ maxAgeMs: 2 * DAY_MS });
    await store.keep(speechOf("a"));
    await age(await stores().path("a", "mp3"), 2 * DAY_MS - HOUR_MS);
    assert.notEqual(await store.find(speechOf("a").key, "a"), undefined);
  });

  it("removes what is too old when another speech is stored", async () => {
    const store = stores().open({ maxAgeMs: DAY_MS });
    await store.keep(speechOf("a"));
    await age(await stores().path("a", "mp3"), 2 * DAY_MS);
    await store.keep(speechOf("b"));
    assert.deepEqual(await textsIn(stores()), ["b"]);
  });

  it("does not count backwards when the clock was wrong", async () => {
    const store = stores().open({ maxAgeMs: DAY_MS });
    await store.keep(speechOf("a"));
    await age(await stores().path("a", "mp3"), -400 * DAY_MS);
    await age(await stores().path("a", "json"), -400 * DAY_MS);
    await store.keep(speechOf("b"));
    const found = await store.find(speechOf("a").key, "a");
    assert.deepEqual(found && bytesOf(found), bytesOf(speechOf("a")));
  });
});

describe("what a crash left behind", () => {
  const stores = useStores();
  const unfinished = ".vocu-0123456789abcdef.tmp";
  const orphans = ["half-0123456789abcdef.mp3", "half-fedcba9876543210.json"];

  async function leave(names: readonly string[], ms: number): Promise<void> {
    await mkdir(stores().folder, { recursive: true });
    for (const name of names) {
      await writeFile(join(stores().folder, name), "half");
      await age(join(stores().folder, name), ms);
    }
  }

  it("is removed after an hour", async () => {
    await leave([unfinished, ...orphans], HOUR_MS + 60_000);
    await stores().open().keep(speechOf("a"));
    assert.equal((await stores().files()).length, 2);
  });

  it("is left alone before that, because another process may be at work on it", async () => {
    await leave([unfinished, ...orphans], HOUR_MS - 60_000);
    await stores().open().keep(speechOf("a"));
    assert.equal((await stores().files()).length, 5);
  });
});

describe("files of others in the cache's folder", () => {
  const stores = useStores();
  const names = [
    "notes.txt",
    "song.mp3",
    "settings.json",
    "a-0123456789abcdef.wav",
    "a-0123456789abcdeg.mp3",
    ".vocu-1.tmp",
  ];

  beforeEach(async () => {
    await mkdir(stores().folder);
    for (const name of names) {
      await writeFile(join(stores().folder, name), Buffer.alloc(100_000));
      await age(join(stores().folder, name), 400 * DAY_MS);
    }
  });

  it("are neither counted nor removed", async () => {
    const store = stores().open({ maxBytes: 50_000 });
    await store.keep(speechOf("b"));
    assert.deepEqual(
      (await stores().files()).filter((name) => names.includes(name)),
      names.sort(),
    );
    assert.notEqual(await store.find(speechOf("b").key, "b"), undefined);
  });

  it("stay when the cache is cleared", async () => {
    await stores().open().keep(speechOf("b"));
    await clearStore(stores().folder);
    assert.deepEqual(await stores().files(), names.sort());
    assert.equal((await readFile(join(stores().folder, "song.mp3"))).length, 100_000);
  });
});

describe("clearing the cache", () => {
  const stores = useStores();

  it("removes every speech and tells how many", async () => {
    const store = stores().open();
    for (const text of ["a", "b", "c"]) await store.keep(speechOf(text));
    await writeFile(join(stores().folder, ".vocu-0123456789abcdef.tmp"), "half");
    assert.equal(await clearStore(stores().folder), 3);
    assert.deepEqual(await stores().files(), []);
    assert.equal(await store.find(speechOf("a").key, "a"), undefined);
  });

  it("of a folder that is not there is no trouble", async () => {
    assert.equal(await clearStore(stores().folder), 0);
  });

  it("of a folder that is none says so", async () => {
    await writeFile(stores().folder, "I am a file");
    await assert.rejects(clearStore(stores().folder), { code: "ENOTDIR" });
  });
});
