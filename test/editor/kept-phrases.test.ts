/** The phrases that are kept forever: the list in the account's dialog, and the routes behind it. */
import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { request } from "undici";
import { SpeechStore } from "../../lib/audio";
import { speechOf } from "../unit/cache-fixtures";
import { lameMp3 } from "../unit/audio-fixtures";
import { setStage, type Stage } from "./stage";

const ALARM = "Water! Water in the basement, next to the washing machine.";
const DOOR = "The door is open.";

interface Phrase {
  readonly entry: string;
  readonly text: string;
  readonly bytes: number;
  readonly audioMs: number;
  readonly usedAt: string;
}

interface Answer {
  readonly phrases?: readonly Phrase[];
  readonly count?: number;
  readonly type?: string;
  readonly base64?: string;
  readonly deleted?: string;
  readonly error?: { readonly code: string };
}

const failed = (trouble: string, code: string): never => {
  throw new Error(`${trouble} ${code}`);
};

describe("phrases that are kept forever", function () {
  this.timeout(60_000);
  let stage: Stage;
  let folder = "";
  let audio: Buffer = Buffer.alloc(0);

  before(async () => {
    stage = await setStage();
    folder = join(stage.nodeRed.userDir, "vocu-cache");
    audio = await lameMp3({ channels: 1, sampleRate: 24000, seconds: 30, bitrate: 64 });
    await stage.nodeRed.deploy([
      { id: "tab", type: "tab", label: "Flow" },
      { id: "account", type: "vocu-account", site: "vocu.ai" },
      {
        id: "speech",
        type: "vocu-speech-stream",
        z: "tab",
        x: 300,
        y: 60,
        account: "account",
        wires: [[], []],
      },
    ]);
    await stage.editor.load();
  });
  beforeEach(async () => {
    await rm(folder, { recursive: true, force: true });
    const store = new SpeechStore({ folder, maxBytes: 1e9, maxAgeMs: 1e9, report: failed });
    const long = { pieces: [audio], audioMs: 30_000 };
    await store.keep({ ...speechOf(DOOR), ...long, kept: true });
    await store.keep({ ...speechOf(ALARM), ...long, kept: true });
    await store.keep({ ...speechOf("The weather is fine."), ...long });
    await store.close();
  });
  after(() => stage.close());

  const ask = async (question: string, body: object = {}): Promise<Answer> => {
    const reply = await request(`${stage.nodeRed.url}/vocu/${question}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await reply.body.json()) as Answer;
  };
  const entryOf = async (text: string): Promise<string> => {
    const { phrases = [] } = await ask("kept");
    const entry = phrases.find((phrase) => phrase.text === text)?.entry;
    assert.ok(entry);
    return entry;
  };

  describe("at the routes", () => {
    it("are listed with what they say, how long and large they are and when they were used", async () => {
      const { phrases = [], count } = await ask("kept");
      assert.deepEqual(phrases.map(({ text }) => text).sort(), [DOOR, ALARM].sort());
      assert.equal(count, 2);
      const [phrase] = phrases;
      assert.deepEqual([phrase?.bytes, phrase?.audioMs], [audio.length, 30_000]);
      assert.ok(Math.abs(Date.now() - Date.parse(phrase?.usedAt ?? "")) < 60_000);
    });

    it("hold nothing but that", async () => {
      const { phrases = [] } = await ask("kept");
      const names = ["audioMs", "bytes", "entry", "text", "usedAt"];
      for (const phrase of phrases) assert.deepEqual(Object.keys(phrase).sort(), names);
    });

    it("show the first words of a long text", async () => {
      const store = new SpeechStore({ folder, maxBytes: 1e9, maxAgeMs: 1e9, report: failed });
      await store.keep({ ...speechOf("😀".repeat(1000)), kept: true });
      await store.close();
      const { phrases = [] } = await ask("kept");
      assert.ok(phrases.some(({ text }) => text === "😀".repeat(200)));
    });

    it("are heard", async () => {
      const { type, base64 = "" } = await ask("kept/play", { entry: await entryOf(ALARM) });
      assert.equal(type, "audio/mpeg");
      assert.ok(Buffer.from(base64, "base64").equals(audio));
    });

    it("are deleted one by one", async () => {
      const entry = await entryOf(ALARM);
      assert.deepEqual(await ask("kept/delete", { entry }), { deleted: entry });
      assert.deepEqual(
        (await ask("kept")).phrases?.map(({ text }) => text),
        [DOOR],
      );
      assert.equal((await readdir(folder)).length, 5);
    });

    it("are the only speeches that can be reached", async () => {
      const other = (await readdir(folder)).find(
        (name) => name.startsWith("The-weather") && name.endsWith(".mp3"),
      );
      const entry = other?.replace(".mp3", "");
      for (const question of ["kept/play", "kept/delete"]) {
        assert.equal((await ask(question, { entry })).error?.code, "PHRASE_GONE");
      }
      assert.ok((await readdir(folder)).includes(String(other)));
    });

    it("lead out of no folder", async () => {
      const elsewhere = join(stage.nodeRed.userDir, "elsewhere");
      await mkdir(elsewhere, { recursive: true });
      const name = "secret-0123456789abcdef";
      for (const ending of ["mp3", "json", "keep"])
        await writeFile(join(elsewhere, `${name}.${ending}`), "x");
      for (const entry of [`../elsewhere/${name}`, join(elsewhere, name), "..", "", 7, null, { a: 1 }]) {
        for (const question of ["kept/play", "kept/delete"]) {
          assert.equal((await ask(question, { entry })).error?.code, "PHRASE_GONE", inspect(entry));
        }
      }
      assert.equal((await readdir(elsewhere)).length, 3);
    });

    it("are none where nothing was ever stored", async () => {
      await rm(folder, { recursive: true });
      assert.deepEqual(await ask("kept"), { phrases: [], count: 0 });
    });
  });

  it("are shown in the account's dialog, where they are played and deleted", async () => {
    const { editor } = stage;
    const { page } = editor;
    await editor.edit("speech");
    await editor.editAccount();
    const fold = page.locator(".vocu-form:has(.vocu-kept) .vocu-fold").first();
    if ((await fold.getAttribute("aria-expanded")) !== "true") await fold.click();
    await page.locator(".vocu-kept > button").click();
    await editor.hint("vocu-kept").filter({ hasText: "2 kept phrases" }).waitFor();
    const row = page.locator(".vocu-phrase").filter({ hasText: ALARM });
    await row.filter({ hasText: "30 s · " }).waitFor();

    await row.getByRole("button", { name: `Play: ${ALARM}` }).click();
    await row.getByRole("button", { name: "Stop" }).click();
    await row.getByRole("button", { name: `Play: ${ALARM}` }).waitFor();

    await row.getByRole("button", { name: `Delete: ${ALARM}` }).click();
    const sure = row.getByRole("button", { name: "Really delete?" });
    await sure.waitFor();
    assert.equal((await readdir(folder)).filter((name) => name.endsWith(".keep")).length, 2);
    await sure.click();
    await editor.hint("vocu-kept").filter({ hasText: "1 kept phrase" }).waitFor();
    assert.equal(await page.locator(".vocu-phrase").count(), 1);
    await editor.cancel();
  });
});
