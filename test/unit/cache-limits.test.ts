import assert from "node:assert/strict";
import * as promises from "node:fs/promises";
import { chmod, mkdir, readFile, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTick } from "node:timers/promises";
import { clearStore } from "../../lib/audio";
import { bytesOf, DAY_MS, speechOf, useStores, type CacheFs, type StoreHost } from "./cache-fixtures";

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

  it("may be used up to its last byte", async () => {
    await stored(stores(), "a", 1000);
    await stored(stores(), "b", 0);
    await stores()
      .open({ maxBytes: await sizeOf(stores()) })
      .keep(speechOf("b"));
    assert.deepEqual(await textsIn(stores()), ["a", "b"]);
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

describe("looking after the cache", () => {
  const stores = useStores();

  it("is done once, not at every question", async () => {
    let lists = 0;
    const readdir = ((...args: Parameters<typeof promises.readdir>) => {
      lists++;
      return promises.readdir(...args);
    }) as CacheFs["readdir"];
    const store = stores().open({ fs: { ...promises, readdir } });
    for (const text of ["a", "b", "c"]) await store.find(speechOf(text).key, text);
    await store.close();
    assert.equal(lists, 1);
  });

  /** A store that is closed before a file is examined: number `at`, counted from 0. */
  async function closedAt(at: number): Promise<{ examined: number }> {
    for (const text of ["a", "b", "c"]) await stored(stores(), text, 2 * DAY_MS);
    let examined = 0;
    const stat = ((path: string) => {
      if (examined++ === at) void store.close();
      return promises.stat(path);
    }) as CacheFs["stat"];
    const store = stores().open({ maxAgeMs: DAY_MS, fs: { ...promises, stat } });
    await store.keep(speechOf("d"));
    return { examined };
  }

  it("examines no more files once the store has closed", async () => {
    assert.deepEqual(await closedAt(2), { examined: 3 });
  });

  it("removes no more speeches once the store has closed", async () => {
    await closedAt(7);
    assert.deepEqual(await textsIn(stores()), ["a", "b", "c", "d"]);
  });

  it("is no trouble where another process removes a file first", async () => {
    const gone = "gone-0123456789abcdef.mp3";
    const readdir = (async (path: string) => [gone, ...(await promises.readdir(path))]) as CacheFs["readdir"];
    await stores()
      .open({ fs: { ...promises, readdir } })
      .keep(speechOf("a"));
    assert.deepEqual(stores().troubles, []);
  });

  it("tells which file cannot be examined, and does the others", async () => {
    await stored(stores(), "a", 2 * DAY_MS);
    await stored(stores(), "b", 2 * DAY_MS);
    const locked = await stores().path("a", "json");
    const stat = ((path: string) =>
      path === locked
        ? Promise.reject(Object.assign(new Error("locked"), { code: "EACCES" }))
        : promises.stat(path)) as CacheFs["stat"];
    await stores()
      .open({ maxAgeMs: DAY_MS, fs: { ...promises, stat } })
      .keep(speechOf("c"));
    assert.ok(!(await textsIn(stores())).includes("b"));
    assert.deepEqual(stores().troubles, ["unremovable EACCES"]);
  });
});

describe("the age of the cache", () => {
  const stores = useStores();

  it("makes a speech that was not used for too long a miss, and removes it", async () => {
    const store = stores().open({ maxAgeMs: 2 * DAY_MS });
    await store.keep(speechOf("a"));
    await age(await stores().path("a", "json"), 2 * DAY_MS + HOUR_MS);
    assert.equal(await store.find(speechOf("a").key, "a"), undefined);
    assert.deepEqual(await stores().files(), []);
    assert.deepEqual(stores().troubles, []);
  });

  it("leaves a speech alone that was used lately enough, and counts from that use on", async () => {
    const store = stores().open({ maxAgeMs: 2 * DAY_MS });
    await store.keep(speechOf("a"));
    await age(await stores().path("a", "mp3"), 400 * DAY_MS);
    await age(await stores().path("a", "json"), 2 * DAY_MS - HOUR_MS);
    assert.notEqual(await store.find(speechOf("a").key, "a"), undefined);
    const { mtimeMs } = await stat(await stores().path("a", "json"));
    assert.ok(Date.now() - mtimeMs < HOUR_MS);
  });

  it("removes what is too old when another speech is stored", async () => {
    const store = stores().open({ maxAgeMs: DAY_MS });
    await store.keep(speechOf("a"));
    await age(await stores().path("a", "json"), 2 * DAY_MS);
    await store.keep(speechOf("b"));
    assert.deepEqual(await textsIn(stores()), ["b"]);
  });

  it("begins again for a speech that a wrong clock stored in the future", async () => {
    const store = stores().open({ maxAgeMs: DAY_MS });
    await store.keep(speechOf("a"));
    for (const ending of ["mp3", "json"] as const) await age(await stores().path("a", ending), -400 * DAY_MS);
    await store.keep(speechOf("b"));
    const { mtimeMs } = await stat(await stores().path("a", "json"));
    assert.ok(Math.abs(Date.now() - mtimeMs) < HOUR_MS, "the speech would not get old for 400 days");
    const found = await store.find(speechOf("a").key, "a");
    assert.deepEqual(found && bytesOf(found), bytesOf(speechOf("a")));
  });
});

describe("a speech that is kept", () => {
  const stores = useStores();

  it("never gets too old", async () => {
    const store = stores().open({ maxAgeMs: DAY_MS });
    await store.keep({ ...speechOf("a"), kept: true });
    await age(await stores().path("a", "json"), 400 * DAY_MS);
    await store.keep(speechOf("b"));
    assert.notEqual(await store.find(speechOf("a").key, "a"), undefined);
  });

  it("may be larger than all others together", async () => {
    const store = stores().open({ maxBytes: 1000 });
    await store.keep({ ...speechOf("a"), kept: true });
    assert.notEqual(await store.find(speechOf("a").key, "a"), undefined);
  });

  for (const ending of ["mp3", "json"] as const) {
    it(`leaves its ${ending} alone where the other file is missing`, async () => {
      await stores()
        .open()
        .keep({ ...speechOf("a"), kept: true });
      const path = await stores().path("a", ending);
      await age(path, 400 * DAY_MS);
      await unlink(await stores().path("a", ending === "mp3" ? "json" : "mp3"));
      await stores().open().keep(speechOf("b"));
      assert.equal(await stores().path("a", ending), path);
    });
  }

  it("leaves no mark where both files are missing", async () => {
    await stores()
      .open()
      .keep({ ...speechOf("a"), kept: true });
    for (const ending of ["mp3", "json"] as const) await unlink(await stores().path("a", ending));
    await stores().open().keep(speechOf("b"));
    assert.deepEqual(
      (await stores().files()).filter((name) => name.endsWith(".keep")),
      [],
    );
  });

  it("does not count for the size of the cache", async () => {
    const store = stores().open({ maxBytes: 12_000 });
    await store.keep({ ...speechOf("a"), kept: true });
    await age(await stores().path("a", "json"), HOUR_MS);
    await store.keep(speechOf("b"));
    await store.keep(speechOf("c"));
    assert.deepEqual(await textsIn(stores()), ["a", "c"]);
  });

  it("may be one that is stored already", async () => {
    const store = stores().open({ maxAgeMs: DAY_MS });
    await store.keep(speechOf("a"));
    await store.protect(speechOf("a").key, "a");
    await age(await stores().path("a", "json"), 2 * DAY_MS);
    assert.notEqual(await store.find(speechOf("a").key, "a"), undefined);
  });

  it("is removed with all others when the cache is cleared", async () => {
    await stores()
      .open()
      .keep({ ...speechOf("a"), kept: true });
    assert.equal(await clearStore(stores().folder), 1);
    assert.deepEqual(await stores().files(), []);
  });
});

describe("an entry that cannot be removed", () => {
  const stores = useStores();

  /** Nobody can unlink a folder. */
  async function leaveStubborn(): Promise<void> {
    await mkdir(join(stores().folder, "stubborn-0123456789abcdef.mp3"), { recursive: true });
    await age(join(stores().folder, "stubborn-0123456789abcdef.mp3"), 400 * DAY_MS);
  }

  it("does not keep the limits from the others, and is told", async () => {
    await leaveStubborn();
    await stored(stores(), "a", 2 * DAY_MS);
    await stored(stores(), "b", HOUR_MS);
    await stores().open({ maxAgeMs: DAY_MS }).keep(speechOf("c"));
    assert.deepEqual(await textsIn(stores()), ["b", "c", "stubborn"]);
    assert.match(stores().troubles.join(), /unremovable E/);
  });

  it("does not keep the others when the cache is cleared, and is an error", async () => {
    await leaveStubborn();
    await stored(stores(), "a", 0);
    await assert.rejects(clearStore(stores().folder), { syscall: "unlink" });
    assert.deepEqual(await textsIn(stores()), ["stubborn"]);
  });
});

describe("the cache's folder", () => {
  const stores = useStores();
  const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

  before(function () {
    if (process.platform === "win32") this.skip();
  });

  it("and its files can be read by no other user", async () => {
    await stores()
      .open()
      .keep({ ...speechOf("a"), kept: true });
    assert.equal(await modeOf(stores().folder), 0o700);
    const modes = (await stores().files()).map((name) => modeOf(join(stores().folder, name)));
    assert.deepEqual(await Promise.all(modes), [0o600, 0o600, 0o600]);
  });

  it("of an earlier version is closed to others", async () => {
    await mkdir(stores().folder, { mode: 0o755 });
    await stores().open().keep(speechOf("a"));
    assert.equal(await modeOf(stores().folder), 0o700);
  });

  it("stays open to others where somebody opens it while it is used", async () => {
    const store = stores().open();
    await store.keep(speechOf("a"));
    await chmod(stores().folder, 0o755);
    await store.keep(speechOf("b"));
    assert.equal(await modeOf(stores().folder), 0o755);
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
    assert.deepEqual(stores().troubles, []);
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

  it("removes every speech and reports how many", async () => {
    const store = stores().open();
    for (const text of ["a", "b", "c"]) await store.keep(speechOf(text));
    await writeFile(join(stores().folder, ".vocu-0123456789abcdef.tmp"), "half");
    assert.equal(await clearStore(stores().folder), 3);
    assert.deepEqual(await stores().files(), []);
    assert.equal(await store.find(speechOf("a").key, "a"), undefined);
  });

  it("of a folder that is not there is not an error", async () => {
    assert.equal(await clearStore(stores().folder), 0);
  });

  it("of a folder that is none reports it", async () => {
    await writeFile(stores().folder, "I am a file");
    await assert.rejects(clearStore(stores().folder), { code: "ENOTDIR" });
  });
});
