import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as promises from "node:fs/promises";
import { appendFile, mkdir, open, readFile, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { MAX_SPEECH_BYTES } from "../../lib/audio";
import { bytesOf, keyOf, speechOf, useStores, type CacheFs } from "./cache-fixtures";

const TEXT = "The washing machine is done.";
const speech = speechOf(TEXT);

/** An error as the file system throws it. */
const fault = (code: string): Error => Object.assign(new Error(code), { code });

describe("a stored speech", () => {
  const stores = useStores();

  it("is found again, byte for byte, with all that was known of it", async () => {
    const store = stores().open();
    await store.keep(speech);
    const found = await store.find(speech.key, TEXT);
    assert.deepEqual(found && bytesOf(found), bytesOf(speech));
    assert.deepEqual(found?.card.info, speech.info);
    assert.equal(found.card.audioMs, speech.audioMs);
  });

  it("is found by another store of the same folder", async () => {
    await stores().open().keep(speech);
    const found = await stores().open().find(speech.key, TEXT);
    assert.deepEqual(found && bytesOf(found), bytesOf(speech));
  });

  it("is two files that a person can find: the mp3, and what it is", async () => {
    await stores().open().keep(speech);
    const name = `The-washing-machine-is-done-${speech.key.slice(0, 16)}`;
    assert.deepEqual(await stores().files(), [`${name}.json`, `${name}.mp3`]);
    assert.deepEqual(await readFile(join(stores().folder, `${name}.mp3`)), bytesOf(speech));
    const card = JSON.parse(await readFile(join(stores().folder, `${name}.json`), "utf8")) as Record<
      string,
      unknown
    >;
    assert.deepEqual(card.request, speech.request);
    assert.equal(card.bytes, bytesOf(speech).length);
    assert.ok(Math.abs(Date.parse(String(card.createdAt)) - Date.now()) < 60_000);
  });

  it("leaves in pieces, not as one block", async () => {
    const store = stores().open();
    await store.keep(speechOf(TEXT, 500));
    const found = await store.find(speech.key, TEXT);
    assert.ok(found?.pieces.every(({ length }) => length <= 16_384));
  });

  it("leaves in pieces of which none is empty", async () => {
    const store = stores().open();
    await store.keep({ ...speech, pieces: [Buffer.alloc(32_768, 1)] });
    const found = await store.find(speech.key, TEXT);
    assert.deepEqual(
      found?.pieces.map(({ length }) => length),
      [16_384, 16_384],
    );
  });

  it("is not found for another key with the same text", async () => {
    const store = stores().open();
    await store.keep(speech);
    assert.equal(await store.find(keyOf("another voice"), TEXT), undefined);
    assert.deepEqual(stores().troubles, []);
  });

  it("replaces the one of the same key", async () => {
    const store = stores().open();
    await store.keep(speech);
    const newer = { ...speechOf("other bytes", 7), key: speech.key, label: TEXT };
    await store.keep(newer);
    const found = await store.find(speech.key, TEXT);
    assert.deepEqual(found && bytesOf(found), bytesOf(newer));
    assert.equal((await stores().files()).length, 2);
  });

  it("is kept up to the length that fits into memory", async () => {
    const store = stores().open();
    await store.keep({ ...speech, pieces: [Buffer.alloc(MAX_SPEECH_BYTES)] });
    assert.notEqual(await store.find(speech.key, TEXT), undefined);
  });

  it("is not kept when it is longer than fits into memory", async () => {
    await stores()
      .open()
      .keep({ ...speech, pieces: [Buffer.alloc(MAX_SPEECH_BYTES + 1)] });
    await assert.rejects(stores().files(), { code: "ENOENT" });
  });

  it("is not read back when its files have grown longer than fits into memory", async () => {
    const store = stores().open();
    await store.keep(speech);
    const audio = Buffer.alloc(MAX_SPEECH_BYTES + 1, 0xff);
    const path = await stores().path(TEXT, "json");
    const card = JSON.parse(await readFile(path, "utf8")) as object;
    const sha256 = createHash("sha256").update(audio).digest("hex");
    await writeFile(path, JSON.stringify({ ...card, bytes: audio.length, sha256 }));
    await writeFile(await stores().path(TEXT, "mp3"), audio);
    assert.equal(await store.find(speech.key, TEXT), undefined);
    assert.deepEqual(stores().troubles, ["damaged"]);
  });

  it("is not kept when it alone is more than the cache may hold", async () => {
    await stores().open({ maxBytes: 1000 }).keep(speech);
    await assert.rejects(stores().files(), { code: "ENOENT" });
  });

  it("is whole on the disk when the store has closed", async () => {
    const store = stores().open();
    void store.keep(speech);
    void store.keep(speechOf("another"));
    await store.close();
    assert.equal((await stores().files()).length, 4);
  });
});

describe("the work of a store", () => {
  const stores = useStores();

  it("is to write a speech once where nobody else writes it", async () => {
    const places: string[] = [];
    const fs: CacheFs = {
      ...promises,
      rename: (from, to) => {
        places.push(extname(String(to)));
        return promises.rename(from, to);
      },
    };
    await stores().open({ fs }).keep(speech);
    assert.deepEqual(places, [".mp3", ".json"]);
  });

  it("is to have a file safely on the disk before it gets its name", async () => {
    const steps: string[] = [];
    const fs: CacheFs = {
      ...promises,
      async open(...args) {
        const file = await promises.open(...args);
        const sync = file.sync.bind(file);
        file.sync = () => {
          steps.push("sync");
          return sync();
        };
        return file;
      },
      rename: (from, to) => {
        steps.push("rename");
        return promises.rename(from, to);
      },
    };
    await stores().open({ fs }).keep(speech);
    assert.deepEqual(steps, ["sync", "rename", "sync", "rename"]);
  });

  it("is to look once for a speech that is not there", async () => {
    let reads = 0;
    const fs: CacheFs = {
      ...promises,
      readFile: ((...args: Parameters<typeof readFile>) => {
        reads++;
        return promises.readFile(...args);
      }) as CacheFs["readFile"],
    };
    await stores().open({ fs }).find(speech.key, TEXT);
    assert.equal(reads, 1);
  });

  it("closes every file that it has opened", async () => {
    let open = 0;
    const fs: CacheFs = {
      ...promises,
      async open(...args) {
        const file = await promises.open(...args);
        const close = file.close.bind(file);
        open++;
        file.close = () => {
          open--;
          return close();
        };
        return file;
      },
    };
    const store = stores().open({ fs });
    await store.keep({ ...speech, kept: true });
    await store.find(speech.key, TEXT);
    await truncate(await stores().path(TEXT, "mp3"), 1000);
    await store.find(speech.key, TEXT);
    assert.equal(open, 0);
  });
});

describe("the name of a stored speech", () => {
  const stores = useStores();
  const nameFor = async (label: string): Promise<string> => {
    await stores()
      .open()
      .keep({ ...speech, label });
    const [card = ""] = await stores().files();
    return card.slice(0, -"-0123456789abcdef.json".length);
  };

  for (const [label, name] of [
    ["你好，世界！今天天气很好。", "你好-世界-今天天气很好"],
    ["Déjà vu? Ça alors!", "Déjà-vu-Ça-alors"],
    ["../../etc/passwd", "etc-passwd"],
    ["C:\\con\u0000|<>*?", "C-con"],
    ["🙂🙂", "speech"],
    ["", "speech"],
    ["a".repeat(5000), "a".repeat(40)],
    ["𠮷".repeat(50), "𠮷".repeat(40)],
  ] as const) {
    it(`for ${JSON.stringify(label.slice(0, 30))} is ${name.slice(0, 30)}`, async () => {
      assert.equal(await nameFor(label), name);
    });
  }
});

describe("a damaged entry", () => {
  const stores = useStores();

  const damages: Record<string, (mp3: string, json: string) => Promise<unknown>> = {
    "with a cut off mp3": (mp3) => truncate(mp3, 1000),
    "with an empty mp3": (mp3) => truncate(mp3, 0),
    "with a longer mp3": (mp3) => appendFile(mp3, "more"),
    "with one wrong byte in the mp3": async (mp3) => {
      const file = await open(mp3, "r+");
      await file.write(Buffer.from([0]), 0, 1, 500);
      await file.close();
    },
    "with a cut off side-car": (_mp3, json) => truncate(json, 100),
    "with an empty side-car": (_mp3, json) => truncate(json, 0),
    "with a side-car that is no object": (_mp3, json) => writeFile(json, "[]"),
    "with a side-car of another version": (_mp3, json) => change(json, { version: 99 }),
    "with a side-car for another speech": (_mp3, json) => change(json, { key: keyOf("another") }),
    "with a side-car without a digest": (_mp3, json) => change(json, { sha256: null }),
    "with a side-car without info": (_mp3, json) => change(json, { info: "none" }),
  };

  async function change(json: string, own: object): Promise<void> {
    const card = JSON.parse(await readFile(json, "utf8")) as object;
    await writeFile(json, JSON.stringify({ ...card, ...own }));
  }

  for (const [how, damage] of Object.entries(damages)) {
    it(`${how} is not speech, is removed, and can be stored again`, async () => {
      const store = stores().open();
      await store.keep(speech);
      await damage(await stores().path(TEXT, "mp3"), await stores().path(TEXT, "json"));
      assert.equal(await store.find(speech.key, TEXT), undefined);
      assert.deepEqual(stores().troubles, ["damaged"]);
      assert.deepEqual(await stores().files(), []);
      await store.keep(speech);
      assert.notEqual(await store.find(speech.key, TEXT), undefined);
    });
  }

  for (const missing of ["mp3", "json"] as const) {
    it(`without its ${missing} is not speech and not an error, and can be stored again`, async () => {
      const store = stores().open();
      await store.keep(speech);
      await unlink(await stores().path(TEXT, missing));
      assert.equal(await store.find(speech.key, TEXT), undefined);
      assert.deepEqual(stores().troubles, []);
      await store.keep(speech);
      assert.notEqual(await store.find(speech.key, TEXT), undefined);
    });
  }

  it("with a folder in place of its mp3 is not speech", async () => {
    const store = stores().open();
    await store.keep(speech);
    const mp3 = await stores().path(TEXT, "mp3");
    await unlink(mp3);
    await mkdir(mp3);
    assert.equal(await store.find(speech.key, TEXT), undefined);
    assert.equal(stores().troubles.length, 1);
  });
});

describe("a folder that does not work", () => {
  const stores = useStores();

  it("because it is a file makes every speech a miss", async () => {
    await writeFile(stores().folder, "I am a file");
    const store = stores().open();
    await store.keep(speech);
    assert.equal(await store.find(speech.key, TEXT), undefined);
    assert.match(stores().troubles.join(), /^unwritable (EEXIST|ENOTDIR)/);
    assert.equal(await readFile(stores().folder, "utf8"), "I am a file");
  });

  it("because it is below a file makes every speech a miss", async () => {
    await writeFile(stores().folder, "I am a file");
    const store = stores().open({ folder: join(stores().folder, "deeper") });
    await store.keep(speech);
    assert.equal(await store.find(speech.key, TEXT), undefined);
  });

  it("because it was removed is made again", async () => {
    const store = stores().open();
    await store.keep(speech);
    await rm(stores().folder, { recursive: true });
    assert.equal(await store.find(speech.key, TEXT), undefined);
    await store.keep(speech);
    assert.notEqual(await store.find(speech.key, TEXT), undefined);
    assert.deepEqual(stores().troubles, []);
  });

  it("because it can only be read still gives what it has", async () => {
    await stores().open().keep(speech);
    const refuse = (): Promise<never> => Promise.reject(fault("EROFS"));
    const readOnly: CacheFs = {
      ...promises,
      mkdir: refuse,
      rename: refuse,
      unlink: refuse,
      utimes: refuse,
      open: (path, flags) => (flags === "r" ? promises.open(path, flags) : refuse()),
    };
    const store = stores().open({ fs: readOnly });
    const found = await store.find(speech.key, TEXT);
    assert.deepEqual(found && bytesOf(found), bytesOf(speech));
    await store.keep(speechOf("another"));
    assert.deepEqual(stores().troubles, ["unwritable EROFS"]);
  });

  it("because its files cannot be listed is told, while it keeps speech", async () => {
    const refuse = (): Promise<never> => Promise.reject(fault("EACCES"));
    const fs: CacheFs = { ...promises, readdir: refuse };
    const store = stores().open({ fs });
    await store.keep(speech);
    assert.deepEqual(stores().troubles, ["unreadable EACCES"]);
    assert.notEqual(await store.find(speech.key, TEXT), undefined);
  });

  it("because no mark can be set in it is told, while it keeps speech", async () => {
    const fs: CacheFs = {
      ...promises,
      open: (path, flags, mode) =>
        flags === "a" ? Promise.reject(fault("EROFS")) : promises.open(path, flags, mode),
    };
    const store = stores().open({ fs });
    await store.keep({ ...speech, kept: true });
    assert.deepEqual(stores().troubles, ["unwritable EROFS"]);
    assert.notEqual(await store.find(speech.key, TEXT), undefined);
  });

  it("because it may not be read is told once for each speech", async () => {
    const refuse = (): Promise<never> => Promise.reject(fault("EACCES"));
    const closed: CacheFs = { ...promises, readFile: refuse, readdir: refuse };
    const store = stores().open({ fs: closed });
    assert.equal(await store.find(speech.key, TEXT), undefined);
    assert.equal(stores().troubles[0], "unreadable EACCES");
  });
});

describe("a disk that is full", () => {
  const stores = useStores();

  /** A disk that takes half of the file number `at` that is written, counted from 0. */
  function fullAt(at: number): CacheFs {
    let files = 0;
    return {
      ...promises,
      async open(path, flags) {
        const file = await promises.open(path, flags);
        if (flags === "r" || files++ !== at) return file;
        file.writeFile = async (content) => {
          await file.write(Buffer.from(content as Buffer).subarray(0, 500));
          throw fault("ENOSPC");
        };
        return file;
      },
    };
  }

  it("while the mp3 is written leaves nothing behind", async () => {
    const store = stores().open({ fs: fullAt(0) });
    await store.keep(speech);
    assert.deepEqual(await stores().files(), []);
    assert.deepEqual(stores().troubles, ["unwritable ENOSPC"]);
    assert.equal(await store.find(speech.key, TEXT), undefined);
  });

  it("while the side-car is written leaves nothing behind", async () => {
    await stores()
      .open({ fs: fullAt(1) })
      .keep(speech);
    assert.deepEqual(await stores().files(), []);
    assert.deepEqual(stores().troubles, ["unwritable ENOSPC"]);
  });

  it("takes no speech away that was stored before", async () => {
    await stores().open().keep(speech);
    await stores()
      .open({ fs: fullAt(0) })
      .keep(speechOf("another"));
    assert.notEqual(await stores().open().find(speech.key, TEXT), undefined);
  });
});

describe("a speech that is removed while it is read", () => {
  const stores = useStores();

  it("is still whole", async () => {
    await stores().open().keep(speech);
    const removing: CacheFs = {
      ...promises,
      async open(path, flags) {
        const file = await promises.open(path, flags);
        if (flags === "r") await rm(dirname(String(path)), { recursive: true });
        return file;
      },
    };
    const found = await stores().open({ fs: removing }).find(speech.key, TEXT);
    assert.deepEqual(found && bytesOf(found), bytesOf(speech));
  });
});
