import assert from "node:assert/strict";
import { readFile, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listKept, readKept, removeKept } from "../../lib/audio";
import { bytesOf, speechOf, useStores } from "./cache-fixtures";

const TEXT = "The washing machine is done.";
const speech = { ...speechOf(TEXT), kept: true };

describe("the kept speeches of a folder", () => {
  const stores = useStores();

  it("are listed with their text, size, length and last use", async () => {
    await stores().open().keep(speech);
    const usedAt = 1_700_000_000_000;
    const path = await stores().path(TEXT, "json");
    await utimes(path, new Date(usedAt), new Date(usedAt));
    const entry = `The-washing-machine-is-done-${speech.key.slice(0, 16)}`;
    const bytes = bytesOf(speech).length;
    assert.deepEqual(await listKept(stores().folder), [
      { entry, bytes, audioMs: speech.audioMs, usedAt, text: TEXT },
    ]);
  });

  it("are listed without those that are not kept", async () => {
    await stores().open().keep(speechOf("for a while"));
    await stores().open().keep(speech);
    assert.deepEqual(
      (await listKept(stores().folder)).map(({ text }) => text),
      [TEXT],
    );
  });

  it("are listed from the last used to the one that nobody has used for longest", async () => {
    for (const [text, usedAt] of [
      ["b", 2_000],
      ["a", 1_000],
      ["c", 3_000],
    ] as const) {
      await stores()
        .open()
        .keep({ ...speechOf(text), kept: true });
      await utimes(await stores().path(text, "json"), usedAt, usedAt);
    }
    assert.deepEqual(
      (await listKept(stores().folder)).map(({ text }) => text),
      ["c", "b", "a"],
    );
  });

  it("have no text where they were made from audio", async () => {
    await stores()
      .open()
      .keep({ ...speech, request: { input_audio: "https://storage.example/a.mp3" } });
    const [found] = await listKept(stores().folder);
    assert.ok(found && !("text" in found));
  });

  for (const [state, spoil] of [
    ["missing", unlink],
    ["damaged", (path: string) => writeFile(path, "{")],
  ] as const) {
    it(`are none where the side-car is ${state}`, async () => {
      await stores().open().keep(speech);
      await spoil(await stores().path(TEXT, "json"));
      assert.deepEqual(await listKept(stores().folder), []);
    });
  }

  for (const [what, own] of [
    ["without a key", { key: null }],
    ["without a digest", { sha256: null }],
    ["without a size", { bytes: null }],
    ["without a length", { audioMs: null }],
    ["without info", { info: null }],
    ["without a request", { request: null }],
    ["of another version", { version: 99 }],
  ] as const) {
    it(`are none with a side-car ${what}`, async () => {
      await stores().open().keep(speech);
      const path = await stores().path(TEXT, "json");
      const card = JSON.parse(await readFile(path, "utf8")) as object;
      await writeFile(path, JSON.stringify({ ...card, ...own }));
      assert.deepEqual(await listKept(stores().folder), []);
    });
  }

  it("are none with a side-car that is a list", async () => {
    await stores().open().keep(speech);
    await writeFile(await stores().path(TEXT, "json"), "[]");
    assert.deepEqual(await listKept(stores().folder), []);
  });

  it("are listed beside files of others", async () => {
    await stores().open().keep(speech);
    await writeFile(join(stores().folder, "notes.txt"), "buy milk");
    assert.equal((await listKept(stores().folder)).length, 1);
  });

  it("are none where the folder is not there", async () => {
    assert.deepEqual(await listKept(join(stores().folder, "missing")), []);
  });

  it("cannot be listed where the folder is a file", async () => {
    await writeFile(stores().folder, "I am a file");
    await assert.rejects(listKept(stores().folder), { code: "ENOTDIR" });
  });
});

describe("a kept speech", () => {
  const stores = useStores();

  async function keep(): Promise<string> {
    await stores().open().keep(speech);
    const [found] = await listKept(stores().folder);
    return found?.entry ?? "";
  }

  it("is read byte for byte", async () => {
    const entry = await keep();
    assert.deepEqual(await readKept(stores().folder, entry), bytesOf(speech));
  });

  it("is nothing where its audio is missing", async () => {
    const entry = await keep();
    await unlink(await stores().path(TEXT, "mp3"));
    assert.equal(await readKept(stores().folder, entry), undefined);
  });

  it("is removed with all its files, and only once", async () => {
    const entry = await keep();
    assert.equal(await removeKept(stores().folder, entry), true);
    assert.deepEqual(await stores().files(), []);
    assert.equal(await removeKept(stores().folder, entry), false);
  });

  it("is not one that the cache may forget", async () => {
    const entry = await keep();
    await unlink(join(stores().folder, `${entry}.keep`));
    assert.equal(await readKept(stores().folder, entry), undefined);
    assert.equal(await removeKept(stores().folder, entry), false);
    assert.equal((await stores().files()).length, 2);
  });
});

describe("a name that leads out of the folder", () => {
  const stores = useStores();
  const outside = "../The-washing-machine-0123456789abcdef";

  beforeEach(async () => {
    await stores().open().keep(speech);
    for (const ending of ["mp3", "json", "keep"])
      await writeFile(join(stores().folder, `${outside}.${ending}`), "private");
  });

  it("reads nothing", async () => {
    assert.equal(await readKept(stores().folder, outside), undefined);
  });

  it("removes nothing", async () => {
    assert.equal(await removeKept(stores().folder, outside), false);
  });
});
